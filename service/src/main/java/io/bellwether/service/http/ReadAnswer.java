package io.bellwether.service.http;

import io.bellwether.gateway.ReadLevel;
import io.bellwether.replication.Bytes;
import io.bellwether.replication.Position;
import io.bellwether.replication.Tables;
import io.bellwether.service.data.RecordReader;
import io.bellwether.service.data.StoredRecord;
import io.bellwether.service.node.ReadOutcome;
import java.util.Optional;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpHeader;
import org.jspecify.annotations.Nullable;

/** What a read's outcome is in HTTP. All that takes time is done before the exchange is claimed. */
final class ReadAnswer {
    private final String node;
    private final Limits limits;

    ReadAnswer(String node, Limits limits) {
        this.node = node;
        this.limits = limits;
    }

    /**
     * One record.
     *
     * @param unlessMatching the tags that the client holds already
     * @param onlyMatching the tags of which it wants one
     */
    record GetWish(
            Bytes key,
            boolean withBody,
            ReadLevel level,
            Optional<EntityTags> unlessMatching,
            Optional<EntityTags> onlyMatching) {}

    void record(Exchange exchange, GetWish wish, ReadOutcome outcome) {
        if (!(outcome instanceof ReadOutcome.Ready ready)) {
            exchange.fail(problem(outcome));
            return;
        }
        try (Tables.View view = ready.view()) {
            if (!exchange.isOver()) {
                HttpFields.Mutable fields = position(view, wish.level(), ready);
                exchange.answer(record(fields, wish, new RecordReader(view).get(wish.key())));
            }
        }
    }

    private Reply record(HttpFields.Mutable fields, GetWish wish, @Nullable StoredRecord stored) {
        long index = stored == null ? 0 : stored.index();
        if (wish.onlyMatching().isPresent() && !wish.onlyMatching().get().match(index)) {
            return WriteAnswer.conditionFailed(node, fields, wish.key().utf8(), index, null);
        }
        if (stored == null) {
            return Reply.of(
                    node,
                    Problem.of(
                            ProblemCode.KEY_NOT_FOUND,
                            "There is no key " + wish.key().utf8() + "."),
                    fields);
        }
        metadata(fields, stored);
        if (wish.unlessMatching().isPresent() && wish.unlessMatching().get().match(index)) {
            return Reply.of(304, fields);
        }
        fields.put(HttpHeader.CONTENT_TYPE, stored.contentType());
        // A stored page must not run on the console's origin.
        fields.put("Content-Security-Policy", "sandbox");
        fields.put("X-Content-Type-Options", "nosniff");
        fields.put(HttpHeader.CONTENT_LENGTH, stored.value().size());
        return new Reply(200, fields, wish.withBody() ? stored.value() : Bytes.EMPTY);
    }

    private static void metadata(HttpFields.Mutable fields, StoredRecord stored) {
        fields.put(HttpHeader.ETAG, EntityTags.tag(stored.index()));
        // Else caches would make up a time for which they need not ask again.
        fields.put(HttpHeader.CACHE_CONTROL, "no-cache");
        fields.putDate(HttpHeader.LAST_MODIFIED, stored.lastModified());
        fields.put(ResponseFields.CREATED_INDEX, Long.toString(stored.createdIndex()));
        fields.put(ResponseFields.VERSION, Long.toString(stored.version()));
    }

    void page(Exchange exchange, ListWish wish, boolean withBody, ReadOutcome outcome) {
        if (!(outcome instanceof ReadOutcome.Ready ready)) {
            exchange.fail(problem(outcome));
            return;
        }
        try (Tables.View view = ready.view()) {
            if (!exchange.isOver()) {
                exchange.answer(page(wish, withBody, view, ready));
            }
        }
    }

    private Reply page(ListWish wish, boolean withBody, Tables.View view, ReadOutcome.Ready ready) {
        RecordReader.Page page =
                new RecordReader(view).list(wish.prefix(), wish.after(), wish.limit(), limits.maxPageSize());
        HttpFields.Mutable fields = position(view, wish.level(), ready);
        fields.put(HttpHeader.CONTENT_TYPE, "application/json");
        fields.put(HttpHeader.CACHE_CONTROL, "no-cache");
        ListPage written = ListPage.of(wish, view.applied().index(), page, limits.maxPageSize());
        Bytes next = written.next();
        if (next != null) {
            fields.put("Link", "<" + wish.next(next) + ">; rel=\"next\"");
        }
        fields.put(HttpHeader.CONTENT_LENGTH, written.body().size());
        return new Reply(200, fields, withBody ? written.body() : Bytes.EMPTY);
    }

    private HttpFields.Mutable position(Tables.View view, ReadLevel level, ReadOutcome.Ready ready) {
        Position applied = view.applied();
        HttpFields.Mutable fields = ResponseFields.position(node, applied.epoch(), applied.index());
        if (!(level instanceof ReadLevel.Linearizable) && ready.stalenessMillis() >= 0) {
            fields.put(ResponseFields.STALENESS, Long.toString(ready.stalenessMillis()));
        }
        return fields;
    }

    /** For a read that the node itself has said nothing to. */
    static Problem nodeHangs() {
        return Problem.of(
                ProblemCode.NODE_NOT_ANSWERING, "This node's own thread does not answer. Ask again, or another node.");
    }

    /** For a record that the node was ready to read. */
    static Problem recordTooSlow() {
        return Problem.of(
                ProblemCode.READ_TOO_SLOW,
                "The record was not read in time: this node's disk is slow, or much is asked of it. Ask again, or another"
                        + " node.");
    }

    /** For a page that the node was ready to gather. */
    static Problem pageTooSlow() {
        return Problem.of(
                ProblemCode.READ_TOO_SLOW,
                "The page was not gathered in time: it is large, others' pages came before it, or this node's disk is slow."
                        + " Ask for a smaller limit, without values, with a longer Bellwether-Timeout, or another node.");
    }

    /** @param outcome not a view */
    static Problem problem(ReadOutcome outcome) {
        if (outcome instanceof ReadOutcome.TooStale stale) {
            return Problem.of(
                    ProblemCode.TOO_STALE,
                    (stale.stalenessMillis() < 0
                                    ? "This node can't tell how far it is behind."
                                    : "This node may be " + stale.stalenessMillis() + " ms behind.")
                            + " Ask another node, or for a larger max-staleness.");
        }
        if (outcome instanceof ReadOutcome.IndexNotReached behind) {
            return Problem.of(
                    ProblemCode.INDEX_NOT_REACHED,
                    "This node is at index " + behind.appliedIndex()
                            + " and did not reach Bellwether-Min-Index in time. Ask again, or another node.");
        }
        if (outcome instanceof ReadOutcome.Overloaded) {
            return Problem.of(
                    ProblemCode.OVERLOADED,
                    "This node holds as many questions as it may. Ask again a little later, or another node.");
        }
        if (outcome instanceof ReadOutcome.Stopping) {
            return Problem.of(ProblemCode.STOPPING, "This node is being stopped. Ask another.");
        }
        return Problem.of(
                ProblemCode.NO_LEADER,
                "No leader confirmed the read in time. Ask again, or with consistency=local for what is here.");
    }
}
