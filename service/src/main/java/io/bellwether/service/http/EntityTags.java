package io.bellwether.service.http;

import java.util.ArrayList;
import java.util.List;

/**
 * What {@code If-Match} or {@code If-None-Match} lists (RFC 9110, section 13.1). Our tags are the index of the write in
 * quotes. Others are allowed and never match, nor do weak ones: values are bytes, so there is no weak equality.
 *
 * @param any {@code *}: whatever is there
 * @param indexes the tags that can be ours
 */
record EntityTags(boolean any, List<Long> indexes) {
    EntityTags {
        indexes = List.copyOf(indexes);
    }

    /** The tag of the record that the write at {@code index} made. */
    static String tag(long index) {
        return "\"" + index + "\"";
    }

    /** Whether it lists the record that the write at {@code index} made; 0 stands for no record. */
    boolean match(long index) {
        return index != 0 && (any || indexes.contains(index));
    }

    /** @throws ProblemException that names the header, if it is no list of entity tags */
    static EntityTags parse(String header, String value) {
        if (value.equals("*")) {
            return new EntityTags(true, List.of());
        }
        List<Long> indexes = new ArrayList<>();
        int at = 0;
        while (true) {
            at = skipBlanks(value, at);
            boolean weak = value.startsWith("W/", at);
            int open = weak ? at + 2 : at;
            int close = close(value, open);
            if (close < 0) {
                throw refused(header, value);
            }
            long index = Numbers.parse(value.substring(open + 1, close));
            if (!weak && index > 0 && value.charAt(open + 1) != '0') {
                indexes.add(index);
            }
            at = skipBlanks(value, close + 1);
            if (at == value.length()) {
                return new EntityTags(false, indexes);
            }
            if (value.charAt(at) != ',') {
                throw refused(header, value);
            }
            at++;
        }
    }

    /** The quote that ends the tag which the quote at {@code open} begins; -1 if there is none. */
    private static int close(String value, int open) {
        if (open >= value.length() || value.charAt(open) != '"') {
            return -1;
        }
        for (int i = open + 1; i < value.length(); i++) {
            char c = value.charAt(i);
            if (c == '"') {
                return i;
            }
            if (c <= ' ' || c == 0x7f) {
                return -1;
            }
        }
        return -1;
    }

    private static int skipBlanks(String value, int from) {
        int at = from;
        while (at < value.length() && (value.charAt(at) == ' ' || value.charAt(at) == '\t')) {
            at++;
        }
        return at;
    }

    private static ProblemException refused(String header, String value) {
        return new ProblemException(
                ProblemCode.INVALID_CONDITION,
                header + " is '*' or a list of tags such as \"4698\", \"4702\", but not '"
                        + PercentEncoding.shown(value) + "'.");
    }
}
