package io.bellwether.coordination;

import java.util.concurrent.Executor;
import java.util.function.Consumer;
import org.apache.curator.framework.CuratorFramework;
import org.apache.curator.framework.api.BackgroundCallback;
import org.apache.curator.framework.api.CuratorEvent;
import org.apache.zookeeper.KeeperException.Code;

/**
 * Sends requests to ZooKeeper without waiting, and brings each answer back on the one thread of this room. Counts them:
 * what ZooKeeper has to do must not depend on how much is written.
 */
final class Requests {
    /** Hands one request to Curator, which runs it in the background. */
    @FunctionalInterface
    interface Request {
        void send(CuratorFramework client, BackgroundCallback callback) throws Exception;
    }

    private final CuratorFramework client;
    private final Executor thread;
    private volatile long sent;

    /** @param thread the one thread of this room; its tasks run one after another */
    Requests(CuratorFramework client, Executor thread) {
        this.client = client;
        this.thread = thread;
    }

    CuratorFramework client() {
        return client;
    }

    /** The session that this process has now; 0 while it has none. */
    long session() {
        try {
            return client.getZookeeperClient().getZooKeeper().getSessionId();
        } catch (Exception e) {
            return 0; // Curator has no client to ask: it is between two sessions
        }
    }

    /** Called on the thread of this room only. {@code answered} hears every outcome, connection losses included. */
    void send(Request request, Consumer<CuratorEvent> answered) {
        count();
        try {
            request.send(client, (ignored, event) -> thread.execute(() -> answered.accept(event)));
        } catch (Exception e) {
            // In the background Curator reports what the world does through the callback; what it throws is our
            // mistake.
            throw new IllegalStateException("Curator refused to send a request", e);
        }
    }

    @SuppressWarnings("NonAtomicVolatileUpdate") // written by one thread
    private void count() {
        sent++;
    }

    long sent() {
        return sent;
    }

    static Code code(CuratorEvent event) {
        Code code = Code.get(event.getResultCode());
        return code == null ? Code.SYSTEMERROR : code;
    }

    static boolean succeeded(CuratorEvent event) {
        return code(event) == Code.OK;
    }
}
