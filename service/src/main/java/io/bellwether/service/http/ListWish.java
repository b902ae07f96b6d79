package io.bellwether.service.http;

import io.bellwether.gateway.ReadLevel;
import io.bellwether.replication.Bytes;
import io.bellwether.service.data.Command;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Which page of a list a request wants.
 *
 * @param after only keys greater than this; null for the first page
 * @param level as the query wrote it, for the link to the next page
 */
record ListWish(Bytes prefix, @Nullable Bytes after, int limit, boolean values, ReadLevel level, String levelInQuery) {
    private static final List<String> KNOWN =
            List.of("prefix", "limit", "after", "values", ReadWish.CONSISTENCY, ReadWish.MAX_STALENESS);

    /** @throws ProblemException that names the parameter which is wrong */
    static ListWish parse(@Nullable String rawQuery, Limits limits) {
        Query query = Query.parse(rawQuery, KNOWN);
        ReadLevel level = ReadWish.level(query);
        return new ListWish(
                key(query, "prefix", Bytes.EMPTY),
                query.bytes("after").isPresent() ? key(query, "after", Bytes.EMPTY) : null,
                query.number("limit", 1, limits.maxPageLimit(), limits.defaultPageLimit()),
                query.flag("values"),
                level,
                part(query, ReadWish.CONSISTENCY) + part(query, ReadWish.MAX_STALENESS));
    }

    /** Not strictly a key, since a prefix may end anywhere; but nothing longer than a key can be one. */
    private static Bytes key(Query query, String name, Bytes otherwise) {
        Bytes value = query.bytes(name).orElse(otherwise);
        if (value.size() > Command.MAX_KEY_BYTES) {
            throw Query.refused("The parameter '" + name + "' has " + value.size() + " bytes, and a key has at most "
                    + Command.MAX_KEY_BYTES + ".");
        }
        return value;
    }

    private static String part(Query query, String name) {
        return query.bytes(name)
                .map(value -> "&" + name + "=" + PercentEncoding.encode(value))
                .orElse("");
    }

    /** The target of the page that follows {@code last}. */
    String next(Bytes last) {
        return RecordsServlet.PATH + "?prefix=" + PercentEncoding.encode(prefix) + "&after="
                + PercentEncoding.encode(last) + "&limit=" + limit + (values ? "&values=true" : "") + levelInQuery;
    }
}
