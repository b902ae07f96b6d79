package io.bellwether.service.data;

/**
 * What applying a command came to. The same for every repetition of the same request; the index of the write that took
 * effect is told beside it.
 */
public sealed interface Result {
    /** There was no record, now there is. */
    record Created() implements Result {}

    /** There was a record, now there is another. */
    record Replaced() implements Result {}

    /** There was a record, now there is none. */
    record Deleted() implements Result {}

    /** A delete without a condition found no record. */
    record NotFound() implements Result {}

    /**
     * The condition did not hold; nothing changed.
     *
     * @param index of the write that made the record as it is; 0 if there is none
     */
    record ConditionFailed(long index) implements Result {}

    /** The bytes were no command; nothing changed. Every replica reads them alike, so every one says so. */
    record NotUnderstood() implements Result {}
}
