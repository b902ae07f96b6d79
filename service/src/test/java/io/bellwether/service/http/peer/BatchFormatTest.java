package io.bellwether.service.http.peer;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;
import static java.util.stream.Collectors.toMap;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bellwether.replication.Bytes;
import io.bellwether.replication.Entry;
import io.bellwether.replication.Envelope;
import io.bellwether.replication.Message;
import io.bellwether.replication.Position;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.stream.Stream;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;

/**
 * The format of the mail between nodes. What stands in {@code golden/batches-v1.txt} is never changed: nodes of two
 * versions talk to each other while a cluster is being upgraded.
 */
class BatchFormatTest {
    @Test
    void everyKindOfMessageHasAnExample() {
        assertThat(Examples.ofEveryKind()).extracting(Object::getClass).hasSameElementsAs(kinds());
    }

    @Test
    void everyKindIsWrittenAsTheGoldenFileSays() throws IOException {
        Map<String, String> written = new TreeMap<>();
        for (Message message : Examples.ofEveryKind()) {
            written.put(message.getClass().getSimpleName(), HexFormat.of().formatHex(encode(message)));
        }
        assertThat(written).isEqualTo(goldenFile());
    }

    @Test
    void everyKindIsReadFromTheGoldenFile() throws IOException, MalformedBatchException {
        Map<String, String> golden = goldenFile();
        for (Message message : Examples.ofEveryKind()) {
            String hexadecimal = requireNonNull(golden.get(message.getClass().getSimpleName()));
            byte[] batch = HexFormat.of().parseHex(hexadecimal);
            assertThat(BatchFormat.decode(batch, batch.length))
                    .containsExactly(Examples.mail(Examples.N1, Examples.N2, message));
        }
    }

    @Test
    void aBatchKeepsItsMessagesInOrder() throws MalformedBatchException {
        List<Envelope> mail = mailOfEveryKind();
        byte[] batch = encode(mail);
        assertThat(BatchFormat.decode(batch, batch.length)).isEqualTo(mail);
    }

    @Test
    void aBatchTakesNoMoreBytesThanItsWeight() {
        for (Message message : Examples.ofEveryKind()) {
            Envelope envelope = Examples.mail(Examples.N1, Examples.N2, message);
            assertThat(encode(message).length)
                    .as(message.getClass().getSimpleName())
                    .isLessThanOrEqualTo(Weight.HEADER_BYTES + Weight.of(envelope));
        }
    }

    @Test
    void aTextThatTheFormatCannotCarryIsRefusedBeforeItIsQueued() {
        Envelope longest = promiseRequest("x".repeat(170));
        assertThat(Weight.of(longest)).isPositive();
        assertThatThrownBy(() -> Weight.of(promiseRequest("x".repeat(171))))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("171");
    }

    @Test
    void everyBitThatTurnsIsNoticed() {
        byte[] batch = encode(mailOfEveryKind());
        for (int bit = 0; bit < batch.length * 8; bit++) {
            byte[] damaged = batch.clone();
            damaged[bit / 8] ^= (byte) (1 << (bit % 8));
            assertRefused(damaged, "");
        }
    }

    @Test
    void everyBatchThatIsCutOffIsNoticed() {
        byte[] batch = encode(mailOfEveryKind());
        for (int length = 0; length < batch.length; length++) {
            assertRefused(Arrays.copyOf(batch, length), "");
        }
    }

    @Test
    void anEntryThatDoesNotFitItsChecksumIsRefusedThoughTheBatchFits() {
        Entry damaged = new Entry(1, 1, 1, Entry.Kind.COMMAND, Bytes.utf8("x"), 42);
        assertRefused(
                encode(new Message.Append(
                        Examples.STORE, 1, 1, Position.ZERO, 0, 0, 0, false, -1, -1, List.of(damaged))),
                "the entry 1@1 does not fit its checksum");
    }

    @Test
    void anotherVersionIsRefusedByName() {
        byte[] batch = encode(new Message.Resign(1));
        batch[4] = 2;
        seal(batch);
        assertRefused(batch, "format 2 is not known here, only 1");
    }

    @Test
    void aCountThatLiesTakesNoMemory() {
        byte[] batch = encode(new Message.Forward(1, List.of()));
        // The count of requests is the last field before the checksum.
        Arrays.fill(batch, batch.length - 8, batch.length - 4, (byte) 0x7f);
        seal(batch);
        assertRefused(batch, "a count of 2139062143 does not fit into what is there");
    }

    @Test
    void whateverArrivesIsABatchOrOneKindOfException() {
        SplittableRandom dice = new SplittableRandom(20_260_105);
        byte[] whole = encode(mailOfEveryKind());
        byte[][] originals = Stream.concat(
                        Examples.ofEveryKind().stream().map(BatchFormatTest::encode), Stream.of(whole))
                .toArray(byte[][]::new);
        int understood = 0;
        for (int round = 0; round < 100_000; round++) {
            byte[] mutant = mutant(originals[dice.nextInt(originals.length)], dice);
            if (dice.nextInt(8) > 0) {
                seal(mutant);
            }
            try {
                assertThat(BatchFormat.decode(mutant, mutant.length)).isNotEmpty();
                understood++;
            } catch (MalformedBatchException e) {
                assertThat(e.getMessage()).isNotEmpty();
            }
        }
        assertThat(understood).as("mutants that are batches by chance").isBetween(1_000, 99_000);
    }

    /** A few bytes changed, and sometimes a piece cut out or the end cut off. */
    private static byte[] mutant(byte[] original, SplittableRandom dice) {
        byte[] mutant = original.clone();
        for (int i = dice.nextInt(4); i >= 0; i--) {
            int at = dice.nextInt(mutant.length);
            mutant[at] = dice.nextBoolean() ? (byte) dice.nextInt(256) : (byte) (dice.nextBoolean() ? 0xff : 0);
        }
        return dice.nextInt(4) == 0 ? Arrays.copyOf(mutant, dice.nextInt(mutant.length + 16)) : mutant;
    }

    /** Puts the right length and checksum on a batch that was changed, so that what lies behind them is reached. */
    private static void seal(byte[] batch) {
        if (batch.length < 13) {
            return;
        }
        WireWriter.INT.set(batch, 5, batch.length);
        CRC32C sum = new CRC32C();
        sum.update(batch, 0, batch.length - 4);
        WireWriter.INT.set(batch, batch.length - 4, (int) sum.getValue());
    }

    private static void assertRefused(byte[] batch, String because) {
        assertThatThrownBy(() -> BatchFormat.decode(batch, batch.length))
                .isInstanceOf(MalformedBatchException.class)
                .hasMessageContaining(because);
    }

    private static Envelope promiseRequest(String claim) {
        return Examples.mail(Examples.N1, Examples.N2, new Message.PromiseRequest(1, claim));
    }

    private static List<Envelope> mailOfEveryKind() {
        return Examples.ofEveryKind().stream()
                .map(message -> Examples.mail(Examples.N1, Examples.N2, message))
                .toList();
    }

    private static List<Class<?>> kinds() {
        return List.of(Message.class.getPermittedSubclasses());
    }

    private static byte[] encode(Message message) {
        return encode(List.of(Examples.mail(Examples.N1, Examples.N2, message)));
    }

    private static byte[] encode(List<Envelope> mail) {
        WireWriter out = new WireWriter();
        BatchFormat.encode(mail, out);
        return Arrays.copyOf(out.buffer(), out.size());
    }

    private static Map<String, String> goldenFile() throws IOException {
        try (InputStream file = BatchFormatTest.class.getResourceAsStream("/golden/batches-v1.txt")) {
            assertThat(file).isNotNull();
            return new String(file.readAllBytes(), UTF_8)
                    .lines()
                    .filter(line -> !line.startsWith("#"))
                    .map(line -> line.split(" = ", 2))
                    .collect(toMap(parts -> parts[0], parts -> parts[1]));
        }
    }
}
