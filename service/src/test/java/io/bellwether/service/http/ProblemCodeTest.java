package io.bellwether.service.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import org.junit.jupiter.api.Test;

/** Clients have these words in their code: none may be renamed or moved to another status. */
class ProblemCodeTest {
    @Test
    void theWordsStay() {
        assertThat(Arrays.stream(ProblemCode.values()).map(code -> code.status() + " " + code.word()))
                .containsExactly(
                        "400 invalid-key",
                        "400 invalid-parameter",
                        "400 invalid-header",
                        "400 invalid-condition",
                        "400 invalid-path",
                        "400 invalid-json",
                        "400 body-incomplete",
                        "400 bad-request",
                        "403 not-allowed",
                        "404 key-not-found",
                        "404 path-not-found",
                        "405 method-not-allowed",
                        "406 not-acceptable",
                        "408 request-timeout",
                        "409 other-epoch",
                        "409 hand-off-running",
                        "409 in-sync-change-open",
                        "409 leader-heard",
                        "409 quorum-answers",
                        "409 other-is-ahead",
                        "411 length-required",
                        "412 precondition-failed",
                        "413 value-too-large",
                        "413 body-too-large",
                        "414 uri-too-long",
                        "415 unsupported-content",
                        "422 idempotency-key-reused",
                        "422 unknown-node",
                        "422 not-in-sync",
                        "422 not-live",
                        "422 no-target",
                        "422 store-empty",
                        "429 overloaded",
                        "431 headers-too-large",
                        "500 internal-error",
                        "503 no-leader",
                        "503 leader-suspended",
                        "503 zookeeper-unavailable",
                        "503 target-too-slow",
                        "503 too-few-in-sync",
                        "503 too-late",
                        "503 stopping",
                        "503 too-stale",
                        "503 index-not-reached",
                        "503 node-not-answering",
                        "503 read-too-slow",
                        "503 not-leader",
                        "503 not-follower",
                        "503 not-ready",
                        "504 outcome-unknown",
                        "507 insufficient-storage");
    }

    /** A retry after 'none' is safe, so it is said only of what has certainly not reached the node. */
    @Test
    void whatJettyRefusesIsNotWrittenAndWhatFailsLaterMayBe() {
        assertThat(JettyProblems.fate(400)).isEqualTo(WriteFate.NONE);
        assertThat(JettyProblems.fate(499)).isEqualTo(WriteFate.NONE);
        assertThat(JettyProblems.fate(500)).isEqualTo(WriteFate.UNKNOWN);
        assertThat(JettyProblems.fate(503)).isEqualTo(WriteFate.NONE);
    }
}
