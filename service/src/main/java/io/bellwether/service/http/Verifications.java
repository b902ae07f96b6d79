package io.bellwether.service.http;

import io.bellwether.replication.Bytes;
import io.bellwether.replication.ControlRecord;
import io.bellwether.replication.Member;
import io.bellwether.replication.NodeId;
import io.bellwether.replication.ReplicaId;
import io.bellwether.replication.StateDigest;
import io.bellwether.service.node.NodeStatus;
import io.bellwether.service.node.Operations;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Compares the states of all nodes when an operator wants to know (Rule 14.2). The leader does it, whoever was asked: it
 * writes the entry after which all take a digest, and asks until all have told theirs or the time is over. What then becomes
 * of one that differs is the leader's own business, and happens without anybody asking.
 */
final class Verifications {
    private static final Duration LOOK_AGAIN = Duration.ofMillis(100);
    private static final Duration LONGEST_LOOK = PeerStatusClient.PATIENCE.plus(LOOK_AGAIN.multipliedBy(2));

    private final ClusterSurvey survey;
    private final Operations operations;
    private final PeerOperations peers;
    private final PeerAddresses addresses;
    private final Executor executor;
    private final Executor later;
    private final String cluster;

    /** @param executor runs what follows an answer, off the node's thread */
    Verifications(
            ClusterSurvey survey,
            Operations operations,
            PeerOperations peers,
            PeerAddresses addresses,
            Executor executor,
            String cluster) {
        this.survey = survey;
        this.operations = operations;
        this.peers = peers;
        this.addresses = addresses;
        this.executor = executor;
        this.later = CompletableFuture.delayedExecutor(LOOK_AGAIN.toMillis(), TimeUnit.MILLISECONDS, executor);
        this.cluster = cluster;
    }

    /** Of an operator, at any node. Ends with a {@link ProblemException} if nothing could be compared. */
    CompletableFuture<VerifyReply> ask(NodeStatus status, Duration timeout) {
        NodeId leader = status.leader();
        if (leader == null) {
            throw new ProblemException(
                    ProblemCode.NO_LEADER, "This node knows no leader that could compare.", WriteFate.NONE);
        }
        if (leader.equals(status.replica().node())) {
            return here(timeout);
        }
        PeerOperations.Wish<VerifyReply> wish = new PeerOperations.Wish<>(
                PeerVerifyResource.PATH,
                Bytes.utf8("{}"),
                VerifyReply.class,
                "nothing was compared. Ask again.",
                "Ask again when there is a leader.");
        return peers.ask(leader.name(), addresses.ofLive(leader, status), wish, timeout);
    }

    /** At the leader. */
    CompletableFuture<VerifyReply> here(Duration timeout) {
        // A node that hangs takes up the whole patience of a look: no other one is begun that could not end in time.
        long deadlineNanos = System.nanoTime() + timeout.minus(LONGEST_LOOK).toNanos();
        CompletableFuture<Long> entry = new CompletableFuture<>();
        operations.compareStates(entry::complete);
        CompletableFuture<VerifyReply> reply = entry.thenComposeAsync(
                index -> {
                    if (index < 0) {
                        throw new ProblemException(
                                ProblemCode.NO_LEADER,
                                "This node does not lead, or hands over just now. Ask again.",
                                WriteFate.NONE);
                    }
                    return look(index, deadlineNanos);
                },
                executor);
        return OperatorTimeout.within(timeout, reply, "nothing is known of the states. Ask again.");
    }

    private CompletableFuture<VerifyReply> look(long index, long deadlineNanos) {
        return survey.answers().thenCompose(found -> {
            Map<ReplicaId, StateDigest> told = new HashMap<>();
            found.known().forEach((replica, status) -> digestAt(index, status)
                    .ifPresent(digest -> told.put(replica, digest)));
            Set<ReplicaId> wanted = replicas(found);
            boolean all = told.keySet().containsAll(wanted);
            return all || System.nanoTime() - deadlineNanos >= 0
                    ? CompletableFuture.completedFuture(reply(index, found, wanted, told))
                    : CompletableFuture.runAsync(() -> {}, later).thenCompose(again -> look(index, deadlineNanos));
        });
    }

    private static Optional<StateDigest> digestAt(long index, PeerStatus status) {
        List<StateDigest> digests = status.digests();
        return digests == null
                ? Optional.empty()
                : digests.stream().filter(digest -> digest.index() == index).findFirst();
    }

    /** Those that count, and those that live. */
    private static Set<ReplicaId> replicas(ClusterSurvey.Found found) {
        Set<ReplicaId> replicas = new TreeSet<>(found.known().keySet());
        found.own().members().stream().map(Member::replica).forEach(replicas::add);
        ControlRecord record = found.own().record();
        if (record != null) {
            replicas.addAll(record.inSync());
        }
        return replicas;
    }

    /** States are alike if the same version of the software has made the same of them. */
    private record Kind(String version, long sum) {}

    private VerifyReply reply(
            long index, ClusterSurvey.Found found, Set<ReplicaId> replicas, Map<ReplicaId, StateDigest> told) {
        ControlRecord record = found.own().record();
        List<ReplicaId> inSync = record == null ? List.of() : record.inSync();
        Kind most = mostOf(inSync, found, told);
        List<VerifyReply.State> states = new ArrayList<>();
        boolean equal = true;
        for (ReplicaId replica : replicas) {
            PeerStatus status = found.known().get(replica);
            StateDigest digest = told.get(replica);
            VerifyReply.Verdict verdict = verdict(status, digest, most);
            boolean counts = inSync.contains(replica);
            equal &= verdict == VerifyReply.Verdict.EQUAL
                    || (!counts
                            && (verdict == VerifyReply.Verdict.BEHIND || verdict == VerifyReply.Verdict.UNREACHABLE));
            states.add(new VerifyReply.State(
                    replica.node().name(),
                    replica.store().id(),
                    counts,
                    status == null ? null : status.version(),
                    digest == null ? null : HexFormat.of().toHexDigits(digest.sum()),
                    verdict));
        }
        return new VerifyReply(
                cluster, record == null ? null : record.clusterId(), found.own().epoch(), index, equal, states);
    }

    /** What more than half of the in-sync set have; null if there is no such thing. */
    private static @Nullable Kind mostOf(
            List<ReplicaId> inSync, ClusterSurvey.Found found, Map<ReplicaId, StateDigest> told) {
        Map<Kind, Integer> votes = new HashMap<>();
        for (ReplicaId replica : inSync) {
            PeerStatus status = found.known().get(replica);
            StateDigest digest = told.get(replica);
            if (status != null && digest != null) {
                votes.merge(new Kind(status.version(), digest.sum()), 1, Integer::sum);
            }
        }
        return votes.entrySet().stream()
                .filter(vote -> 2 * vote.getValue() > inSync.size())
                .map(Map.Entry::getKey)
                .findFirst()
                .orElse(null);
    }

    private static VerifyReply.Verdict verdict(
            @Nullable PeerStatus status, @Nullable StateDigest digest, @Nullable Kind most) {
        if (status == null) {
            return VerifyReply.Verdict.UNREACHABLE;
        }
        if (status.unsound()) {
            return VerifyReply.Verdict.DAMAGED;
        }
        if (digest == null) {
            return VerifyReply.Verdict.BEHIND;
        }
        if (most == null) {
            return VerifyReply.Verdict.DIFFERS;
        }
        if (!status.version().equals(most.version())) {
            return VerifyReply.Verdict.OTHER_VERSION;
        }
        return digest.sum() == most.sum() ? VerifyReply.Verdict.EQUAL : VerifyReply.Verdict.DIFFERS;
    }
}
