package io.bellwether.checking;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/**
 * A transaction as a line of a file: an append is {@code key+element}, a look is {@code key:element,element}. For instance
 *
 * <pre>
 * process=c1 begin=100 end=170 told=committed steps=x:1,2;x+3;y+4
 * </pre>
 */
final class TransactionLine {
    private TransactionLine() {}

    static String of(Transaction transaction) {
        String steps = transaction.steps().stream().map(TransactionLine::step).collect(Collectors.joining(";"));
        return new Line.Writer()
                .field("process", transaction.process())
                .field("begin", Long.toString(transaction.beginNanos()))
                .field("end", Long.toString(transaction.endNanos()))
                .field("told", transaction.fate().name().toLowerCase(Locale.ROOT))
                .field("steps", steps)
                .toString();
    }

    private static String step(Transaction.Step step) {
        if (step instanceof Transaction.Step.Look look) {
            return element(look.key()) + ":"
                    + look.elements().stream().map(TransactionLine::element).collect(Collectors.joining(","));
        }
        Transaction.Step.Append append = (Transaction.Step.Append) step;
        return element(append.key()) + "+" + element(append.element());
    }

    /** Escaped once more than a field, for what stands between steps. */
    private static String element(String text) {
        return Line.escape(text)
                .replace("+", "%2b")
                .replace(":", "%3a")
                .replace(",", "%2c")
                .replace(";", "%3b");
    }

    /** @throws IllegalArgumentException if it is no such line */
    static Transaction parse(String text) {
        Line.Reader line = new Line.Reader(text);
        Transaction transaction = new Transaction(
                line.required("process"),
                Long.parseLong(line.required("begin")),
                Long.parseLong(line.required("end")),
                Arrays.stream(line.required("steps").split(";", -1))
                        .map(step -> step(step, line))
                        .toList(),
                Transaction.Fate.valueOf(line.required("told").toUpperCase(Locale.ROOT)));
        line.end();
        return transaction;
    }

    private static Transaction.Step step(String step, Line.Reader line) {
        int look = step.indexOf(':');
        if (look > 0) {
            String list = step.substring(look + 1);
            List<String> elements = list.isEmpty()
                    ? List.of()
                    : Arrays.stream(list.split(",", -1)).map(Line::unescape).toList();
            return new Transaction.Step.Look(Line.unescape(step.substring(0, look)), elements);
        }
        int append = step.indexOf('+');
        if (append <= 0) {
            throw line.malformed("'" + step + "' is no step");
        }
        return new Transaction.Step.Append(
                Line.unescape(step.substring(0, append)), Line.unescape(step.substring(append + 1)));
    }
}
