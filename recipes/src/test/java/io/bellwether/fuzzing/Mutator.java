package io.bellwether.fuzzing;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.random.RandomGenerator;

/** Makes inputs out of samples. All that is random comes from the dice. */
final class Mutator {
    private static final int MAX_CHANGES = 6;
    private static final int MAX_INSERTED = 24;
    private static final int[] LENGTHS = {
        0, 1, -1, 2, 127, 128, 255, 256, 65_535, 65_536, 1 << 20, 1 << 30, Integer.MAX_VALUE, Integer.MIN_VALUE
    };
    private static final byte[][] WORDS = words(
            "%",
            "%2F",
            "%2f",
            "%00",
            "%C3%28",
            "..",
            ".",
            "/",
            "//",
            ";",
            "\\",
            "*",
            "\"",
            "W/",
            ",",
            "=",
            "&",
            "+",
            "ä",
            "\u0000",
            "\u007f",
            "99999999999999999999",
            "-1",
            "0",
            "ms",
            "true",
            "prefix",
            "limit",
            "after",
            "values");

    private final RandomGenerator dice;

    Mutator(RandomGenerator dice) {
        this.dice = dice;
    }

    private static byte[][] words(String... words) {
        return Arrays.stream(words)
                .map(word -> word.getBytes(StandardCharsets.UTF_8))
                .toArray(byte[][]::new);
    }

    byte[] from(List<byte[]> samples) {
        byte[] input = any(samples).clone();
        int changes = 1 + dice.nextInt(MAX_CHANGES);
        for (int i = 0; i < changes; i++) {
            input = change(input, samples);
        }
        return input;
    }

    private byte[] any(List<byte[]> samples) {
        return samples.get(dice.nextInt(samples.size()));
    }

    private byte[] change(byte[] input, List<byte[]> samples) {
        int at = dice.nextInt(input.length + 1);
        int length = dice.nextInt(1 + Math.min(MAX_INSERTED, input.length - at));
        return switch (dice.nextInt(9)) {
            case 0 -> with(input, at, octet -> octet ^ (1 << dice.nextInt(8)));
            case 1 -> with(input, at, octet -> dice.nextInt());
            case 2 -> Arrays.copyOf(input, at);
            case 3 -> spliced(input, at, length, new byte[0]);
            case 4 -> spliced(input, at, 0, random());
            case 5 -> spliced(input, at, 0, Arrays.copyOfRange(input, at, at + length));
            case 6 -> {
                byte[] other = any(samples);
                int from = dice.nextInt(other.length + 1);
                yield spliced(input, at, input.length - at, Arrays.copyOfRange(other, from, other.length));
            }
            case 7 -> spliced(input, at, 0, WORDS[dice.nextInt(WORDS.length)]);
            default -> {
                byte[] number = ByteBuffer.allocate(4)
                        .putInt(LENGTHS[dice.nextInt(LENGTHS.length)])
                        .array();
                yield spliced(input, at, Math.min(4, input.length - at), number);
            }
        };
    }

    private interface OctetChange {
        int of(int octet);
    }

    private static byte[] with(byte[] input, int at, OctetChange change) {
        if (at < input.length) {
            input[at] = (byte) change.of(input[at]);
        }
        return input;
    }

    private byte[] random() {
        byte[] bytes = new byte[1 + dice.nextInt(MAX_INSERTED)];
        dice.nextBytes(bytes);
        return bytes;
    }

    /** Puts bytes in the place of so many. */
    private static byte[] spliced(byte[] input, int at, int gone, byte[] instead) {
        ByteArrayOutputStream out = new ByteArrayOutputStream(input.length + instead.length);
        out.write(input, 0, at);
        out.write(instead, 0, instead.length);
        out.write(input, at + gone, input.length - at - gone);
        return out.toByteArray();
    }
}
