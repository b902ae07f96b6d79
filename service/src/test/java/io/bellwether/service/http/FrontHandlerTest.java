package io.bellwether.service.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.bellwether.service.http.peer.Lane;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is handled on the thread that reads, and so must never block. Paths are canonical here, as servlets are found. */
class FrontHandlerTest {
    @ParameterizedTest
    @ValueSource(strings = {"/v1/kv", "/v1/kv/", "/v1/kv/a/b"})
    void recordsAreHandledAtOnce(String path) {
        assertThat(FrontHandler.neverBlocks(path)).isTrue();
    }

    @ParameterizedTest
    @EnumSource(Lane.class)
    void peersAreHandledAtOnce(Lane lane) {
        assertThat(FrontHandler.neverBlocks(lane.path())).isTrue();
    }

    /** Jersey's threads may block; the last ones only look like ours. */
    @ParameterizedTest
    @ValueSource(strings = {"/", "/v1/cluster", "/v1/node/ready", "/peer/v1/status", "/v1/kvs", "/peer/v1/control/x"})
    void allElseGoesToTheServersThreads(String path) {
        assertThat(FrontHandler.neverBlocks(path)).isFalse();
    }
}
