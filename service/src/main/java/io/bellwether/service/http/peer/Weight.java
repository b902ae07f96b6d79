package io.bellwether.service.http.peer;

import io.bellwether.replication.Bytes;
import io.bellwether.replication.Entry;
import io.bellwether.replication.Envelope;
import io.bellwether.replication.Message;
import java.util.List;

/**
 * What messages count for in limits that are given in bytes: never less than what they take on the wire, so that a batch
 * gathered by weight fits into a body of the same limit.
 */
final class Weight {
    /** The longest text in a message or a header: names, claims, ids. All of them are made by the nodes themselves. */
    static final int MAX_TEXT_BYTES = 512;

    private static final int MOST_BYTES_OF_A_CHARACTER = 3; // of a Java char in UTF-8

    /** The header of a batch: magic, version, length, four texts, count, checksum. */
    static final int HEADER_BYTES = 4 + 1 + 4 + 4 * (2 + MAX_TEXT_BYTES) + 4 + 4;

    /** A message without its lists: kind, generation, at most ten numbers and one text. */
    private static final int MESSAGE_BYTES = 1 + 8 + 12 * 8 + 2 + MAX_TEXT_BYTES;

    /** Beside its content, an element of a list takes its length on the wire and an object in memory. */
    private static final int ELEMENT_BYTES = 32;

    private Weight() {}

    /** @throws IllegalArgumentException if a text in it is too long for the format */
    static int of(Envelope envelope) {
        checkText(envelope.clusterId());
        checkText(textOf(envelope.message()));
        return Math.toIntExact(MESSAGE_BYTES + listBytes(envelope.message()));
    }

    private static void checkText(String text) {
        if (text.length() > MAX_TEXT_BYTES / MOST_BYTES_OF_A_CHARACTER) {
            throw new IllegalArgumentException("a text of " + text.length() + " characters in a message is too long");
        }
    }

    private static String textOf(Message message) {
        if (message instanceof Message.PromiseRequest request) {
            return request.claim();
        } else if (message instanceof Message.Promised promised) {
            return promised.claim();
        } else if (message instanceof Message.Pull pull) {
            return pull.claim();
        } else if (message instanceof Message.Pulled pulled) {
            return pulled.claim();
        } else if (message instanceof Message.PullMismatched mismatched) {
            return mismatched.claim();
        } else if (message instanceof Message.Suspected suspected) {
            return suspected.process();
        }
        return "";
    }

    /** Whether the message carries what clients or logs store: where mail must be dropped, it is dropped first. */
    static boolean isBulk(Message message) {
        return listBytes(message) > 0;
    }

    private static long listBytes(Message message) {
        if (message instanceof Message.Append append) {
            return ofEntries(append.entries());
        } else if (message instanceof Message.Pulled pulled) {
            return ofEntries(pulled.entries());
        } else if (message instanceof Message.Forward forward) {
            return ofBytes(forward.requests());
        } else if (message instanceof Message.Forwarded forwarded) {
            return ofBytes(forwarded.answers());
        }
        return 0;
    }

    private static long ofEntries(List<Entry> entries) {
        long sum = 0;
        for (Entry entry : entries) {
            sum += entry.weightBytes();
        }
        return sum;
    }

    private static long ofBytes(List<Bytes> list) {
        long sum = 0;
        for (Bytes bytes : list) {
            sum += ELEMENT_BYTES + bytes.size();
        }
        return sum;
    }
}
