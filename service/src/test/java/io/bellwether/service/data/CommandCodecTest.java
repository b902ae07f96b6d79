package io.bellwether.service.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bellwether.replication.Bytes;
import io.bellwether.replication.MalformedBytes;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The form of commands in the log. Golden lines hold it: logs outlive the software that wrote them. */
class CommandCodecTest {
    private static final Command PUT = new Command.Put(
            Bytes.utf8("a/ü"), new Condition.MadeBy(List.of(1L, 4_702L)), "text/plain", Bytes.utf8("hi"));
    private static final Command DELETE = new Command.Delete(Bytes.utf8("a/b"), Condition.PRESENT);

    @Test
    void everyFormIsAsTheGoldenFileHasIt() {
        GoldenFile golden = new GoldenFile("commands-v1.txt");
        golden.holds("put if-match", CommandCodec.encode(PUT));
        golden.holds("put always", CommandCodec.encode(put(Condition.ALWAYS)));
        golden.holds("put if-absent", CommandCodec.encode(put(Condition.ABSENT)));
        golden.holds("put never", CommandCodec.encode(put(new Condition.MadeBy(List.of()))));
        golden.holds("delete if-present", CommandCodec.encode(DELETE));
        golden.holds(
                "delete if-match",
                CommandCodec.encode(
                        new Command.Delete(Bytes.utf8("k"), new Condition.MadeBy(List.of(Long.MAX_VALUE)))));
        golden.holdsNothingElse();
    }

    @Test
    void everyGoldenLineIsReadAndWrittenAlike() throws MalformedBytes {
        for (Bytes line : new GoldenFile("commands-v1.txt").lines()) {
            assertThat(CommandCodec.encode(CommandCodec.decode(line))).isEqualTo(line);
        }
        assertThat(CommandCodec.decode(CommandCodec.encode(PUT))).isEqualTo(PUT);
        assertThat(CommandCodec.decode(CommandCodec.encode(DELETE))).isEqualTo(DELETE);
    }

    @Test
    void anEmptyValueIsAValue() throws MalformedBytes {
        Command empty = new Command.Put(Bytes.utf8("k"), Condition.ALWAYS, "a/b", Bytes.EMPTY);
        assertThat(CommandCodec.decode(CommandCodec.encode(empty))).isEqualTo(empty);
    }

    @Test
    void whatIsCutOffBeforeTheValueIsRefused() {
        Bytes whole = CommandCodec.encode(PUT);
        for (int length = 0; length < whole.size() - 2; length++) {
            Bytes cut = Bytes.copyOf(whole.unsafeArray(), 0, length);
            assertThatThrownBy(() -> CommandCodec.decode(cut))
                    .isInstanceOf(MalformedBytes.class)
                    .hasMessageContaining("cut off");
        }
        Bytes delete = CommandCodec.encode(DELETE);
        for (int length = 0; length < delete.size(); length++) {
            Bytes cut = Bytes.copyOf(delete.unsafeArray(), 0, length);
            assertThatThrownBy(() -> CommandCodec.decode(cut)).isInstanceOf(MalformedBytes.class);
        }
    }

    @Test
    void whatIsLeftOverIsRefused() {
        Bytes delete = CommandCodec.encode(DELETE);
        Bytes longer = Bytes.copyOf(delete.unsafeArray(), 0, delete.size() + 1);
        refused(longer, "1 bytes are left over");
    }

    @Test
    void anotherVersionKindOrConditionIsRefusedByItsName() {
        refused(bytes(2, 1, 0, 1, 'k', 1, 'a'), "version 2");
        refused(bytes(0, 1, 0, 1, 'k', 1, 'a'), "version 0");
        refused(bytes(1, 3, 0, 1, 'k', 1, 'a'), "no command of kind 3");
        refused(bytes(1, 1, 4, 1, 'k', 1, 'a'), "no condition of kind 4");
    }

    @Test
    void aNumberHasOneFormOnly() {
        refused(bytes(1, 2, 0, 0x81, 0, 'k'), "longer than it need be");
        refused(bytes(1, 2, 3, 1, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1, 1, 'k'), "too large");
    }

    @Test
    void aCommandThatNoneCouldMakeIsRefused() {
        refused(bytes(1, 2, 0, 0), "1 to 512 bytes, not 0");
        refused(bytes(1, 1, 0, 1, 'k', 0), "content type has 1 to 256");
        refused(bytes(1, 1, 0, 1, 'k', 1, 0x80), "not ASCII");
        refused(bytes(1, 2, 3, 1, 0, 1, 'k'), "index 0");
        refused(bytes(1, 2, 3, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f), "cut off");
    }

    @Test
    void keysAndContentTypesEndAtTheirLimits() {
        Bytes longest = Bytes.utf8("k".repeat(512));
        assertThat(new Command.Delete(longest, Condition.ALWAYS).key()).isEqualTo(longest);
        assertThatThrownBy(() -> new Command.Delete(Bytes.utf8("k".repeat(513)), Condition.ALWAYS))
                .hasMessageContaining("513");
        String type = "t".repeat(256);
        assertThat(new Command.Put(longest, Condition.ALWAYS, type, Bytes.EMPTY).contentType())
                .isEqualTo(type);
        assertThatThrownBy(() -> new Command.Put(longest, Condition.ALWAYS, type + "t", Bytes.EMPTY))
                .hasMessageContaining("257");
    }

    private static Command put(Condition condition) {
        return new Command.Put(
                Bytes.utf8("k".repeat(130)), condition, "application/octet-stream", Bytes.wrap(new byte[] {0, -1}));
    }

    private static void refused(Bytes bytes, String why) {
        assertThatThrownBy(() -> CommandCodec.decode(bytes))
                .isInstanceOf(MalformedBytes.class)
                .hasMessageContaining(why);
    }

    private static Bytes bytes(int... octets) {
        byte[] bytes = new byte[octets.length];
        for (int i = 0; i < octets.length; i++) {
            bytes[i] = (byte) octets[i];
        }
        return Bytes.wrap(bytes);
    }
}
