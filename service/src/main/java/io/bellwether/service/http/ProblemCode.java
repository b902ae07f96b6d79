package io.bellwether.service.http;

import java.util.Locale;

/**
 * Why a request was not fulfilled, for programs: stable words, one for each cause that a client may treat in its own
 * way. A word is never renamed nor given another meaning; new ones may come.
 */
public enum ProblemCode {
    /** The path holds no key; the detail says which rule of keys it breaks. */
    INVALID_KEY(400),
    /** A query parameter is unknown, repeated, malformed or missing; the detail names it. */
    INVALID_PARAMETER(400),
    /** A header is repeated or malformed; the detail names it. */
    INVALID_HEADER(400),
    /** A condition is repeated, malformed, or makes no sense with this method or another one; the detail names it. */
    INVALID_CONDITION(400),
    /** The path can't be read: a {@code ;}, an escape that hides a separator. */
    INVALID_PATH(400),
    /** The body is no JSON of the expected form; the detail says where. */
    INVALID_JSON(400),
    /** The connection ended, or broke its framing, before the announced length of the body had come. */
    BODY_INCOMPLETE(400),
    /** Not a request that HTTP allows. */
    BAD_REQUEST(400),
    /** A page of another site's wants to change something. */
    NOT_ALLOWED(403),
    /** There is no such key. */
    KEY_NOT_FOUND(404),
    /** There is nothing at this path. */
    PATH_NOT_FOUND(404),
    /** The path is there, the method is not for it; {@code Allow} lists those that are. */
    METHOD_NOT_ALLOWED(405),
    /** No form that {@code Accept} admits. */
    NOT_ACCEPTABLE(406),
    /** The body did not arrive within the request's time. */
    REQUEST_TIMEOUT(408),
    /** The epoch is another one than the request named. */
    OTHER_EPOCH(409),
    /** A hand-off, or a forced claim, runs already. */
    HAND_OFF_RUNNING(409),
    /** A change of the in-sync set is under way, for a moment. */
    IN_SYNC_CHANGE_OPEN(409),
    /** A leader is heard: there is nothing to recover. */
    LEADER_HEARD(409),
    /** Enough of the in-sync set are left to recover without any loss, by themselves. */
    QUORUM_ANSWERS(409),
    /** Another node that answers has more than the one that was to lead alone; the detail names it. */
    OTHER_IS_AHEAD(409),
    /** A write of a value needs {@code Content-Length}. */
    LENGTH_REQUIRED(411),
    /** The condition did not hold when it was judged. */
    PRECONDITION_FAILED(412),
    /** The value is larger than this node takes. */
    VALUE_TOO_LARGE(413),
    /** The body, which is no value, is larger than any that can be meant. */
    BODY_TOO_LARGE(413),
    /** The request's target is too long. */
    URI_TOO_LONG(414),
    /** The body has a {@code Content-Encoding}, or is of a media type that is not taken here. */
    UNSUPPORTED_CONTENT(415),
    /** The {@code Idempotency-Key} stands for another request. */
    IDEMPOTENCY_KEY_REUSED(422),
    /** There is no node of that name. */
    UNKNOWN_NODE(422),
    /** The node's store is not in the in-sync set; the detail tells how far it is behind. */
    NOT_IN_SYNC(422),
    /** The node does not answer, or could not lead now; the detail says why. */
    NOT_LIVE(422),
    /** No node is fit to take over. */
    NO_TARGET(422),
    /** There is nothing in the node's store. */
    STORE_EMPTY(422),
    /** This node holds as many requests as it may. */
    OVERLOADED(429),
    /** The headers are too large. */
    HEADERS_TOO_LARGE(431),
    /** We failed; the node's log says how. */
    INTERNAL_ERROR(500),
    /** No leader answered in time. */
    NO_LEADER(503),
    /** There is a leader, but its write quorum did not answer in time. */
    LEADER_SUSPENDED(503),
    /** ZooKeeper does not answer the node that needs it. */
    ZOOKEEPER_UNAVAILABLE(503),
    /** The target of a hand-off did not store the last entry in time; the leader goes on. */
    TARGET_TOO_SLOW(503),
    /** Fewer replicas were in sync than writes need. */
    TOO_FEW_IN_SYNC(503),
    /** The write reached the leader after its time. */
    TOO_LATE(503),
    /** This node is being stopped. */
    STOPPING(503),
    /** This node can't show that it is as fresh as was asked. */
    TOO_STALE(503),
    /** This node did not get as far as {@code Bellwether-Min-Index} in time. */
    INDEX_NOT_REACHED(503),
    /** The node's own thread does not answer. */
    NODE_NOT_ANSWERING(503),
    /** This node did not get to read in time what it was ready to read. */
    READ_TOO_SLOW(503),
    /** This node is not the leader, or has not committed in its epoch. */
    NOT_LEADER(503),
    /** This node is not a follower. */
    NOT_FOLLOWER(503),
    /** This node lags, knows no leader, or is being stopped. */
    NOT_READY(503),
    /** The write may have happened, or may happen yet. */
    OUTCOME_UNKNOWN(504),
    /** The disks of the cluster are low on space. */
    INSUFFICIENT_STORAGE(507);

    private final int status;
    private final String word;

    ProblemCode(int status) {
        this.status = status;
        this.word = name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** The HTTP status that goes with it. */
    public int status() {
        return status;
    }

    /** As it stands in {@code code}. */
    public String word() {
        return word;
    }
}
