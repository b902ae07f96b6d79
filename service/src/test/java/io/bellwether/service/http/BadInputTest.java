package io.bellwether.service.http;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.bellwether.replication.Bytes;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What no client should send. Each is a problem that names the culprit, and the state stays as it is. */
class BadInputTest {
    private static final int MAX_VALUE = 1_000;
    private static final int MAX_RECEIVING = 1_500;

    @RegisterExtension
    static final FacesServer SERVER = new FacesServer(
            new Limits(MAX_VALUE, Duration.ofSeconds(5), Duration.ofSeconds(60), 100, 1_000, 4 << 20, MAX_RECEIVING));

    private final Http http = SERVER.http();
    private Map<Bytes, Bytes> before = Map.of();

    @BeforeEach
    void rememberTheState() {
        before = SERVER.node.state();
    }

    @AfterEach
    void theStateIsUnchanged() {
        assertThat(SERVER.node.state()).isEqualTo(before);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "a//b | empty segment",
                "a/ | empty segment",
                "/a | empty segment",
                "'' | is empty",
                "a/./b | segment '.'",
                "a/%2e/b | segment '.'",
                "a/../b | segment '..'",
                "a/%2E%2e | segment '..'",
                "a%2Fb | %2F",
                "a%2fb | %2F",
                "a%25b | holds a '%'",
                "a%5Cb | holds a '\\'",
                "a\\b | holds a '\\'",
                "a;b | holds a ';'",
                "a;x=1/b | holds a ';'",
                "a%3Bb | holds a ';'",
                "a%0Ab | U+000A",
                "a%7Fb | U+007F",
                "a%C2%85b | U+0085",
                "a%FFb | no UTF-8",
                "a%C0%AFb | no UTF-8",
                "a%ED%A0%80b | no UTF-8",
                "a%E2%82 | no UTF-8",
            })
    void aForbiddenKeyIsRefusedByName(String key, String culprit) {
        for (String method : new String[] {"PUT", "GET", "DELETE"}) {
            Http.Answer answer = http.send(method, "/v1/kv/" + key, method.equals("PUT") ? new byte[] {'x'} : null);
            assertThat(answer.problem(400, ProblemCode.INVALID_KEY)).contains(culprit);
            assertThat(answer.outcome()).isEqualTo(method.equals("GET") ? "" : "none");
        }
    }

    /** These Jetty refuses before it has told anybody the path. */
    @ParameterizedTest
    @ValueSource(strings = {"a%00b", "a%zzb", "a%4", "a%"})
    void aBrokenEscapeIsRefused(String key) {
        Http.Answer answer = http.put("/v1/kv/" + key, "x");
        assertThat(answer.problem(400, ProblemCode.INVALID_PATH)).contains("target");
        assertThat(answer.outcome()).isEqualTo("none");
    }

    @Test
    void aKeyOf513BytesIsRefusedAndOneOf512IsTaken() {
        assertThat(http.put("/v1/kv/" + "k".repeat(513), "x").problem(400, ProblemCode.INVALID_KEY))
                .contains("513 bytes");
        assertThat(http.put("/v1/kv/" + "%C3%BC".repeat(257), "x").problem(400, ProblemCode.INVALID_KEY))
                .contains("514 bytes");
        assertThat(http.put("/v1/kv/" + "%C3%BC".repeat(256), "x").status()).isEqualTo(201);
        assertThat(http.delete("/v1/kv/" + "%C3%BC".repeat(256)).status()).isEqualTo(204);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/v1/kv;x=1/a",
                "/v1/cluster/../kv/a",
                "/v1/%6bv/a",
                "/v1/x;y/../kv/a",
            })
    void aWayAroundThePathIsNoWay(String target) {
        Http.Answer answer = http.put(target, "x");
        assertThat(answer.status()).isEqualTo(400);
        answer.problem(400, ProblemCode.INVALID_PATH);
        assertThat(answer.outcome()).isEqualTo("none");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "GET | /v1/kv/a?ttl=30s | 'ttl'",
                "GET | /v1/kv/a?consistency=local&consistency=local | 'consistency'",
                "GET | /v1/kv/a?consistency=strong | 'strong'",
                "GET | /v1/kv/a?consistency | 'consistency'",
                "GET | /v1/kv/a?consistency= | 'consistency'",
                "GET | /v1/kv/a?consistency=bounded | 'max-staleness' is missing",
                "GET | /v1/kv/a?max-staleness=2s | consistency=bounded",
                "GET | /v1/kv/a?consistency=local&max-staleness=2s | consistency=bounded",
                "GET | /v1/kv/a?consistency=bounded&max-staleness=2 | '2'",
                "GET | /v1/kv/a?consistency=bounded&max-staleness=-2s | '-2s'",
                "GET | /v1/kv/a?consistency=bounded&max-staleness=0s | '0s'",
                "GET | /v1/kv/a?consistency=%ff | 'consistency'",
                "GET | /v1/kv/a?& | ''",
                "GET | /v1/kv/a?=x | ''",
                "GET | /v1/kv/a?limit=1 | 'limit'",
                "PUT | /v1/kv/a?ttl=30s | 'ttl'",
                "PUT | /v1/kv/a?lease=1 | 'lease'",
                "PUT | /v1/kv/a?consistency=local | 'consistency'",
                "DELETE | /v1/kv/a?x | 'x'",
                "OPTIONS | /v1/kv/a?x | 'x'",
                "GET | /v1/kv?limit=0 | 'limit'",
                "GET | /v1/kv?limit=1001 | 'limit'",
                "GET | /v1/kv?limit=ten | 'ten'",
                "GET | /v1/kv?limit=+1 | '+1'",
                "GET | /v1/kv?limit=99999999999999999999 | 'limit'",
                "GET | /v1/kv?values=yes | 'values'",
                "GET | /v1/kv?prefix=a&prefix=b | 'prefix'",
                "GET | /v1/kv?prefix=%C3 | 'prefix'",
                "GET | /v1/kv?wait=30 | 'wait'",
                "GET | /v1/cluster?x=1 | 'x'",
                "GET | /v1/node/live?x=1 | 'x'",
                "GET | /v1/node/ready?max-lag=1 | 'max-lag'",
                "GET | /v1/node/ready?max-lag=1s&max-lag=1s | 'max-lag'",
                "GET | /peer/v1/status?x=1 | 'x'",
            })
    void aParameterThatIsUnknownRepeatedOrMalformedIsNamed(String method, String target, String culprit) {
        Http.Answer answer = http.send(method, target, method.equals("PUT") ? new byte[] {'x'} : null);
        assertThat(answer.problem(400, ProblemCode.INVALID_PARAMETER)).contains(culprit);
    }

    @Test
    void aPrefixOfMoreThan512BytesIsRefusedAndOneOf512IsTaken() {
        assertThat(http.get("/v1/kv?prefix=" + "k".repeat(513)).problem(400, ProblemCode.INVALID_PARAMETER))
                .contains("'prefix' has 513 bytes");
        assertThat(http.get("/v1/kv?after=" + "k".repeat(513)).problem(400, ProblemCode.INVALID_PARAMETER))
                .contains("'after' has 513 bytes");
        assertThat(http.get("/v1/kv?prefix=" + "k".repeat(512)).status()).isEqualTo(200);
        assertThat(http.get("/v1/kv?limit=1000").status()).isEqualTo(200);
        assertThat(http.get("/v1/kv?limit=1").status()).isEqualTo(200);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "PUT | Bellwether-Timeout: 5 | Bellwether-Timeout",
                "PUT | Bellwether-Timeout: 61s | Bellwether-Timeout",
                "PUT | Bellwether-Timeout: 60001ms | Bellwether-Timeout",
                "PUT | Bellwether-Timeout: 0ms | Bellwether-Timeout",
                "PUT | Bellwether-Timeout: 1.5s | Bellwether-Timeout",
                "PUT | Bellwether-Timeout: 99999999999h | Bellwether-Timeout",
                "GET | Bellwether-Timeout: soon | Bellwether-Timeout",
                "GET | Bellwether-Min-Index: -1 | Bellwether-Min-Index",
                "GET | Bellwether-Min-Index: x | Bellwether-Min-Index",
                "GET | Bellwether-Min-Index: 9223372036854775808 | Bellwether-Min-Index",
                "GET | Bellwether-Min-Index: | Bellwether-Min-Index",
                "PUT | Idempotency-Key: | Idempotency-Key",
                "PUT | Idempotency-Key: a b | Idempotency-Key",
                "DELETE | Idempotency-Key: ä | Idempotency-Key",
                "PUT | Content-Type: | Content-Type",
            })
    void aMalformedHeaderIsNamed(String method, String header, String culprit) {
        Http.Answer answer = http.send(method, "/v1/kv/a", method.equals("PUT") ? new byte[] {'x'} : null, header);
        assertThat(answer.problem(400, ProblemCode.INVALID_HEADER)).contains(culprit);
        assertThat(answer.outcome()).isEqualTo(method.equals("GET") ? "" : "none");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Bellwether-Timeout: 5s",
                "Idempotency-Key: k",
                "Content-Type: text/plain",
            })
    void aRepeatedHeaderIsNamed(String header) {
        Http.Answer answer = http.put("/v1/kv/a", "x", header, header.toLowerCase(Locale.ROOT));
        assertThat(answer.problem(400, ProblemCode.INVALID_HEADER))
                .containsIgnoringCase(header.substring(0, header.indexOf(':')));
    }

    @Test
    void limitsOfHeadersHoldOnBothSides() {
        assertThat(http.put("/v1/kv/a", "x", "Idempotency-Key: " + "k".repeat(129))
                        .problem(400, ProblemCode.INVALID_HEADER))
                .contains("1 to 128");
        assertThat(http.delete("/v1/kv/a", "Idempotency-Key: " + "k".repeat(128))
                        .status())
                .isEqualTo(404);
        assertThat(http.put("/v1/kv/a", "x", "Content-Type: " + "t".repeat(257))
                        .problem(400, ProblemCode.INVALID_HEADER))
                .contains("1 to 256");
        assertThat(http.put("/v1/kv/a", "x", "Content-Type: " + "t".repeat(256), "If-Match: *")
                        .status())
                .isEqualTo(412);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '\'',
            value = {
                "PUT | If-Match: 5 | If-Match",
                "PUT | If-Match: \"5 | If-Match",
                "PUT | If-Match: \"5\" \"6\" | If-Match",
                "PUT | If-Match: \"5\", | If-Match",
                "PUT | If-Match: ,\"5\" | If-Match",
                "PUT | If-Match: *, \"5\" | If-Match",
                "PUT | If-Match: w/\"5\" | If-Match",
                "PUT | If-Match: | If-Match",
                "DELETE | If-Match: 5 | If-Match",
                "GET | If-Match: 5 | If-Match",
                "GET | If-None-Match: 5 | If-None-Match",
                "PUT | If-None-Match: \"5\" | If-None-Match",
                "PUT | If-None-Match: | If-None-Match",
                "DELETE | If-None-Match: * | If-None-Match",
                "PUT | If-Modified-Since: Mon, 05 Jan 2026 10:00:00 GMT | If-Modified-Since",
                "PUT | If-Unmodified-Since: Mon, 05 Jan 2026 10:00:00 GMT | If-Unmodified-Since",
                "DELETE | If-Modified-Since: x | If-Modified-Since",
                "DELETE | If-Unmodified-Since: x | If-Unmodified-Since",
            })
    void aConditionThatMakesNoSenseIsNamed(String method, String header, String culprit) {
        Http.Answer answer = http.send(method, "/v1/kv/a", method.equals("PUT") ? new byte[] {'x'} : null, header);
        assertThat(answer.problem(400, ProblemCode.INVALID_CONDITION)).contains(culprit);
        assertThat(answer.outcome()).isEqualTo(method.equals("GET") ? "" : "none");
    }

    @Test
    void conditionsThatExcludeEachOtherOrComeTwiceAreNamed() {
        assertThat(http.put("/v1/kv/a", "x", "If-Match: \"5\"", "If-None-Match: *")
                        .problem(400, ProblemCode.INVALID_CONDITION))
                .contains("If-Match and If-None-Match");
        assertThat(http.put("/v1/kv/a", "x", "If-Match: \"5\"", "If-Match: \"6\"")
                        .problem(400, ProblemCode.INVALID_CONDITION))
                .contains("If-Match is there more than once");
        assertThat(http.put("/v1/kv/a", "x", "If-None-Match: *", "If-None-Match: *")
                        .problem(400, ProblemCode.INVALID_CONDITION))
                .contains("If-None-Match is there more than once");
    }

    @Test
    void aValueNeedsItsLength() {
        Http.Answer none = http.raw("PUT /v1/kv/a HTTP/1.1\r\nHost: t\r\nConnection: close\r\n\r\n", false);
        assertThat(none.problem(411, ProblemCode.LENGTH_REQUIRED)).contains("Content-Length");
        assertThat(none.outcome()).isEqualTo("none");
        for (String coding : new String[] {"chunked", "gzip, chunked"}) {
            Http.Answer chunked = http.raw(
                    "PUT /v1/kv/a HTTP/1.1\r\nHost: t\r\nConnection: close\r\nTransfer-Encoding: " + coding
                            + "\r\n\r\n1\r\nx\r\n0\r\n\r\n",
                    false);
            assertThat(chunked.problem(411, ProblemCode.LENGTH_REQUIRED)).contains(coding);
            assertThat(chunked.outcome()).isEqualTo("none");
        }
    }

    @Test
    void aValueOfOneByteTooManyIsRefusedAndTheLargestIsTaken() {
        Http.Answer tooLarge = http.put("/v1/kv/a", "x".repeat(MAX_VALUE + 1));
        assertThat(tooLarge.problem(413, ProblemCode.VALUE_TOO_LARGE)).contains("1001", "1000", "maxValueSize");
        assertThat(tooLarge.outcome()).isEqualTo("none");
        Http.Answer huge = http.raw(
                "PUT /v1/kv/a HTTP/1.1\r\nHost: t\r\nConnection: close\r\nContent-Length: 9223372036854775807\r\n\r\nx",
                false);
        huge.problem(413, ProblemCode.VALUE_TOO_LARGE);
        assertThat(http.put("/v1/kv/a", "x".repeat(MAX_VALUE)).status()).isEqualTo(201);
        assertThat(http.delete("/v1/kv/a").status()).isEqualTo(204);
    }

    @Test
    void aMalformedOrRepeatedLengthIsRefused() {
        for (String lengths : new String[] {
            "Content-Length: x",
            "Content-Length: -1",
            "Content-Length: 1\r\nContent-Length: 2",
            "Content-Length: 1\r\nTransfer-Encoding: chunked"
        }) {
            Http.Answer answer = http.raw(
                    "PUT /v1/kv/a HTTP/1.1\r\nHost: t\r\nConnection: close\r\n" + lengths + "\r\n\r\nx", false);
            answer.problem(400, ProblemCode.BAD_REQUEST);
            assertThat(answer.outcome()).isEqualTo("none");
        }
    }

    @Test
    void aBodyThatIsCutOffIsNeverWritten() {
        Http.Answer answer = http.raw("PUT /v1/kv/a HTTP/1.1\r\nHost: t\r\nContent-Length: 10\r\n\r\nabc", true);
        assertThat(answer.problem(400, ProblemCode.BODY_INCOMPLETE)).contains("3 of the 10");
        assertThat(answer.outcome()).isEqualTo("none");
    }

    @Test
    void anEncodedBodyIsRefused() {
        Http.Answer put = http.put("/v1/kv/a", "x", "Content-Encoding: gzip");
        assertThat(put.problem(415, ProblemCode.UNSUPPORTED_CONTENT)).contains("Content-Encoding", "gzip");
        assertThat(put.outcome()).isEqualTo("none");
        http.delete("/v1/kv/a", "Content-Encoding: gzip").problem(415, ProblemCode.UNSUPPORTED_CONTENT);
    }

    /** RFC 9110, 14.5. */
    @Test
    void aPieceDoesNotTakeThePlaceOfTheWhole() {
        Http.Answer put = http.put("/v1/kv/a", "all", "Content-Range: bytes 0-2/9");
        assertThat(put.problem(400, ProblemCode.INVALID_HEADER)).contains("Content-Range", "bytes 0-2/9");
        assertThat(put.outcome()).isEqualTo("none");
    }

    @Test
    void bodiesOnTheirWayInAreBounded() {
        String slow = "PUT /v1/kv/a HTTP/1.1\r\nHost: t\r\nConnection: close\r\nContent-Length: 1000\r\n\r\n";
        try (SlowRequest first = new SlowRequest(SERVER.port(), slow)) {
            await().untilAsserted(() -> assertThat(
                            http.put("/v1/kv/b", "x".repeat(501), "If-Match: *").problem(429, ProblemCode.OVERLOADED))
                    .contains("maxReceivingSize"));
            assertThat(http.put("/v1/kv/b", "x".repeat(500), "If-Match: *").status())
                    .isEqualTo(412);
            assertThat(first.isOpen()).isTrue();
        }
        await().untilAsserted(() -> assertThat(
                        http.put("/v1/kv/b", "x".repeat(1_000), "If-Match: *").status())
                .isEqualTo(412));
    }

    @Test
    void aBodyThatNeverComesGivesItsPlaceBack() {
        String slow = "PUT /v1/kv/a HTTP/1.1\r\nHost: t\r\nContent-Length: 1000\r\nBellwether-Timeout: 50ms\r\n\r\nx";
        for (int i = 0; i < 3; i++) {
            Http.Answer answer = http.raw(slow, false);
            answer.problem(408, ProblemCode.REQUEST_TIMEOUT);
        }
        await().untilAsserted(() -> assertThat(
                        http.put("/v1/kv/b", "x".repeat(1_000), "If-Match: *").status())
                .isEqualTo(412));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "POST | /v1/kv/a | GET, HEAD, PUT, DELETE, OPTIONS",
                "PATCH | /v1/kv/a | GET, HEAD, PUT, DELETE, OPTIONS",
                "BREW | /v1/kv/a | GET, HEAD, PUT, DELETE, OPTIONS",
                "PUT | /v1/kv | GET, HEAD, OPTIONS",
                "DELETE | /v1/kv | GET, HEAD, OPTIONS",
                "POST | /v1/kv | GET, HEAD, OPTIONS",
            })
    void aMethodThatIsNotForItIsRefusedWithThoseThatAre(String method, String target, String allow) {
        Http.Answer answer = http.send(method, target, new byte[] {'x'});
        assertThat(answer.problem(405, ProblemCode.METHOD_NOT_ALLOWED)).contains(method);
        assertThat(answer.header("Allow")).isEqualTo(allow);
        assertThat(answer.outcome()).isEqualTo("none");
    }

    @Test
    void jerseysMethodsToo() {
        Http.Answer answer = http.send("PUT", "/v1/cluster", new byte[] {'x'});
        answer.problem(405, ProblemCode.METHOD_NOT_ALLOWED);
        assertThat(answer.header("Allow")).contains("GET", "HEAD", "OPTIONS");
        assertThat(answer.outcome()).isEqualTo("none");
        http.send("BREW", "/v1/cluster", null).problem(405, ProblemCode.METHOD_NOT_ALLOWED);
        assertThat(http.send("OPTIONS", "/v1/cluster", null).header("Allow")).contains("GET");
    }

    @ParameterizedTest
    @ValueSource(strings = {"/", "/nothing", "/v1", "/v1/", "/v1/kvx", "/v1/clusters", "/v1/node", "/v1/txn"})
    void anUnknownPathIsNamed(String path) {
        assertThat(http.get(path).problem(404, ProblemCode.PATH_NOT_FOUND)).contains("'" + path + "'");
        Http.Answer put = http.put(path, "x");
        put.problem(404, ProblemCode.PATH_NOT_FOUND);
        assertThat(put.outcome()).isEqualTo("none");
    }

    @Test
    void aSemicolonIsNoPartOfAPath() {
        assertThat(http.get("/v1/cluster;x=1").problem(400, ProblemCode.INVALID_PATH))
                .contains("/v1/cluster;x=1");
    }

    @Test
    void anAnswerThatNobodyAcceptsIsAProblem() {
        http.get("/v1/cluster", "Accept: image/png").problem(406, ProblemCode.NOT_ACCEPTABLE);
    }

    @Test
    void whatIsNoHttpIsAProblem() {
        http.raw("PUT /v1/kv/a HTTP/1.1\r\nConnection: close\r\n\r\n", false).problem(400, ProblemCode.BAD_REQUEST);
        http.raw("GET /v1/kv/a HTTP/1.1\nHost: t\n\n", false).problem(400, ProblemCode.BAD_REQUEST);
        http.raw("GET /v1/kv/a HTTP/3.7\r\nHost: t\r\n\r\n", false).problem(505, ProblemCode.BAD_REQUEST);
        http.get("/v1/kv/" + "k".repeat(20_000)).problem(414, ProblemCode.URI_TOO_LONG);
        http.get("/v1/kv/a", "X: " + "k".repeat(20_000)).problem(431, ProblemCode.HEADERS_TOO_LARGE);
        http.get("/a%2Fb").problem(400, ProblemCode.BAD_REQUEST);
    }

    /** Were a buffer given to two connections, each of these would sometimes be answered for what another one sent. */
    @Test
    void whatIsNoHttpLeavesRequestsBesideItAlone() throws Exception {
        ExecutorService clients = Executors.newFixedThreadPool(3);
        try {
            List<Callable<Void>> work = Collections.nCopies(3, () -> {
                for (int i = 0; i < 1_000; i++) {
                    http.get("/v1/kv/" + "k".repeat(20_000)).problem(414, ProblemCode.URI_TOO_LONG);
                    http.get("/v1/kv/nothing" + i).problem(404, ProblemCode.KEY_NOT_FOUND);
                }
                return null;
            });
            for (Future<Void> client : clients.invokeAll(work)) {
                client.get();
            }
        } finally {
            clients.shutdown();
        }
    }

    @Test
    void theAdminPortAnswersWithProblemsToo() {
        new Http(SERVER.adminPort()).get("/nothing").problem(404, ProblemCode.PATH_NOT_FOUND);
    }

    /** A body that is nothing but space beside its braces, in both ways of sending one. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "/v1/cluster/handoff",
                "/v1/cluster/recover",
                "/v1/cluster/verify",
                "/peer/v1/handoff",
                "/peer/v1/verify"
            })
    void anOperatorsBodyOfOneByteTooManyIsRefusedAndTheLargestIsRead(String target) {
        String largest = "{" + " ".repeat(BodyLimit.MAX_BYTES - 2) + "?";
        Http.Answer taken = http.send("POST", target, largest.getBytes(UTF_8), "Content-Type: application/json");
        taken.problem(400, ProblemCode.INVALID_JSON);
        Http.Answer refused =
                http.send("POST", target, (largest + "?").getBytes(UTF_8), "Content-Type: application/json");
        assertThat(refused.problem(413, ProblemCode.BODY_TOO_LARGE)).contains("65536");
        assertThat(refused.outcome()).isEqualTo("none");

        chunked(target, largest).problem(400, ProblemCode.INVALID_JSON);
        chunked(target, largest + "?").problem(413, ProblemCode.BODY_TOO_LARGE);
    }

    /** JSON may be in UTF-32, and then be no text at all. */
    @Test
    void anOperatorsBodyThatIsNoTextIsRefused() {
        byte[] brace = {0, 0, 0, '{', -1, -1, -1, -1};
        Http.Answer refused = http.send("POST", "/v1/cluster/handoff", brace, "Content-Type: application/json");
        refused.problem(400, ProblemCode.INVALID_JSON);
        assertThat(refused.outcome()).isEqualTo("none");
    }

    private Http.Answer chunked(String target, String body) {
        return http.raw(
                "POST " + target + " HTTP/1.1\r\nHost: t\r\nConnection: close\r\nContent-Type: application/json\r\n"
                        + "Transfer-Encoding: chunked\r\n\r\n" + Integer.toHexString(body.length()) + "\r\n" + body
                        + "\r\n0\r\n\r\n",
                false);
    }
}
