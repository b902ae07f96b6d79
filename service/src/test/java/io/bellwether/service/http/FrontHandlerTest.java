package io.bellwether.service.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.bellwether.service.http.peer.Lane;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.thread.QueuedThreadPool;
import org.junit.jupiter.api.Test;
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

    /** Bodies that come byte by byte hold their threads; the others are for everybody else. */
    @Test
    void requestsThatBlockGetSoManyThreadsAndNoMore() throws Exception {
        CountDownLatch done = new CountDownLatch(1);
        CountDownLatch held = new CountDownLatch(2);
        Server server = new Server(new QueuedThreadPool(16));
        server.setHandler(new FrontHandler(
                new Handler.Abstract() {
                    @Override
                    public boolean handle(Request request, Response response, Callback callback) throws Exception {
                        if (request.getHttpURI().getPath().equals("/slow")) {
                            held.countDown();
                            done.await();
                        }
                        callback.succeeded();
                        return true;
                    }
                },
                2));
        server.setErrorHandler(new JettyProblems());
        ServerConnector clients = connector(server, "application");
        ServerConnector admin = connector(server, "admin");
        server.start();
        ExecutorService slow = Executors.newFixedThreadPool(2);
        try {
            Http http = new Http(clients.getLocalPort());
            List<Future<Http.Answer>> answers =
                    List.of(slow.submit(() -> http.get("/slow")), slow.submit(() -> http.get("/slow")));
            held.await();
            assertThat(http.get("/quick").problem(429, ProblemCode.OVERLOADED)).contains("maxThreads");
            assertThat(http.get("/v1/kv/records").status()).isEqualTo(200);
            assertThat(new Http(admin.getLocalPort()).get("/quick").status()).isEqualTo(200);

            done.countDown();
            for (Future<Http.Answer> answer : answers) {
                assertThat(answer.get().status()).isEqualTo(200);
            }
            await().until(() -> http.get("/quick").status() == 200);
        } finally {
            done.countDown();
            slow.shutdown();
            server.stop();
        }
    }

    private static ServerConnector connector(Server server, String name) {
        ServerConnector connector = new ServerConnector(server);
        connector.setName(name);
        connector.setHost("127.0.0.1");
        server.addConnector(connector);
        return connector;
    }
}
