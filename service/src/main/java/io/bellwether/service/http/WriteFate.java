package io.bellwether.service.http;

/** What {@code outcome} says in a problem that answers a write. */
enum WriteFate {
    /** It did not happen and will not, ever. */
    NONE("none"),
    /** It may happen or have happened. */
    UNKNOWN("unknown");

    private final String word;

    WriteFate(String word) {
        this.word = word;
    }

    String word() {
        return word;
    }
}
