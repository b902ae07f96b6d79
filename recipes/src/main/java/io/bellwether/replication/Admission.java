package io.bellwether.replication;

/** What a replica says to a proposal, at once. */
public sealed interface Admission {
    /** Appended at this position. It may yet be cut; it is committed when it is applied. */
    record Appended(Position position) implements Admission {}

    /** Not appended, and never will be by this proposal. */
    record Refused(Refusal reason) implements Admission {}

    /** Why a proposal was not appended. */
    enum Refusal {
        /** This node does not lead, or has not finished taking over. */
        NOT_LEADING(1),
        /** It leads, but its write quorum does not answer (Rule 6.1). */
        SUSPENDED(2),
        /** The in-sync set is smaller than {@code minInSync} (Rule 4.3). */
        TOO_FEW_IN_SYNC(3),
        /** More bytes wait for a commit than {@link Settings#maxUncommittedBytes}. */
        OVERLOADED(4),
        /** It hands leadership over: the write waits for the next leader (Rule 10.2). */
        HANDING_OFF(5),
        /** It would need room, and no disk that matters has any (Rule 12.5). */
        NO_ROOM(6);

        private final int number;

        Refusal(int number) {
            this.number = number;
        }

        /** What stands for it on the wire. */
        public int number() {
            return number;
        }
    }
}
