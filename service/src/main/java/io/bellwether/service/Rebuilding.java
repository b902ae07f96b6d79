package io.bellwether.service;

import io.bellwether.coordination.ClusterGlance;
import io.bellwether.coordination.CoordinationSettings;
import io.bellwether.replication.Member;
import io.bellwether.replication.NodeId;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * When a node whose store is damaged may begin anew (Rule 14.7): while another one leads and serves, all that was ever
 * acknowledged is on a write quorum without this store. As long as nobody does, what is in it may be missed, and it is left
 * as it is.
 */
final class Rebuilding {
    private static final Logger LOG = LoggerFactory.getLogger(Rebuilding.class);
    private static final Duration PATIENCE = Duration.ofSeconds(2);
    private static final Duration LOOK_AGAIN = Duration.ofSeconds(1);
    private static final long TELL_AGAIN_NANOS = TimeUnit.SECONDS.toNanos(60);
    private static final Duration FOR_EVER = Duration.ofDays(100 * 365);
    private static final Duration SOME_SECONDS = Duration.ofSeconds(10);
    private static final int OK = 200;

    private final CoordinationSettings settings;
    private final NodeId self;
    private final Map<NodeId, URI> urls;
    private final HttpClient client = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(PATIENCE)
            .build();
    private long toldAtNanos = System.nanoTime();

    /** @param urls addresses that take the place of those which nodes have announced */
    Rebuilding(CoordinationSettings settings, NodeId self, Map<NodeId, URI> urls) {
        this.settings = settings;
        this.self = self;
        this.urls = Map.copyOf(urls);
    }

    /**
     * Waits until another node leads and serves.
     *
     * @param damage what is wrong with the store, for the log
     * @return the id of the cluster that it leads
     */
    String whenAnotherLeads(String damage) throws InterruptedException {
        LOG.error("{} It is rebuilt by itself as soon as another node leads", damage);
        return search(FOR_EVER)
                .orElseThrow(
                        () -> new IllegalStateException("whoever waits for ever finds a leader or is interrupted"));
    }

    /**
     * Looks for some seconds whether another node leads and serves: a store that was found damaged in use, and can be opened,
     * is the best that there is if nobody else has one.
     *
     * @return the id of the cluster that it leads; empty if none does
     */
    Optional<String> ifAnotherLeads(String damage) throws InterruptedException {
        LOG.error("{} It is rebuilt if another node leads", damage);
        Optional<String> cluster = search(SOME_SECONDS);
        if (cluster.isEmpty()) {
            LOG.error("No other node leads: this one goes on with what it has, and ends when what is damaged is read");
        }
        return cluster;
    }

    private Optional<String> search(Duration patience) throws InterruptedException {
        CompletableFuture<String> cluster = new CompletableFuture<>();
        ScheduledExecutorService looks =
                Executors.newSingleThreadScheduledExecutor(task -> new Thread(task, "waits-for-a-leader"));
        try {
            ScheduledFuture<?> looking =
                    looks.scheduleWithFixedDelay(() -> look(cluster), 0, LOOK_AGAIN.toMillis(), TimeUnit.MILLISECONDS);
            String found = cluster.get(patience.toSeconds(), TimeUnit.SECONDS);
            looking.cancel(false);
            return Optional.of(found);
        } catch (TimeoutException nobody) {
            return Optional.empty();
        } catch (ExecutionException e) {
            throw new IllegalStateException("whoever looks found neither a leader nor none", e);
        } finally {
            looks.shutdownNow();
        }
    }

    private void look(CompletableFuture<String> cluster) {
        try {
            Optional<ClusterGlance> glance = ClusterGlance.at(settings);
            Optional<Member> leader = glance.flatMap(this::leader);
            if (glance.isPresent() && leader.isPresent()) {
                LOG.warn(
                        "{} leads without this store, which is not needed any more",
                        leader.get().replica().node());
                cluster.complete(glance.get().record().clusterId());
            } else {
                tellAgain(glance.isPresent() ? "none does" : "ZooKeeper does not answer, or has no such cluster");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // it is found, or nobody waits any more
        } catch (RuntimeException e) {
            cluster.completeExceptionally(e);
        }
    }

    private void tellAgain(String why) {
        if (System.nanoTime() - toldAtNanos >= TELL_AGAIN_NANOS) {
            toldAtNanos = System.nanoTime();
            LOG.warn(
                    "This node's store is damaged, and waits for another node to lead: {}. If none ever will, see"
                            + " 'scripts/recover'",
                    why);
        }
    }

    private Optional<Member> leader(ClusterGlance glance) {
        return glance.members().stream()
                .filter(member -> !member.replica().node().equals(self))
                .filter(this::serves)
                .findFirst();
    }

    /** Whether it has committed in the highest epoch that it knows, and its write quorum answers. */
    private boolean serves(Member member) {
        URI url = urls.getOrDefault(member.replica().node(), URI.create(member.url()));
        HttpRequest question = HttpRequest.newBuilder(url.resolve("/v1/node/leader"))
                .timeout(PATIENCE)
                .build();
        try {
            return client.send(question, HttpResponse.BodyHandlers.discarding()).statusCode() == OK;
        } catch (IOException e) {
            LOG.debug("{} does not say whether it leads", url, e);
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }
}
