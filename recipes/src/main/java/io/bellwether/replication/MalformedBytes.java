package io.bellwether.replication;

/** Bytes that are no command, result or row of ours. The message says what is wrong and where. */
public final class MalformedBytes extends Exception {
    private static final long serialVersionUID = 1;

    public MalformedBytes(String what) {
        super(what);
    }
}
