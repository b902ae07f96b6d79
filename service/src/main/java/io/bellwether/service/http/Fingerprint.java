package io.bellwether.service.http;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.bellwether.replication.Bytes;
import io.bellwether.service.data.Command;
import io.bellwether.service.data.Condition;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/**
 * What a request with an idempotency key asks for, as a digest: method, key, condition, type and body, each with its
 * length before it. Kept for a day and compared across versions of the software, so its form is held by a test and is
 * not that of commands, which may change.
 */
final class Fingerprint {
    private Fingerprint() {}

    static Bytes of(Command command) {
        MessageDigest digest = sha256();
        if (command instanceof Command.Put put) {
            add(digest, Bytes.utf8("PUT"));
            add(digest, put.key());
            add(digest, Bytes.utf8(text(put.condition())));
            add(digest, Bytes.wrap(put.contentType().getBytes(US_ASCII)));
            add(digest, put.value());
        } else {
            add(digest, Bytes.utf8("DELETE"));
            add(digest, command.key());
            add(digest, Bytes.utf8(text(command.condition())));
        }
        return Bytes.wrap(digest.digest());
    }

    private static String text(Condition condition) {
        if (condition instanceof Condition.MadeBy madeBy) {
            return "If-Match: " + madeBy.indexes();
        }
        if (condition instanceof Condition.Present) {
            return "If-Match: *";
        }
        return condition instanceof Condition.Absent ? "If-None-Match: *" : "";
    }

    private static void add(MessageDigest digest, Bytes part) {
        digest.update(ByteBuffer.allocate(Integer.BYTES).putInt(part.size()).flip());
        digest.update(part.unsafeArray());
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }
}
