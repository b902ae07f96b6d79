package io.bellwether.scenarios;

import io.bellwether.gateway.Application;
import io.bellwether.replication.ByteSink;
import io.bellwether.replication.Bytes;
import io.bellwether.replication.Position;
import io.bellwether.replication.Tables;
import java.util.ArrayList;
import java.util.List;

/** The state machine of the scenarios: the words that took effect, in order. One that did twice stands there twice. */
final class Words implements Application {
    private static final byte WORD = 'w';
    private static final int MOST_LETTERS = 20;

    private final Tables tables;

    Words(Tables tables) {
        this.tables = tables;
    }

    @Override
    public Bytes apply(Position position, long logTime, Bytes command) {
        tables.put(row(position.index()), command);
        return Bytes.utf8("done");
    }

    /** A word that begins with a minus takes no room. */
    @Override
    public boolean grows(Bytes command) {
        return !command.utf8().startsWith("-");
    }

    /** What a reader of the tables sees now; long words by their first letter and their length. */
    static String shown(Tables tables) {
        List<String> words = new ArrayList<>();
        try (Tables.View view = tables.view()) {
            view.scan(Bytes.wrap(new byte[] {WORD}), Bytes.wrap(new byte[] {WORD + 1}), (row, word) -> {
                words.add(word.size() > MOST_LETTERS ? word.utf8().charAt(0) + "*" + word.size() : word.utf8());
                return true;
            });
        }
        return words.isEmpty() ? "none" : String.join(",", words);
    }

    private static Bytes row(long index) {
        ByteSink sink = new ByteSink(9).octet(WORD);
        for (int shift = 56; shift >= 0; shift -= 8) {
            sink.octet((int) (index >>> shift) & 0xff);
        }
        return sink.toBytes();
    }
}
