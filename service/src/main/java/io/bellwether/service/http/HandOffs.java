package io.bellwether.service.http;

import io.bellwether.replication.Bytes;
import io.bellwether.replication.ControlRecord;
import io.bellwether.replication.HandOffOutcome;
import io.bellwether.replication.HandOffWish;
import io.bellwether.replication.NodeId;
import io.bellwether.replication.ReplicaId;
import io.bellwether.service.node.NodeStatus;
import io.bellwether.service.node.Operations;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Takes a hand-off to the node that does it: to the leader, or, when it is forced, to the one that is to lead. That one
 * does it itself, and asks nobody else to.
 */
final class HandOffs {
    /** Whoever takes longer to say how far it is shall not lead: the cluster waits for one that does. */
    private static final Duration CANDIDATES_PATIENCE = Duration.ofMillis(250);

    /** What is to be known of leadership when nothing was heard in time: the rest of a sentence. */
    static final String UNSETTLED = "leadership may have moved, or may move yet. Look at the cluster.";

    private final StatusQuestion question;
    private final Operations operations;
    private final PeerStatusClient statusOfPeers;
    private final PeerOperations peers;
    private final PeerAddresses addresses;
    private final Executor executor;

    /** @param executor runs what follows an answer, off the node's thread */
    HandOffs(
            StatusQuestion question,
            Operations operations,
            PeerStatusClient statusOfPeers,
            PeerOperations peers,
            PeerAddresses addresses,
            Executor executor) {
        this.question = question;
        this.operations = operations;
        this.statusOfPeers = statusOfPeers;
        this.peers = peers;
        this.addresses = addresses;
        this.executor = executor;
    }

    /** Of an operator, at any node. Ends with a {@link ProblemException} if leadership has not moved, or nobody knows. */
    CompletableFuture<HandOffReply> ask(HandOffRequest request, Duration timeout) {
        return OperatorTimeout.within(
                timeout,
                question.ask()
                        .thenCompose(status ->
                                request.force() ? force(status, request, timeout) : move(status, request, timeout)),
                UNSETTLED);
    }

    /** Of a peer that has found out that this node is the one. */
    CompletableFuture<HandOffReply> here(HandOffRequest request, Duration timeout) {
        CompletableFuture<HandOffOutcome> outcome = new CompletableFuture<>();
        if (request.force()) {
            operations.force(request.epoch(), outcome::complete);
        } else {
            NodeId to = request.to() == null ? null : node(request.to());
            operations.handOff(new HandOffWish(to, request.epoch(), request.dryRun()), outcome::complete);
        }
        return OperatorTimeout.within(timeout, outcome.thenApplyAsync(HandOffs::reply, executor), UNSETTLED);
    }

    // --- the leader does it ------------------------------------------------------------------------------------------

    private CompletableFuture<HandOffReply> move(NodeStatus status, HandOffRequest request, Duration timeout) {
        NodeId leader = status.leader();
        if (leader == null) {
            throw new ProblemException(
                    ProblemCode.NO_LEADER, "This node knows no leader that could hand over.", WriteFate.NONE);
        }
        return at(status, leader, request, timeout);
    }

    private CompletableFuture<HandOffReply> at(
            NodeStatus status, NodeId node, HandOffRequest request, Duration timeout) {
        if (node.equals(status.replica().node())) {
            return here(request, timeout);
        }
        PeerOperations.Wish<HandOffReply> wish = new PeerOperations.Wish<>(
                PeerHandOffResource.PATH,
                Bytes.wrap(request.json()),
                HandOffReply.class,
                "leadership may have moved, or may move yet. Look at the cluster; a leader that hangs is replaced with"
                        + " 'force'.",
                "A leader that hangs is replaced with 'force'.");
        return peers.ask(node.name(), addresses.ofLive(node, status), wish, timeout);
    }

    // --- the target does it ------------------------------------------------------------------------------------------

    /** Whoever is to lead claims; the leader is not asked, since it hangs. */
    private CompletableFuture<HandOffReply> force(NodeStatus status, HandOffRequest request, Duration timeout) {
        ControlRecord record = status.record();
        if (record == null) {
            throw new ProblemException(
                    ProblemCode.ZOOKEEPER_UNAVAILABLE,
                    "This node has not read the cluster's record from ZooKeeper.",
                    WriteFate.NONE);
        }
        Long named = request.epoch();
        if (named != null && named != record.epoch()) {
            throw new ProblemException(
                    ProblemCode.OTHER_EPOCH, "The epoch is " + record.epoch() + ", not " + named + ".", WriteFate.NONE);
        }
        HandOffRequest precise = request.epoch(record.epoch());
        return target(status, record, request.to())
                .thenCompose(target -> request.dryRun()
                        ? couldLead(status, record, target)
                        : at(status, target, precise.to(target.name()), timeout));
    }

    /** Asks the target only how far it is: one that does not say so would not take over either. */
    private CompletableFuture<HandOffReply> couldLead(NodeStatus own, ControlRecord record, NodeId target) {
        HandOffReply reply = new HandOffReply(record.leader().name(), target.name(), record.epoch(), 0, true);
        if (target.equals(own.replica().node())) {
            return CompletableFuture.completedFuture(reply);
        }
        ReplicaId replica = record.inSync().stream()
                .filter(it -> it.node().equals(target))
                .findFirst()
                .orElseThrow();
        return candidate(replica, addresses.ofLive(target, own)).thenApply(candidate -> {
            if (candidate.lastIndex() < 0) {
                throw new ProblemException(
                        ProblemCode.NOT_LIVE,
                        target + " does not say how far it is, within " + CANDIDATES_PATIENCE.toMillis() + " ms.",
                        WriteFate.NONE);
            }
            return reply;
        });
    }

    private CompletableFuture<NodeId> target(NodeStatus status, ControlRecord record, @Nullable String named) {
        if (named == null) {
            return mostCaughtUp(status, record);
        }
        NodeId node = node(named);
        boolean inSync = record.inSync().stream().anyMatch(it -> it.node().equals(node));
        if (!inSync) {
            boolean known = status.members().stream()
                    .anyMatch(member -> member.replica().node().equals(node));
            throw known
                    ? new ProblemException(ProblemCode.NOT_IN_SYNC, node + " is not in sync.", WriteFate.NONE)
                    : unknown(named);
        }
        return CompletableFuture.completedFuture(node);
    }

    /** Of those in sync that answer, but for the leader; this node itself if none has more than it. */
    private CompletableFuture<NodeId> mostCaughtUp(NodeStatus own, ControlRecord record) {
        List<CompletableFuture<Candidate>> candidates = new ArrayList<>();
        for (ReplicaId replica : record.inSync()) {
            if (replica.equals(own.replica())) {
                candidates.add(CompletableFuture.completedFuture(new Candidate(replica.node(), own.lastIndex())));
            } else if (!replica.node().equals(record.leader())) {
                own.members().stream()
                        .filter(member -> member.replica().equals(replica))
                        .findFirst()
                        .flatMap(addresses::of)
                        .ifPresent(address -> candidates.add(candidate(replica, address)));
            }
        }
        return CompletableFuture.allOf(candidates.toArray(CompletableFuture[]::new))
                .thenApply(all -> candidates.stream()
                        .map(CompletableFuture::join)
                        .filter(candidate ->
                                candidate.lastIndex() >= 0 && !candidate.node().equals(record.leader()))
                        .reduce((one, other) -> other.lastIndex() > one.lastIndex() ? other : one)
                        .orElseThrow(() -> new ProblemException(
                                ProblemCode.NO_TARGET, "No other replica of the in-sync set answers.", WriteFate.NONE))
                        .node());
    }

    /** @param lastIndex where its log ends; -1 if it does not say so in time */
    private record Candidate(NodeId node, long lastIndex) {}

    private CompletableFuture<Candidate> candidate(ReplicaId replica, URI address) {
        return statusOfPeers
                .ask(address)
                .thenApply(answer -> answer.filter(
                                it -> it.store().equals(replica.store().id()))
                        .map(it -> new Candidate(replica.node(), it.lastIndex()))
                        .orElse(new Candidate(replica.node(), -1)))
                .completeOnTimeout(
                        new Candidate(replica.node(), -1), CANDIDATES_PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
    }

    private static NodeId node(String name) {
        try {
            return new NodeId(name);
        } catch (IllegalArgumentException e) {
            throw unknown(name);
        }
    }

    private static ProblemException unknown(String name) {
        return new ProblemException(
                ProblemCode.UNKNOWN_NODE, "There is no node " + PercentEncoding.shown(name) + ".", WriteFate.NONE);
    }

    // --- what came of it ---------------------------------------------------------------------------------------------

    /** @throws ProblemException if it was refused, or nobody knows */
    static HandOffReply reply(HandOffOutcome outcome) {
        if (outcome instanceof HandOffOutcome.Moved moved) {
            return new HandOffReply(moved.from().name(), moved.to().name(), moved.epoch(), moved.millis(), false);
        }
        if (outcome instanceof HandOffOutcome.Possible possible) {
            return new HandOffReply(possible.from().name(), possible.to().name(), possible.epoch(), 0, true);
        }
        if (outcome instanceof HandOffOutcome.Refused refused) {
            throw new ProblemException(code(refused.reason()), refused.detail(), WriteFate.NONE);
        }
        throw new ProblemException(
                ProblemCode.OUTCOME_UNKNOWN, ((HandOffOutcome.Undecided) outcome).detail(), WriteFate.UNKNOWN);
    }

    private static ProblemCode code(HandOffOutcome.Reason reason) {
        return switch (reason) {
            case NOT_LEADING -> ProblemCode.NO_LEADER;
            case NOT_SERVING -> ProblemCode.LEADER_SUSPENDED;
            case OTHER_EPOCH -> ProblemCode.OTHER_EPOCH;
            case RUNS_ALREADY -> ProblemCode.HAND_OFF_RUNNING;
            case SET_CHANGES -> ProblemCode.IN_SYNC_CHANGE_OPEN;
            case ZOOKEEPER_AWAY -> ProblemCode.ZOOKEEPER_UNAVAILABLE;
            case UNKNOWN_NODE -> ProblemCode.UNKNOWN_NODE;
            case NOT_IN_SYNC -> ProblemCode.NOT_IN_SYNC;
            case NOT_LIVE -> ProblemCode.NOT_LIVE;
            case NO_TARGET -> ProblemCode.NO_TARGET;
            case TOO_SLOW -> ProblemCode.TARGET_TOO_SLOW;
            case LEADER_HEARD -> ProblemCode.LEADER_HEARD;
            case QUORUM_ANSWERS -> ProblemCode.QUORUM_ANSWERS;
            case EMPTY_STORE -> ProblemCode.STORE_EMPTY;
        };
    }
}
