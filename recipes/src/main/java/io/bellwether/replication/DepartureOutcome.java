package io.bellwether.replication;

/** What became of a replica's wish to leave (Rules 10.9 and 10.10). */
public sealed interface DepartureOutcome {
    /** It neither leads nor stands in the in-sync set. */
    record Left() implements DepartureOutcome {}

    /**
     * It stands in the in-sync set still, or leads; it goes on trying until it is told to return.
     *
     * @param leads whether it leads
     * @param why as a sentence
     */
    record Stays(boolean leads, String why) implements DepartureOutcome {}
}
