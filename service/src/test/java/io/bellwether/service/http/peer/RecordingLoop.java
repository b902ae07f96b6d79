package io.bellwether.service.http.peer;

import io.bellwether.replication.Envelope;
import io.bellwether.replication.Message;
import io.bellwether.replication.NodeId;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/** A node's loop as the mail sees it: one thread that takes batches, tells what came, and answers as it was told to. */
final class RecordingLoop implements PeerEvents, AutoCloseable {
    private final List<Message> received = new CopyOnWriteArrayList<>();
    private final List<NodeId> unreachable = new CopyOnWriteArrayList<>();
    private final List<Runnable> unprocessed = new CopyOnWriteArrayList<>();
    private final ExecutorService thread = Executors.newSingleThreadExecutor(task -> {
        Thread loop = new Thread(task, "loop");
        loop.setDaemon(true);
        return loop;
    });
    private volatile Consumer<Envelope> onMessage = envelope -> {};
    private final AtomicInteger handled = new AtomicInteger();
    private volatile boolean hung;
    private volatile boolean remembers = true;

    void onMessage(Consumer<Envelope> reaction) {
        onMessage = reaction;
    }

    /** From now on batches are taken in and never handled, as by a loop that is stopped. */
    void hang() {
        hung = true;
    }

    void resume() {
        hung = false;
        unprocessed.forEach(thread::execute);
        unprocessed.clear();
    }

    /** For long runs: only reacts from now on. */
    void forgetReceived() {
        remembers = false;
        received.clear();
    }

    List<Message> received() {
        return received;
    }

    List<NodeId> unreachable() {
        return unreachable;
    }

    int batchesInHand() {
        return unprocessed.size();
    }

    /** Batches that have been handled, to the last consequence. */
    int batchesHandled() {
        return handled.get();
    }

    @Override
    public void received(List<Envelope> batch, Runnable whenProcessed) {
        Runnable work = () -> {
            for (Envelope envelope : batch) {
                if (remembers) {
                    received.add(envelope.message());
                }
                onMessage.accept(envelope);
            }
            whenProcessed.run();
            handled.incrementAndGet();
        };
        if (hung) {
            unprocessed.add(work);
        } else {
            thread.execute(work);
        }
    }

    @Override
    public void unreachable(NodeId node) {
        unreachable.add(node);
    }

    @Override
    public void close() {
        thread.shutdown();
    }
}
