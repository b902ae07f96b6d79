package io.bellwether.service.http;

import io.bellwether.gateway.ReadLevel;
import io.bellwether.replication.Bytes;
import io.bellwether.replication.Position;
import io.bellwether.replication.Tables;
import io.bellwether.service.data.RecordReader;
import io.bellwether.service.data.StoredRecord;
import io.bellwether.service.node.ReadOutcome;
import jakarta.servlet.http.HttpServletResponse;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What a read's outcome is in HTTP. */
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
            failed(exchange, outcome);
            return;
        }
        try (Tables.View view = ready.view()) {
            if (exchange.claim()) {
                position(exchange.response(), view, wish.level(), ready);
                record(exchange, wish, new RecordReader(view).get(wish.key()));
            }
        }
    }

    private void record(Exchange exchange, GetWish wish, @Nullable StoredRecord stored) {
        HttpServletResponse response = exchange.response();
        long index = stored == null ? 0 : stored.index();
        if (wish.onlyMatching().isPresent() && !wish.onlyMatching().get().match(index)) {
            exchange.finish(WriteAnswer.conditionFailed(response, wish.key().utf8(), index));
        } else if (stored == null) {
            exchange.finish(Problem.of(
                    ProblemCode.KEY_NOT_FOUND, "There is no key " + wish.key().utf8() + "."));
        } else if (wish.unlessMatching().isPresent()
                && wish.unlessMatching().get().match(index)) {
            response.setStatus(304);
            metadata(response, stored);
            exchange.send();
        } else {
            metadata(response, stored);
            ResponseFields.contentType(response, stored.contentType());
            // A stored page must not run on the console's origin.
            response.setHeader("Content-Security-Policy", "sandbox");
            response.setHeader("X-Content-Type-Options", "nosniff");
            response.setContentLength(stored.value().size());
            if (wish.withBody()) {
                exchange.send(stored.value().unsafeArray());
            } else {
                exchange.send();
            }
        }
    }

    private static void metadata(HttpServletResponse response, StoredRecord stored) {
        response.setHeader("ETag", EntityTags.tag(stored.index()));
        // Else caches would make up a time for which they need not ask again.
        response.setHeader("Cache-Control", "no-cache");
        response.setDateHeader("Last-Modified", stored.lastModified());
        response.setHeader(ResponseFields.CREATED_INDEX, Long.toString(stored.createdIndex()));
        response.setHeader(ResponseFields.VERSION, Long.toString(stored.version()));
    }

    void page(Exchange exchange, ListWish wish, boolean withBody, ReadOutcome outcome) {
        if (!(outcome instanceof ReadOutcome.Ready ready)) {
            failed(exchange, outcome);
            return;
        }
        try (Tables.View view = ready.view()) {
            if (exchange.claim()) {
                page(exchange, wish, withBody, view, ready);
            }
        }
    }

    private void page(Exchange exchange, ListWish wish, boolean withBody, Tables.View view, ReadOutcome.Ready ready) {
        RecordReader.Page page =
                new RecordReader(view).list(wish.prefix(), wish.after(), wish.limit(), limits.maxPageSize());
        HttpServletResponse response = exchange.response();
        position(response, view, wish.level(), ready);
        response.setHeader("Content-Type", "application/json");
        response.setHeader("Cache-Control", "no-cache");
        Bytes next = ListPage.next(page);
        if (next != null) {
            response.setHeader("Link", "<" + wish.next(next) + ">; rel=\"next\"");
        }
        byte[] body = ListPage.json(wish, view.applied().index(), page);
        response.setContentLength(body.length);
        if (withBody) {
            exchange.send(body);
        } else {
            exchange.send();
        }
    }

    private void position(HttpServletResponse response, Tables.View view, ReadLevel level, ReadOutcome.Ready ready) {
        Position applied = view.applied();
        ResponseFields.position(response, node, applied.epoch(), applied.index());
        if (!(level instanceof ReadLevel.Linearizable) && ready.stalenessMillis() >= 0) {
            response.setHeader(ResponseFields.STALENESS, Long.toString(ready.stalenessMillis()));
        }
    }

    private static void failed(Exchange exchange, ReadOutcome outcome) {
        exchange.fail(problem(outcome));
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
        return Problem.of(
                ProblemCode.NO_LEADER,
                "No leader confirmed the read in time. Ask again, or with consistency=local for what is here.");
    }
}
