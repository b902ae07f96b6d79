package io.bellwether.replication;

/**
 * The payload of an {@link Entry.Kind#EPOCH_STARTED} entry: who leads from here on, and why leadership changed. Its
 * epoch and time are those of the entry.
 */
public record EpochStart(NodeId leader, Cause cause) {
    /** Why a leadership began; the words of the history in API.md. */
    public enum Cause {
        BOOTSTRAP("bootstrap"),
        ELECTION("election"),
        HAND_OFF("hand-off"),
        SILENT_LEADER("silent-leader"),
        FORCED("forced"),
        RECOVERED("recovered");

        private final String word;

        Cause(String word) {
            this.word = word;
        }

        public String word() {
            return word;
        }

        static Cause of(String word) {
            for (Cause cause : values()) {
                if (cause.word.equals(word)) {
                    return cause;
                }
            }
            throw new IllegalArgumentException("no leadership begins for the cause '" + word + "'");
        }
    }

    public Bytes encode() {
        return Bytes.utf8(leader.name() + "\n" + cause.word());
    }

    /** @throws IllegalArgumentException if the payload is not one that {@link #encode} made */
    public static EpochStart decode(Bytes payload) {
        String text = payload.utf8();
        int end = text.indexOf('\n');
        if (end < 0) {
            throw new IllegalArgumentException("the payload of an epoch's start has no cause");
        }
        return new EpochStart(new NodeId(text.substring(0, end)), Cause.of(text.substring(end + 1)));
    }
}
