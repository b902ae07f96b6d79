package io.bellwether.service.http;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.bellwether.fuzzing.FuzzTarget;
import io.bellwether.service.http.peer.PeerJson;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import org.eclipse.jetty.http.HttpFields;

/** What clients write into paths, queries and headers, one character to a byte. */
public final class HttpFuzz {
    private static final String KEYS = "/v1/kv/";

    private HttpFuzz() {}

    public static List<FuzzTarget> targets() {
        return List.of(
                text(
                        "keys in paths",
                        path -> KeyPath.parse(KEYS + path, KEYS.length()),
                        "a",
                        "a/b",
                        "%C3%A4/b+c",
                        "a%20b"),
                text(
                        "queries",
                        raw -> ListWish.parse(raw, Limits.DEFAULT),
                        "prefix=a/&limit=10",
                        "after=a%2Fb&values=true",
                        ""),
                text("entity tags", value -> EntityTags.parse("If-Match", value), "*", "\"1\"", "W/\"1\", \"4698\""),
                text("conditions", value -> fields("If-Match", value).conditionOfPut(), "*", "\"1\", \"2\""),
                text(
                        "timeouts",
                        value -> fields(RequestFields.TIMEOUT, value).timeout(Limits.DEFAULT),
                        "500ms",
                        "2s",
                        "1m"),
                text("indexes", value -> fields(RequestFields.MIN_INDEX, value).minIndex(), "0", "4702"),
                text("lengths", value -> fields("Content-Length", value).length(1 << 20), "0", "1048576"),
                text(
                        "content types",
                        value -> fields("Content-Type", value).contentType(),
                        "text/plain; charset=utf-8"),
                text(
                        "idempotency keys",
                        value -> fields(RequestFields.IDEMPOTENCY_KEY, value).checkIdempotencyKey(),
                        "k-1"),
                text(
                        "wishes for a hand-off",
                        body -> HandOffRequest.read(body.getBytes(ISO_8859_1)),
                        "{\"to\":\"n2\",\"epoch\":3,\"force\":true,\"dryRun\":false}",
                        ""),
                text(
                        "wishes for a recovery",
                        body -> RecoverRequest.read(body.getBytes(ISO_8859_1)),
                        "{\"epoch\":3,\"dryRun\":false}"),
                new PeerStatuses());
    }

    private static RequestFields fields(String name, String value) {
        return RequestFields.of(HttpFields.build().add(name, value));
    }

    private static FuzzTarget text(String name, Consumer<String> reader, String... samples) {
        return new Text(
                name,
                reader,
                Arrays.stream(samples)
                        .map(sample -> sample.getBytes(ISO_8859_1))
                        .toList());
    }

    /** What a node tells the others of itself. */
    private record PeerStatuses() implements FuzzTarget {
        @Override
        public String name() {
            return "statuses of nodes";
        }

        @Override
        public List<byte[]> samples() {
            String status = """
                    {"node":"n1","store":"s1","role":"leader","epoch":3,"leader":"n1","serving":true,"lastIndex":12,\
                    "lastEpoch":3,"digests":[{"index":12,"sum":-4}],"version":"1.0.0","started":"2026-01-05T10:00:00Z"}""";
            return List.of(status.getBytes(ISO_8859_1));
        }

        @Override
        public boolean take(byte[] input) {
            try {
                PeerJson.read(input, PeerStatus.class);
                return true;
            } catch (IOException refused) {
                return false;
            }
        }
    }

    private record Text(String name, Consumer<String> reader, List<byte[]> samples) implements FuzzTarget {
        @Override
        public boolean take(byte[] input) {
            try {
                reader.accept(new String(input, ISO_8859_1));
                return true;
            } catch (ProblemException refused) {
                return false;
            }
        }
    }
}
