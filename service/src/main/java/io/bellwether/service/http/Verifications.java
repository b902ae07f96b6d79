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
import java.util.Collections;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
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
    /** So much before the time is over the last look begins: a wait, the least of patience, and some to answer. */
    private static final Duration LAST_LOOK = LOOK_AGAIN.multipliedBy(3);

    private static final Set<VerifyReply.Verdict> WRONG =
            EnumSet.of(VerifyReply.Verdict.DIFFERS, VerifyReply.Verdict.DAMAGED);

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
        long deadlineNanos = System.nanoTime() + timeout.minus(LAST_LOOK).toNanos();
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
                    return new Comparison(index, deadlineNanos).look();
                },
                executor);
        return OperatorTimeout.within(timeout, reply, "nothing is known of the states. Ask again.");
    }

    /** States are alike if the same version of the software has made the same of them. */
    private record Kind(String version, long sum) {}

    /** What is asked and heard of the states after one entry; used by one thread after the other. */
    private final class Comparison {
        private final long index;
        private final long deadlineNanos;
        /** What each has answered last: one that hangs by now has not unsaid it. */
        private final Map<ReplicaId, PeerStatus> heard = new HashMap<>();

        private final Map<ReplicaId, Kind> told = new HashMap<>();

        Comparison(long index, long deadlineNanos) {
            this.index = index;
            this.deadlineNanos = deadlineNanos;
        }

        CompletableFuture<VerifyReply> look() {
            return survey.answers(patience()).thenComposeAsync(this::weigh, executor);
        }

        private CompletableFuture<VerifyReply> weigh(ClusterSurvey.Found found) {
            heard.putAll(found.known());
            found.known().forEach(this::noteDigest);
            Set<ReplicaId> wanted = replicas(found);
            boolean all = told.keySet().containsAll(wanted);
            return all || System.nanoTime() - deadlineNanos >= 0
                    ? CompletableFuture.completedFuture(reply(found.own(), wanted))
                    : CompletableFuture.runAsync(() -> {}, later).thenCompose(again -> look());
        }

        /** A node that hangs takes up all the patience of a look: it must leave time for what the others say later. */
        private Duration patience() {
            Duration half = Duration.ofNanos((deadlineNanos - System.nanoTime()) / 2);
            Duration most = half.compareTo(PeerStatusClient.PATIENCE) < 0 ? half : PeerStatusClient.PATIENCE;
            return most.compareTo(LOOK_AGAIN) > 0 ? most : LOOK_AGAIN;
        }

        private void noteDigest(ReplicaId replica, PeerStatus status) {
            List<StateDigest> digests = status.digests();
            if (digests != null) {
                digests.stream()
                        .filter(digest -> digest.index() == index)
                        .forEach(digest -> told.put(replica, new Kind(status.version(), digest.sum())));
            }
        }

        /** Those that count, those that live, and those that have told: who differs may leave for that meanwhile. */
        private Set<ReplicaId> replicas(ClusterSurvey.Found found) {
            Set<ReplicaId> replicas = new TreeSet<>(found.known().keySet());
            found.own().members().stream().map(Member::replica).forEach(replicas::add);
            replicas.addAll(inSync(found.own()));
            replicas.addAll(told.keySet());
            return replicas;
        }

        private static List<ReplicaId> inSync(NodeStatus own) {
            ControlRecord record = own.record();
            return record == null ? List.of() : record.inSync();
        }

        private VerifyReply reply(NodeStatus own, Set<ReplicaId> replicas) {
            List<ReplicaId> inSync = inSync(own);
            List<Kind> votes =
                    inSync.stream().map(told::get).filter(Objects::nonNull).toList();
            Kind most = mostOf(votes, inSync.size());
            List<VerifyReply.State> states = new ArrayList<>();
            boolean equal = true;
            for (ReplicaId replica : replicas) {
                PeerStatus status = heard.get(replica);
                Kind kind = told.get(replica);
                VerifyReply.Verdict verdict = verdict(status, kind, most, votes);
                boolean counts = inSync.contains(replica);
                equal &= verdict == VerifyReply.Verdict.EQUAL || (!counts && !WRONG.contains(verdict));
                states.add(new VerifyReply.State(
                        replica.node().name(),
                        replica.store().id(),
                        counts,
                        status == null ? null : status.version(),
                        kind == null ? null : HexFormat.of().toHexDigits(kind.sum()),
                        verdict));
            }
            ControlRecord record = own.record();
            return new VerifyReply(
                    cluster, record == null ? null : record.clusterId(), own.epoch(), index, equal, states);
        }
    }

    /** What more than half of the in-sync set have; null if there is no such thing. */
    private static @Nullable Kind mostOf(List<Kind> votes, int voters) {
        return votes.stream()
                .filter(kind -> 2 * Collections.frequency(votes, kind) > voters)
                .findFirst()
                .orElse(null);
    }

    private static VerifyReply.Verdict verdict(
            @Nullable PeerStatus status, @Nullable Kind kind, @Nullable Kind most, List<Kind> votes) {
        if (status == null) {
            return VerifyReply.Verdict.UNREACHABLE;
        }
        if (status.unsound()) {
            return VerifyReply.Verdict.DAMAGED;
        }
        if (kind == null) {
            return VerifyReply.Verdict.BEHIND;
        }
        if (kind.equals(most)) {
            return VerifyReply.Verdict.EQUAL;
        }
        if (most != null && !kind.version().equals(most.version())) {
            return VerifyReply.Verdict.OTHER_VERSION;
        }
        // Without most that are alike it is odd only if somebody has made something else of the same with the same
        // version.
        boolean odd =
                votes.stream().anyMatch(vote -> vote.version().equals(kind.version()) && vote.sum() != kind.sum());
        return odd ? VerifyReply.Verdict.DIFFERS : VerifyReply.Verdict.UNCONFIRMED;
    }
}
