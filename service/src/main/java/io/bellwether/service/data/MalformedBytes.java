package io.bellwether.service.data;

/** Bytes that are no command, result or row of ours. The message says what is wrong and where. */
final class MalformedBytes extends Exception {
    private static final long serialVersionUID = 1;

    MalformedBytes(String what) {
        super(what);
    }
}
