package io.bellwether.service.http;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Numbers and durations as the API writes them, and in no other form: no sign, no space, no fraction. */
final class Numbers {
    /** What {@link #parse} answers for a text that is no number. */
    static final long NONE = -1;

    private static final int MOST_DIGITS_OF_A_DURATION = 9;

    private Numbers() {}

    /** A decimal number from 0 to {@link Long#MAX_VALUE}, else {@link #NONE}. */
    static long parse(String text) {
        return parse(text, 0, text.length());
    }

    private static long parse(String text, int from, int to) {
        if (from == to || to - from > 19) {
            return NONE;
        }
        long number = 0;
        for (int i = from; i < to; i++) {
            int digit = text.charAt(i) - '0';
            if (digit < 0 || digit > 9 || number > (Long.MAX_VALUE - digit) / 10) {
                return NONE;
            }
            number = number * 10 + digit;
        }
        return number;
    }

    /** {@code 500ms}, {@code 2s}, {@code 1m} or {@code 1h}, longer than nothing; null for anything else. */
    static @Nullable Duration parseDuration(String text) {
        int digits = 0;
        while (digits < text.length() && Character.isDigit(text.charAt(digits))) {
            digits++;
        }
        long number = parse(text, 0, digits);
        if (number < 1 || digits > MOST_DIGITS_OF_A_DURATION) {
            return null;
        }
        return switch (text.substring(digits)) {
            case "ms" -> Duration.ofMillis(number);
            case "s" -> Duration.ofSeconds(number);
            case "m" -> Duration.ofMinutes(number);
            case "h" -> Duration.ofHours(number);
            default -> null;
        };
    }
}
