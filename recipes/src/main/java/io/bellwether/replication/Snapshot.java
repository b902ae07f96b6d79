package io.bellwether.replication;

/**
 * The state of a replica, whole, as of one position: what a follower gets whose log can no longer be continued from the
 * logs of others (Rule 13.3).
 *
 * @param clusterId the cluster that it is the state of
 * @param position the last entry that it contains; committed
 * @param logTime a log time not before that entry's (Rule 9.6), in milliseconds since 1970
 * @param promisedEpoch which its source had promised by then: in no later one was that entry committed (Rule 13.5)
 */
public record Snapshot(String clusterId, Position position, long logTime, long promisedEpoch) {}
