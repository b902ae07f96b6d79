package io.bellwether.service.data;

import io.bellwether.replication.Bytes;

/** What a client wants done to one key. A value: it says the same on every replica, whenever it is applied. */
public sealed interface Command {
    /** The longest key, in bytes of UTF-8. */
    int MAX_KEY_BYTES = 512;

    /** The longest content type, in characters. */
    int MAX_CONTENT_TYPE_CHARACTERS = 256;

    Bytes key();

    Condition condition();

    /**
     * Creates or replaces the record.
     *
     * @param key 1 to {@link #MAX_KEY_BYTES} bytes of UTF-8
     * @param contentType ASCII, 1 to {@link #MAX_CONTENT_TYPE_CHARACTERS} characters, given back as it is
     */
    record Put(Bytes key, Condition condition, String contentType, Bytes value) implements Command {
        public Put {
            checkKey(key);
            checkContentType(contentType);
        }
    }

    /** Removes the record. */
    record Delete(Bytes key, Condition condition) implements Command {
        public Delete {
            checkKey(key);
        }
    }

    private static void checkKey(Bytes key) {
        if (key.size() < 1 || key.size() > MAX_KEY_BYTES) {
            throw new IllegalArgumentException("a key has 1 to " + MAX_KEY_BYTES + " bytes, not " + key.size());
        }
    }

    private static void checkContentType(String contentType) {
        if (contentType.isEmpty() || contentType.length() > MAX_CONTENT_TYPE_CHARACTERS) {
            throw new IllegalArgumentException("a content type has 1 to " + MAX_CONTENT_TYPE_CHARACTERS
                    + " characters, not " + contentType.length());
        }
        for (int i = 0; i < contentType.length(); i++) {
            if (contentType.charAt(i) >= 0x80) {
                throw new IllegalArgumentException("a content type is ASCII, but character " + i + " of it is not");
            }
        }
    }
}
