package io.bellwether.checking;

/** What a client asked for, of one key. */
public sealed interface Action {
    /**
     * @param minIndex the answer must reflect at least this index; 0 for no wish
     */
    record Read(Level level, long minIndex) implements Action {}

    /** Whatever was there before. */
    record Write(String value) implements Action {}

    /** Only if nothing is there: {@code If-None-Match: *}. */
    record Create(String value) implements Action {}

    /** Only if this is there: {@code If-Match}. */
    record Swap(Content expected, String value) implements Action {}

    /** Only if something is there: a key that is not there is answered with 404. */
    record Delete() implements Action {}

    /** Only if this is there: {@code If-Match}. */
    record DeleteIf(Content expected) implements Action {}

    /** How fresh a read has to be. */
    enum Level {
        LINEARIZABLE,
        BOUNDED,
        LOCAL
    }
}
