package io.bellwether.coordination;

/** A znode holds what Bellwether did not write, or not this version of it. */
final class MalformedNodeException extends Exception {
    private static final long serialVersionUID = 1;

    MalformedNodeException(String why) {
        super(why);
    }

    MalformedNodeException(String why, Throwable cause) {
        super(why, cause);
    }

    String why() {
        return String.valueOf(getMessage());
    }
}
