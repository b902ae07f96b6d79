package io.bellwether.service.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.bellwether.replication.Bytes;
import io.bellwether.service.data.Command;
import io.bellwether.service.data.Condition;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;

class FingerprintTest {
    private static final Bytes KEY = Bytes.utf8("a/b");

    /** The figures were made by another program: {@code sha256sum} over the parts with their lengths. */
    @Test
    void itsFormNeverChanges() {
        assertThat(hex(put("a/b", new Condition.MadeBy(List.of(5L, 6L)), "text/plain", "hi")))
                .isEqualTo("875cfb37393b521978eaf8f312ad2364bfcf0f903d4845d95e4ad1ec5cdbf0e8");
        assertThat(hex(new Command.Delete(KEY, Condition.PRESENT)))
                .isEqualTo("c98b932be08af39fef6134448b152c2d43d7d1ea31eb47f43f966a8e90eab259");
    }

    @Test
    void everyPartCounts() {
        List<Bytes> all = List.of(
                Fingerprint.of(put("a/b", Condition.ALWAYS, "t", "v")),
                Fingerprint.of(put("a/c", Condition.ALWAYS, "t", "v")),
                Fingerprint.of(put("a/b", Condition.PRESENT, "t", "v")),
                Fingerprint.of(put("a/b", Condition.ABSENT, "t", "v")),
                Fingerprint.of(put("a/b", new Condition.MadeBy(List.of()), "t", "v")),
                Fingerprint.of(put("a/b", new Condition.MadeBy(List.of(1L)), "t", "v")),
                Fingerprint.of(put("a/b", Condition.ALWAYS, "u", "v")),
                Fingerprint.of(put("a/b", Condition.ALWAYS, "t", "w")),
                Fingerprint.of(put("a/b", Condition.ALWAYS, "tv", "")),
                Fingerprint.of(new Command.Delete(KEY, Condition.ALWAYS)),
                Fingerprint.of(new Command.Delete(KEY, Condition.PRESENT)));
        assertThat(all).doesNotHaveDuplicates();
    }

    private static Command put(String key, Condition condition, String type, String value) {
        return new Command.Put(Bytes.utf8(key), condition, type, Bytes.utf8(value));
    }

    private static String hex(Command command) {
        return HexFormat.of().formatHex(Fingerprint.of(command).toArray());
    }
}
