package io.bellwether.service.storage;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** The last line of a backup. */
final class BackupSum {
    private static final String NAME = "sha-256 ";
    static final int LINE_BYTES = NAME.length() + 64 + 1;

    private BackupSum() {}

    static MessageDigest begin() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }

    /** Of everything that was summed up. */
    static String line(MessageDigest sum) {
        return NAME + HexFormat.of().formatHex(sum.digest()) + '\n';
    }
}
