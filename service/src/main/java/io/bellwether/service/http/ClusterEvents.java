package io.bellwether.service.http;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.sse.OutboundSseEvent;
import jakarta.ws.rs.sse.Sse;
import jakarta.ws.rs.sse.SseEventSink;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells whoever listens how this node sees the cluster: at once, and again whenever it sees it otherwise. While somebody
 * listens it looks around at an interval; nobody costs nothing. How fresh the members are changes all the time and is no
 * change.
 */
final class ClusterEvents {
    /** Each may hold up a thread, until its connection is given up. */
    static final int MAX_LISTENERS = 16;

    private static final Duration INTERVAL = Duration.ofMillis(500);
    /** A listener that hears nothing new hears that, so that a connection which is gone is found out. */
    private static final long SILENCE_LOOKS = 20;

    private static final Logger LOG = LoggerFactory.getLogger(ClusterEvents.class);

    private final ClusterSurvey survey;
    private final ObjectMapper json;
    private final ScheduledFuture<?> looks;
    private final Executor writers;
    private final Set<Listener> listeners = ConcurrentHashMap.newKeySet();
    private final AtomicBoolean looking = new AtomicBoolean();
    private volatile boolean closed;

    /** @param writers a thread for each listener, since one that reads slowly blocks it */
    ClusterEvents(ClusterSurvey survey, ObjectMapper json, ScheduledExecutorService clock, Executor writers) {
        this.survey = survey;
        this.json = json;
        this.writers = writers;
        this.looks = clock.scheduleWithFixedDelay(
                this::look, INTERVAL.toMillis(), INTERVAL.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** @throws ProblemException if too many listen already */
    void listen(SseEventSink sink, Sse sse) {
        if (listeners.size() >= MAX_LISTENERS || closed) {
            throw new ProblemException(
                    ProblemCode.OVERLOADED, "This node has " + listeners.size() + " listeners already.");
        }
        listeners.add(new Listener(sink, sse));
        look();
    }

    /** The node stops: an open connection must not hold it up. */
    void close() {
        closed = true;
        looks.cancel(false);
        listeners.forEach(Listener::close);
    }

    /** A survey that fails is followed by the next one. */
    @SuppressWarnings("FutureReturnValueIgnored")
    private void look() {
        if (listeners.isEmpty() || closed || !looking.compareAndSet(false, true)) {
            return;
        }
        survey.view().thenAccept(this::tell).whenComplete((told, failed) -> {
            looking.set(false);
            if (failed != null) {
                LOG.debug("nobody was told how the cluster is", failed);
            }
        });
    }

    private void tell(ClusterView view) {
        try {
            String data = json.writeValueAsString(view);
            String essence = json.writeValueAsString(view.withoutLagMillis());
            listeners.forEach(listener -> listener.tell(data, essence));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a view is JSON", e);
        }
    }

    /** Somebody who listens. */
    private final class Listener {
        private final SseEventSink sink;
        private final Sse sse;
        private final AtomicBoolean busy = new AtomicBoolean();
        private volatile String told = "";
        private volatile long looksSince;

        Listener(SseEventSink sink, Sse sse) {
            this.sink = sink;
            this.sse = sse;
        }

        /** Who has not taken the last one yet hears the next one later, as it is then. */
        void tell(String data, String essence) {
            if (sink.isClosed()) {
                close();
            } else if (!busy.compareAndSet(false, true)) {
                return;
            } else {
                try {
                    writers.execute(() -> write(data, essence));
                } catch (RejectedExecutionException e) {
                    close();
                }
            }
        }

        private void write(String data, String essence) {
            boolean news = !essence.equals(told);
            looksSince = news ? 0 : looksSince + 1;
            if (news) {
                told = essence;
                send(sse.newEventBuilder()
                        .name("cluster")
                        .mediaType(MediaType.APPLICATION_JSON_TYPE)
                        .data(String.class, data)
                        .build());
            } else if (looksSince % SILENCE_LOOKS == 0) {
                send(sse.newEventBuilder().comment("nothing new").build());
            }
            busy.set(false);
        }

        private void send(OutboundSseEvent event) {
            try {
                sink.send(event).whenComplete((sent, failed) -> {
                    if (failed != null) {
                        close();
                    }
                });
            } catch (IllegalStateException gone) {
                close();
            }
        }

        void close() {
            listeners.remove(this);
            sink.close();
        }
    }
}
