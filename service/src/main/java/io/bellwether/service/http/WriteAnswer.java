package io.bellwether.service.http;

import io.bellwether.gateway.WriteOutcome;
import io.bellwether.service.data.Result;
import io.bellwether.service.data.ResultCodec;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpHeader;
import org.jspecify.annotations.Nullable;

/** What a write's outcome is in HTTP. What did not happen says {@code none}, what may have happened {@code unknown}. */
final class WriteAnswer {
    private static final String AGAIN = " Nothing was written. Send it again.";

    private final String node;

    WriteAnswer(String node) {
        this.node = node;
    }

    Reply reply(String key, WriteOutcome outcome) {
        if (outcome instanceof WriteOutcome.Decided decided) {
            return decided(key, decided);
        } else if (outcome instanceof WriteOutcome.Refused refused) {
            return Reply.of(node, refused(refused.reason()).with(WriteFate.NONE));
        } else if (outcome instanceof WriteOutcome.KeyReused) {
            return Reply.of(
                    node,
                    Problem.of(
                                    ProblemCode.IDEMPOTENCY_KEY_REUSED,
                                    "This Idempotency-Key stands for another request: with another method, key, condition,"
                                            + " Content-Type or body. Nothing was written. Take a new one for a new request.")
                            .with(WriteFate.NONE));
        }
        return Reply.of(node, unknown());
    }

    static Problem unknown() {
        return Problem.of(
                        ProblemCode.OUTCOME_UNKNOWN,
                        "The write was on its way to the leader when its time was over. It may have happened, or may"
                                + " happen yet. With an Idempotency-Key, send it again and it takes effect once;"
                                + " without, read before you decide.")
                .with(WriteFate.UNKNOWN);
    }

    private Reply decided(String key, WriteOutcome.Decided decided) {
        HttpFields.Mutable fields = ResponseFields.position(node, decided.epoch(), decided.index());
        Result result = ResultCodec.decode(decided.result());
        if (result instanceof Result.Created || result instanceof Result.Replaced) {
            fields.put(HttpHeader.ETAG, EntityTags.tag(decided.index()));
            fields.put(HttpHeader.CONTENT_LENGTH, 0);
            return Reply.of(result instanceof Result.Created ? 201 : 200, fields);
        } else if (result instanceof Result.Deleted) {
            return Reply.of(204, fields);
        } else if (result instanceof Result.NotFound) {
            return Reply.of(
                    node,
                    Problem.of(ProblemCode.KEY_NOT_FOUND, "There is no key " + key + ".")
                            .with(WriteFate.NONE),
                    fields);
        } else if (result instanceof Result.ConditionFailed failed) {
            return conditionFailed(node, fields, key, failed.index(), WriteFate.NONE);
        }
        return Reply.of(
                node,
                Problem.of(
                                ProblemCode.INTERNAL_ERROR,
                                "The replicas did not understand what this node wrote for them. Nothing was written.")
                        .with(WriteFate.NONE),
                fields);
    }

    /**
     * @param fields what the header says already
     * @param index of the record as it is, told as its ETag; 0 if there is none
     */
    static Reply conditionFailed(
            String node, HttpFields.Mutable fields, String key, long index, @Nullable WriteFate fate) {
        if (index == 0) {
            return Reply.of(
                    node,
                    Problem.of(
                                    ProblemCode.PRECONDITION_FAILED,
                                    "There is no key " + key
                                            + ", and the condition named one. Read it, or send If-None-Match: *.")
                            .with(fate),
                    fields);
        }
        fields.put(HttpHeader.ETAG, EntityTags.tag(index));
        return Reply.of(
                node,
                Problem.of(
                                ProblemCode.PRECONDITION_FAILED,
                                key + " is at index " + index
                                        + ", which the condition excludes. Read it, then retry with its ETag.")
                        .with(fate),
                fields);
    }

    private static Problem refused(WriteOutcome.Reason reason) {
        return switch (reason) {
            case NO_LEADER -> Problem.of(ProblemCode.NO_LEADER, "No leader took the write in time." + AGAIN);
            case SUSPENDED ->
                Problem.of(
                        ProblemCode.LEADER_SUSPENDED,
                        "The leader had no answer from its write quorum in time." + AGAIN);
            case TOO_FEW_IN_SYNC ->
                Problem.of(
                        ProblemCode.TOO_FEW_IN_SYNC,
                        "Fewer replicas are in sync than minInSync asks for." + AGAIN
                                + " GET /v1/cluster tells which are missing.");
            case OVERLOADED ->
                Problem.of(
                        ProblemCode.OVERLOADED,
                        "This node holds as many writes as it may." + AGAIN + " A little later.");
            case LATE -> Problem.of(ProblemCode.TOO_LATE, "The write reached the leader after its time." + AGAIN);
            case NO_ROOM ->
                Problem.of(
                        ProblemCode.INSUFFICIENT_STORAGE,
                        "The leader's disk is low on space, and no replica in sync that has room takes over. Nothing was"
                                + " written. Reads and deletes go on; give the nodes more space, or delete what is not needed.");
            case STOPPING -> Problem.of(ProblemCode.STOPPING, "This node is being stopped." + AGAIN + " To another.");
        };
    }
}
