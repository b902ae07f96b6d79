package io.bellwether.service.http;

import io.bellwether.replication.ControlRecord;
import io.bellwether.replication.Member;
import io.bellwether.replication.ReplicaId;
import io.bellwether.service.node.NodeStatus;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Puts together how this node sees the cluster: its own status, and of every live peer the answer to a question that all
 * of them get at once. A peer that hangs costs a second and stands there as not reachable.
 */
final class ClusterSurvey {
    private final StatusQuestion question;
    private final Function<URI, CompletableFuture<Optional<PeerStatus>>> peers;
    private final PeerAddresses addresses;
    private final Identity identity;

    ClusterSurvey(
            StatusQuestion question,
            Function<URI, CompletableFuture<Optional<PeerStatus>>> peers,
            PeerAddresses addresses,
            Identity identity) {
        this.question = question;
        this.peers = peers;
        this.addresses = addresses;
        this.identity = identity;
    }

    CompletableFuture<ClusterView> view() {
        return answers(PeerStatusClient.PATIENCE).thenApply(found -> view(found.own(), found.known()));
    }

    /**
     * What this node and the live peers have said.
     *
     * @param known of those that answered, this node among them
     */
    record Found(NodeStatus own, SortedMap<ReplicaId, PeerStatus> known) {}

    /** @param patience with peers that do not answer; beyond {@link PeerStatusClient#PATIENCE} nobody is waited for */
    CompletableFuture<Found> answers(Duration patience) {
        return question.ask().thenCompose(own -> askPeers(own, patience));
    }

    private CompletableFuture<Found> askPeers(NodeStatus own, Duration patience) {
        SortedMap<ReplicaId, CompletableFuture<Optional<PeerStatus>>> answers = new TreeMap<>();
        for (Member member : own.members()) {
            ReplicaId replica = member.replica();
            if (!replica.equals(own.replica())) {
                answers.put(
                        replica,
                        ask(member)
                                .thenApply(answer -> answer.filter(it -> isOf(it, replica)))
                                .completeOnTimeout(Optional.empty(), patience.toMillis(), TimeUnit.MILLISECONDS));
            }
        }
        return CompletableFuture.allOf(answers.values().toArray(CompletableFuture[]::new))
                .thenApply(all -> {
                    SortedMap<ReplicaId, PeerStatus> known = new TreeMap<>();
                    answers.forEach((replica, answer) -> answer.join().ifPresent(it -> known.put(replica, it)));
                    known.put(own.replica(), PeerStatus.of(own, false, identity));
                    return new Found(own, known);
                });
    }

    private CompletableFuture<Optional<PeerStatus>> ask(Member member) {
        return addresses.of(member).map(peers).orElseGet(() -> CompletableFuture.completedFuture(Optional.empty()));
    }

    /** Whether it is that store which answers there, and not one that has taken its node's place. */
    private static boolean isOf(PeerStatus answer, ReplicaId replica) {
        return answer.node().equals(replica.node().name())
                && answer.store().equals(replica.store().id());
    }

    private ClusterView view(NodeStatus own, Map<ReplicaId, PeerStatus> known) {
        ControlRecord record = own.record();
        List<ReplicaId> inSync = record == null ? List.of() : record.inSync();
        return new ClusterView(
                identity.cluster(),
                record == null ? null : record.clusterId(),
                identity.node(),
                own.epoch(),
                own.leader() == null ? null : own.leader().name(),
                own.commitIndex(),
                record == null ? null : record.writeQuorum().word(),
                record == null ? null : record.minInSync(),
                own.paused(),
                inSync.stream()
                        .map(replica -> new ClusterView.Replica(
                                replica.node().name(), replica.store().id()))
                        .toList(),
                new ClusterView.ZooKeeper(own.zookeeper().name().toLowerCase(Locale.ROOT)),
                members(own, inSync, known));
    }

    private List<ClusterView.Member> members(NodeStatus own, List<ReplicaId> inSync, Map<ReplicaId, PeerStatus> known) {
        SortedMap<ReplicaId, Optional<Member>> all = new TreeMap<>();
        inSync.forEach(replica -> all.put(replica, Optional.empty()));
        all.put(
                own.replica(),
                Optional.of(new Member(
                        own.replica(),
                        identity.url(),
                        identity.version(),
                        identity.started().toString())));
        own.members().forEach(member -> all.put(member.replica(), Optional.of(member)));
        long committed =
                known.values().stream().mapToLong(PeerStatus::commitIndex).max().orElse(0);
        List<ClusterView.Member> members = new ArrayList<>();
        all.forEach((replica, member) -> members.add(
                member(replica, member.orElse(null), inSync.contains(replica), known.get(replica), committed)));
        return members;
    }

    private static ClusterView.Member member(
            ReplicaId replica, @Nullable Member live, boolean inSync, @Nullable PeerStatus status, long committed) {
        String node = replica.node().name();
        String store = replica.store().id();
        String url = live == null ? null : live.url();
        String version = live == null ? null : live.version();
        String started = live == null ? null : live.started();
        if (status == null) {
            return new ClusterView.Member(
                    node,
                    store,
                    url,
                    NodeStatus.Role.UNKNOWN.word(),
                    inSync,
                    false,
                    null,
                    null,
                    null,
                    null,
                    version,
                    started);
        }
        return new ClusterView.Member(
                node,
                store,
                url,
                status.role(),
                inSync,
                true,
                status.lastIndex(),
                status.appliedIndex(),
                Math.max(0, committed - status.appliedIndex()),
                status.stalenessMillis() < 0 ? null : status.stalenessMillis(),
                version,
                started);
    }
}
