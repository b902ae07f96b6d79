package io.bellwether.checking;

import java.util.Locale;

/**
 * An operation as a line of a file, for instance
 *
 * <pre>
 * process=c1 key=a begin=100 end=170 do=swap if-value=v1 if-version=7 value=v2 told=wrote index=9
 * process=c2 key=a begin=180 end=190 do=read level=bounded told=saw saw=v2 version=9 index=12 staleness=300
 * process=c3 key=a begin=180 end=999 do=delete told=unknown
 * </pre>
 */
final class OperationLine {
    private static final int NO_STALENESS = -1;

    private OperationLine() {}

    // --- writing ---------------------------------------------------------------------------------------------------

    static String of(Operation operation) {
        Line.Writer line = new Line.Writer()
                .field("process", operation.process())
                .field("key", operation.key())
                .field("begin", Long.toString(operation.beginNanos()))
                .field("end", Long.toString(operation.endNanos()));
        write(operation.action(), line);
        write(operation.outcome(), line);
        return line.toString();
    }

    private static void write(Action action, Line.Writer line) {
        if (action instanceof Action.Read read) {
            line.field("do", "read")
                    .field("level", read.level().name().toLowerCase(Locale.ROOT))
                    .field("min-index", read.minIndex(), 0);
        } else if (action instanceof Action.Write write) {
            line.field("do", "write").field("value", write.value());
        } else if (action instanceof Action.Create create) {
            line.field("do", "create").field("value", create.value());
        } else if (action instanceof Action.Swap swap) {
            expected(line.field("do", "swap"), swap.expected()).field("value", swap.value());
        } else if (action instanceof Action.DeleteIf delete) {
            expected(line.field("do", "delete-if"), delete.expected());
        } else {
            line.field("do", "delete");
        }
    }

    private static Line.Writer expected(Line.Writer line, Content expected) {
        return line.field("if-value", expected.value()).field("if-version", expected.version(), 0);
    }

    private static void write(Outcome outcome, Line.Writer line) {
        if (outcome instanceof Outcome.Wrote wrote) {
            line.field("told", "wrote").field("index", wrote.index(), 0);
        } else if (outcome instanceof Outcome.Saw saw) {
            line.field("told", "saw")
                    .field("saw", saw.content().value())
                    .field("version", saw.content().version(), 0)
                    .field("index", saw.index(), 0)
                    .field("staleness", saw.stalenessMillis(), NO_STALENESS);
        } else if (outcome instanceof Outcome.Unmet unmet) {
            line.field("told", "unmet").field("index", unmet.index(), 0).field("current", unmet.current(), 0);
        } else {
            line.field("told", outcome instanceof Outcome.None ? "none" : "unknown");
        }
    }

    // --- reading ---------------------------------------------------------------------------------------------------

    /** @throws IllegalArgumentException if it is no such line */
    static Operation parse(String text) {
        Line.Reader line = new Line.Reader(text);
        Operation operation = new Operation(
                line.required("process"),
                line.required("key"),
                Long.parseLong(line.required("begin")),
                Long.parseLong(line.required("end")),
                action(line),
                outcome(line));
        line.end();
        return operation;
    }

    private static Action action(Line.Reader line) {
        String what = line.required("do");
        return switch (what) {
            case "read" ->
                new Action.Read(
                        Action.Level.valueOf(line.required("level").toUpperCase(Locale.ROOT)),
                        line.number("min-index", 0));
            case "write" -> new Action.Write(line.required("value"));
            case "create" -> new Action.Create(line.required("value"));
            case "swap" ->
                new Action.Swap(
                        new Content(line.text("if-value"), line.number("if-version", 0)), line.required("value"));
            case "delete" -> new Action.Delete();
            case "delete-if" -> new Action.DeleteIf(new Content(line.text("if-value"), line.number("if-version", 0)));
            default -> throw line.malformed("nobody does " + what);
        };
    }

    private static Outcome outcome(Line.Reader line) {
        String what = line.required("told");
        return switch (what) {
            case "wrote" -> new Outcome.Wrote(line.number("index", 0));
            case "saw" ->
                new Outcome.Saw(
                        new Content(line.text("saw"), line.number("version", 0)),
                        line.number("index", 0),
                        line.number("staleness", NO_STALENESS));
            case "unmet" -> new Outcome.Unmet(line.number("index", 0), line.number("current", 0));
            case "none" -> new Outcome.None();
            case "unknown" -> new Outcome.Unknown();
            default -> throw line.malformed("nobody is told " + what);
        };
    }
}
