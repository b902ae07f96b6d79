package io.bellwether.service.http;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Records over HTTP, as clients use them. */
class RecordsFaceTest {
    @RegisterExtension
    static final FacesServer SERVER = new FacesServer(Limits.DEFAULT);

    private final Http http = SERVER.http();

    @Test
    void aValueComesBackAsItWasSent() {
        Http.Answer created = http.put("/v1/kv/plain/a", "hi", "Content-Type: Text/X-Odd ; Charset=\"UTF-8\"");
        assertThat(created.status()).isEqualTo(201);
        assertThat(created.header("ETag")).isEqualTo("\"" + created.header("Bellwether-Index") + "\"");
        assertThat(created.header("Bellwether-Epoch")).isEqualTo("7");
        assertThat(created.header("Bellwether-Node")).isEqualTo("n1");

        Http.Answer read = http.get("/v1/kv/plain/a");
        assertThat(read.status()).isEqualTo(200);
        assertThat(read.text()).isEqualTo("hi");
        assertThat(read.header("Content-Type")).isEqualTo("Text/X-Odd ; Charset=\"UTF-8\"");
        assertThat(read.header("ETag")).isEqualTo(created.header("ETag"));
        assertThat(read.header("Bellwether-Created-Index")).isEqualTo(created.header("Bellwether-Index"));
        assertThat(read.header("Bellwether-Version")).isEqualTo("1");
        assertThat(read.header("Bellwether-Index")).isNotNull();
        assertThat(read.header("Bellwether-Epoch")).isEqualTo("7");
        assertThat(read.header("Bellwether-Staleness")).isNull();
        assertThat(read.header("Content-Security-Policy")).isEqualTo("sandbox");
        assertThat(read.header("X-Content-Type-Options")).isEqualTo("nosniff");
        assertThat(read.header("Last-Modified")).startsWith("Mon, 05 Jan 2026 10:");
        assertThat(read.header("Cache-Control")).isEqualTo("no-cache");
    }

    @Test
    void anEmptyValueIsAValueAndTheDefaultTypeIsBytes() {
        assertThat(http.put("/v1/kv/empty", "").status()).isEqualTo(201);
        Http.Answer read = http.get("/v1/kv/empty");
        assertThat(read.status()).isEqualTo(200);
        assertThat(read.header("Content-Length")).isEqualTo("0");
        assertThat(read.header("Content-Type")).isEqualTo("application/octet-stream");
    }

    @Test
    void aSecondPutReplaces() {
        String first = index(http.put("/v1/kv/replace", "one"));
        Http.Answer second = http.put("/v1/kv/replace", "two");
        assertThat(second.status()).isEqualTo(200);
        Http.Answer read = http.get("/v1/kv/replace");
        assertThat(read.header("Bellwether-Version")).isEqualTo("2");
        assertThat(read.header("Bellwether-Created-Index")).isEqualTo(first);
        assertThat(read.header("ETag")).isEqualTo(second.header("ETag"));
    }

    @Test
    void keysAreWhatTheirBytesAre() {
        assertThat(http.put("/v1/kv/u/%C3%BC+%20b", "x").status()).isEqualTo(201);
        assertThat(http.put("/v1/kv/u/%c3%bc%2B%20b", "y").status()).isEqualTo(200);
        assertThat(http.get("/v1/kv?prefix=u/")
                        .json()
                        .path("items")
                        .path(0)
                        .path("key")
                        .asText())
                .isEqualTo("u/ü+ b");
    }

    @Test
    void theLargestValueAndItsReaderGetAlongWithoutBlocking() {
        byte[] value = new byte[1 << 20];
        for (int i = 0; i < value.length; i++) {
            value[i] = (byte) (i * 31);
        }
        assertThat(http.send("PUT", "/v1/kv/large", value).status()).isEqualTo(201);
        Http.Answer read = http.get("/v1/kv/large");
        assertThat(read.body().unsafeArray()).isEqualTo(value);
    }

    @Test
    void aDeleteRemovesOnce() {
        http.put("/v1/kv/gone", "x");
        Http.Answer deleted = http.delete("/v1/kv/gone");
        assertThat(deleted.status()).isEqualTo(204);
        assertThat(deleted.header("Bellwether-Index")).isNotNull();
        assertThat(deleted.body().size()).isZero();

        Http.Answer again = http.delete("/v1/kv/gone");
        assertThat(again.problem(404, ProblemCode.KEY_NOT_FOUND)).contains("gone");
        assertThat(again.outcome()).isEqualTo("none");
        assertThat(again.header("Bellwether-Index")).isNotNull();
    }

    @Test
    void aMissingKeyIsNotFoundAtAnIndex() {
        Http.Answer read = http.get("/v1/kv/never/was");
        assertThat(read.problem(404, ProblemCode.KEY_NOT_FOUND)).contains("never/was");
        assertThat(read.header("Bellwether-Index")).isNotNull();
        assertThat(read.json().has("outcome")).isFalse();
    }

    @Test
    void headSaysWhatGetWouldWithoutTheBody() {
        http.put("/v1/kv/head", "12345", "Content-Type: text/plain");
        Http.Answer head = http.send("HEAD", "/v1/kv/head", null);
        assertThat(head.status()).isEqualTo(200);
        assertThat(head.header("Content-Length")).isEqualTo("5");
        assertThat(head.header("Content-Type")).isEqualTo("text/plain");
        assertThat(head.header("ETag")).isEqualTo(http.get("/v1/kv/head").header("ETag"));
        assertThat(http.send("HEAD", "/v1/kv/no-head", null).status()).isEqualTo(404);
        assertThat(http.send("HEAD", "/v1/kv", null).status()).isEqualTo(200);
    }

    @Test
    void optionsListTheMethods() {
        Http.Answer key = http.send("OPTIONS", "/v1/kv/a", null);
        assertThat(key.status()).isEqualTo(204);
        assertThat(key.header("Allow")).isEqualTo("GET, HEAD, PUT, DELETE, OPTIONS");
        assertThat(http.send("OPTIONS", "/v1/kv", null).header("Allow")).isEqualTo("GET, HEAD, OPTIONS");
    }

    @Test
    void aWriteWithIfMatchTakesEffectOnceForEachTag() {
        String first = http.put("/v1/kv/cas", "one").header("ETag");
        Http.Answer second = http.put("/v1/kv/cas", "two", "If-Match: \"1\", W/\"2\", \"x,y\" , " + first);
        assertThat(second.status()).isEqualTo(200);

        Http.Answer late = http.put("/v1/kv/cas", "three", "If-Match: " + first);
        assertThat(late.problem(412, ProblemCode.PRECONDITION_FAILED)).contains("cas", index(second));
        assertThat(late.outcome()).isEqualTo("none");
        assertThat(late.header("ETag")).isEqualTo(second.header("ETag"));
        assertThat(http.delete("/v1/kv/cas", "If-Match: " + first).status()).isEqualTo(412);
        assertThat(http.get("/v1/kv/cas").text()).isEqualTo("two");
        assertThat(http.delete("/v1/kv/cas", "If-Match: " + second.header("ETag"))
                        .status())
                .isEqualTo(204);
    }

    @Test
    void aWeakTagNeverMatches() {
        String tag = http.put("/v1/kv/weak", "one").header("ETag");
        assertThat(http.put("/v1/kv/weak", "two", "If-Match: W/" + tag).status())
                .isEqualTo(412);
        assertThat(http.get("/v1/kv/weak", "If-None-Match: W/" + tag).status()).isEqualTo(200);
    }

    @Test
    void aStarMeansWhateverIsThere() {
        Http.Answer missing = http.put("/v1/kv/star", "x", "If-Match: *");
        missing.problem(412, ProblemCode.PRECONDITION_FAILED);
        assertThat(missing.header("ETag")).isNull();
        assertThat(http.delete("/v1/kv/star", "If-Match: *").status()).isEqualTo(412);
        assertThat(http.put("/v1/kv/star", "x", "If-None-Match: *").status()).isEqualTo(201);
        assertThat(http.put("/v1/kv/star", "y", "If-None-Match: *").status()).isEqualTo(412);
        assertThat(http.put("/v1/kv/star", "y", "If-Match: *").status()).isEqualTo(200);
    }

    @Test
    void aReaderThatHoldsTheValueIsNotSentIt() {
        String tag = http.put("/v1/kv/cached", "x").header("ETag");
        Http.Answer unchanged = http.get("/v1/kv/cached", "If-None-Match: \"1\", " + tag);
        assertThat(unchanged.status()).isEqualTo(304);
        assertThat(unchanged.header("ETag")).isEqualTo(tag);
        assertThat(unchanged.header("Bellwether-Index")).isNotNull();
        assertThat(unchanged.body().size()).isZero();
        assertThat(http.get("/v1/kv/cached", "If-None-Match: *").status()).isEqualTo(304);
        assertThat(http.get("/v1/kv/cached", "If-None-Match: \"0\"").status()).isEqualTo(200);
        assertThat(http.get("/v1/kv/not-cached", "If-None-Match: *").status()).isEqualTo(404);
        assertThat(http.get("/v1/kv/cached", "If-Match: " + tag).status()).isEqualTo(200);
        http.get("/v1/kv/cached", "If-Match: \"0\"").problem(412, ProblemCode.PRECONDITION_FAILED);
    }

    @Test
    void aRepeatedKeyGetsTheFirstAnswer() {
        Http.Answer first = http.put("/v1/kv/once", "x", "Idempotency-Key: k-1");
        Http.Answer second = http.put("/v1/kv/once", "x", "Idempotency-Key: k-1");
        assertThat(first.status()).isEqualTo(201);
        assertThat(second.status()).isEqualTo(201);
        assertThat(second.header("ETag")).isEqualTo(first.header("ETag"));
        assertThat(http.get("/v1/kv/once").header("Bellwether-Version")).isEqualTo("1");
    }

    @Test
    void aKeyThatStandsForAnotherRequestIsRefused() {
        http.put("/v1/kv/reuse", "x", "Idempotency-Key: k-2");
        Http.Answer[] others = {
            http.put("/v1/kv/reuse", "y", "Idempotency-Key: k-2"),
            http.put("/v1/kv/reuse2", "x", "Idempotency-Key: k-2"),
            http.put("/v1/kv/reuse", "x", "Idempotency-Key: k-2", "Content-Type: text/plain"),
            http.put("/v1/kv/reuse", "x", "Idempotency-Key: k-2", "If-Match: *"),
            http.delete("/v1/kv/reuse", "Idempotency-Key: k-2")
        };
        for (Http.Answer other : others) {
            other.problem(422, ProblemCode.IDEMPOTENCY_KEY_REUSED);
            assertThat(other.outcome()).isEqualTo("none");
        }
        assertThat(http.get("/v1/kv/reuse").text()).isEqualTo("x");
    }

    @Test
    void aListIsInPages() {
        for (String key : new String[] {"p/a", "p/b", "p/c", "p/d", "q"}) {
            http.put("/v1/kv/" + key, "v-" + key, "Content-Type: text/plain");
        }
        Http.Answer first = http.get("/v1/kv?prefix=p/&limit=3&values=true&consistency=local");
        assertThat(first.status()).isEqualTo(200);
        assertThat(first.header("Content-Type")).isEqualTo("application/json");
        assertThat(first.json().path("items")).hasSize(3);
        assertThat(first.json().path("items").path(0).path("text").asText()).isEqualTo("v-p/a");
        assertThat(first.json().path("next").asText()).isEqualTo("p/c");
        assertThat(first.json().path("at").asText()).isEqualTo(index(first));
        assertThat(first.header("Bellwether-Staleness")).isEqualTo("0");
        String link = first.required("Link");
        assertThat(link).endsWith(">; rel=\"next\"").startsWith("</v1/kv?");

        Http.Answer second = http.get(link.substring(1, link.indexOf('>')));
        assertThat(second.json().path("items")).hasSize(1);
        assertThat(second.json().path("items").path(0).path("key").asText()).isEqualTo("p/d");
        assertThat(second.json().path("items").path(0).path("text").asText()).isEqualTo("v-p/d");
        assertThat(second.json().has("next")).isFalse();
        assertThat(second.header("Link")).isNull();
    }

    @Test
    void anItemOfAListTellsAllButTheValueUnlessAsked() {
        http.put("/v1/kv/item/text", "hi", "Content-Type: text/plain");
        http.send("PUT", "/v1/kv/item/zbytes", new byte[] {(byte) 0xff, 0});
        Http.Answer page = http.get("/v1/kv?prefix=item/");
        var item = page.json().path("items").path(0);
        assertThat(item.path("key").asText()).isEqualTo("item/text");
        assertThat(item.path("createdIndex").asLong())
                .isEqualTo(item.path("index").asLong())
                .isPositive();
        assertThat(item.path("version").asInt()).isEqualTo(1);
        assertThat(item.path("size").asInt()).isEqualTo(2);
        assertThat(item.path("contentType").asText()).isEqualTo("text/plain");
        assertThat(item.path("lastModified").asText())
                .startsWith("2026-01-05T10:")
                .endsWith("Z");
        assertThat(item.has("text")).isFalse();

        var values = http.get("/v1/kv?prefix=item/&values=true").json().path("items");
        assertThat(values.path(0).path("text").asText()).isEqualTo("hi");
        assertThat(values.path(1).path("base64").asText()).isEqualTo("/wA=");
        assertThat(values.path(1).has("text")).isFalse();
    }

    @Test
    void whatTheLinkNamesIsWrittenSoThatItComesBack() {
        http.put("/v1/kv/esc/%26=%C3%BC%20+/1", "x");
        http.put("/v1/kv/esc/%26=%C3%BC%20+/2", "x");
        Http.Answer first = http.get("/v1/kv?prefix=esc/%26=%C3%BC%20%2B/&limit=1");
        String link = first.required("Link");
        Http.Answer second = http.get(link.substring(1, link.indexOf('>')));
        assertThat(second.json().path("items").path(0).path("key").asText()).isEqualTo("esc/&=ü +/2");
    }

    private static String index(Http.Answer answer) {
        return answer.required("Bellwether-Index");
    }
}
