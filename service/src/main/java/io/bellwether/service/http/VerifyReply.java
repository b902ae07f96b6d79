package io.bellwether.service.http;

import com.fasterxml.jackson.annotation.JsonValue;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How the states of all nodes compare: the JSON that answers {@code POST /v1/cluster/verify}.
 *
 * @param index after which entry they were compared
 * @param equal whether all that were compared have the same state, and none of the in-sync set is missing
 */
record VerifyReply(
        String cluster, @Nullable String clusterId, long epoch, long index, boolean equal, List<State> members) {
    /**
     * The state of one node.
     *
     * @param digest in hexadecimal; null if it was not told in time
     */
    record State(
            String node,
            String store,
            boolean inSync,
            @Nullable String version,
            @Nullable String digest,
            Verdict state) {}

    /** What its digest says of a state. */
    enum Verdict {
        /** The same as most of the in-sync set. */
        EQUAL("equal"),
        /** Another one than most of the in-sync set; or, if no most are alike, than another one of its version. */
        DIFFERS("differs"),
        /** Too few others of the in-sync set and of its version have told theirs to say whether it is right. */
        UNCONFIRMED("unconfirmed"),
        /** Made by another version of the software than that of most: not to be compared. */
        OTHER_VERSION("other-version"),
        /** The node itself knows that its state is not what it should be. */
        DAMAGED("damaged"),
        /** Not there in time. */
        BEHIND("behind"),
        /** It did not answer. */
        UNREACHABLE("unreachable");

        private final String word;

        Verdict(String word) {
            this.word = word;
        }

        @JsonValue
        String word() {
            return word;
        }
    }
}
