package io.bellwether.service.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.server.internal.HttpConnection;
import org.eclipse.jetty.util.thread.QueuedThreadPool;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What is no HTTP is answered while its connection is still being read; and the connection has one reader all the same. */
class InTurnConnectionTest {
    private final Slow threads = new Slow();
    private final Server server = new Server(threads);
    private final ServerConnector connector =
            new ServerConnector(server, new InTurnConnection.Factory(new HttpConfiguration()));

    /**
     * Keeps the reader in its connection until the answer was written by another thread, and until a third one has done
     * what it can to read on.
     */
    private static final class Slow extends QueuedThreadPool {
        final BlockingQueue<Thread.State> secondReader = new LinkedBlockingQueue<>();

        @Override
        public boolean tryExecute(Runnable task) {
            if (HttpConnection.getCurrentConnection() == null) {
                return super.tryExecute(task);
            }
            Thread answering = new Thread(task);
            answering.start();
            join(answering);
            return true;
        }

        @Override
        public void execute(Runnable job) {
            if (!(job instanceof HttpConnection)) {
                super.execute(job);
                return;
            }
            Thread second = new Thread(job);
            second.start();
            await().pollInterval(Duration.ofMillis(1))
                    .until(
                            second::getState,
                            state -> state == Thread.State.BLOCKED || state == Thread.State.TERMINATED);
            secondReader.add(second.getState());
        }

        private static void join(Thread thread) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                fail("interrupted", e);
            }
        }
    }

    @BeforeEach
    void start() throws Exception {
        server.addConnector(connector);
        server.start();
    }

    @AfterEach
    void stop() throws Exception {
        server.stop();
    }

    @Test
    void theSecondReaderWaitsUntilTheFirstHasLeft() throws Exception {
        Http.Answer answer = new Http(connector.getLocalPort()).raw("GET /" + "k".repeat(20_000) + " ", false);
        assertThat(answer.status()).isEqualTo(414);
        assertThat(threads.secondReader.poll(10, TimeUnit.SECONDS)).isEqualTo(Thread.State.BLOCKED);
    }
}
