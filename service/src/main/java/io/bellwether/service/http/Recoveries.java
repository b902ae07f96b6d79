package io.bellwether.service.http;

import io.bellwether.replication.ControlRecord;
import io.bellwether.replication.HandOffOutcome;
import io.bellwether.replication.Member;
import io.bellwether.replication.Position;
import io.bellwether.replication.ReplicaId;
import io.bellwether.service.node.NodeStatus;
import io.bellwether.service.node.Operations;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Has this node lead alone (Rule 10.11), or says what that would cost. What the node itself cannot know is refused here:
 * that another one which answers has more.
 */
final class Recoveries {
    private static final Logger LOG = LoggerFactory.getLogger(Recoveries.class);

    private final ClusterSurvey survey;
    private final Operations operations;
    private final Executor executor;

    /** @param executor runs what follows an answer, off the node's thread */
    Recoveries(ClusterSurvey survey, Operations operations, Executor executor) {
        this.survey = survey;
        this.operations = operations;
        this.executor = executor;
    }

    /** Ends with a {@link ProblemException} if it was not done, or nobody knows; a dry run tells of a refusal in its reply. */
    CompletableFuture<RecoverReply> ask(RecoverRequest request, Duration timeout) {
        CompletableFuture<RecoverReply> reply = survey.answers(PeerStatusClient.PATIENCE)
                .thenCompose(found -> {
                    ControlRecord record = found.own().record();
                    if (record == null) {
                        throw new ProblemException(
                                ProblemCode.ZOOKEEPER_UNAVAILABLE,
                                "This node has not read the cluster's record from ZooKeeper.",
                                WriteFate.NONE);
                    }
                    return request.dryRun() ? tell(request, found, record) : recover(request, found, record);
                });
        return OperatorTimeout.within(timeout, reply, HandOffs.UNSETTLED);
    }

    private CompletableFuture<RecoverReply> tell(
            RecoverRequest request, ClusterSurvey.Found found, ControlRecord record) {
        CompletableFuture<Optional<ProblemException>> refusal = ahead(found)
                .map(problem -> CompletableFuture.completedFuture(Optional.of(problem)))
                .orElseGet(() -> outcome(request).handle((possible, thrown) -> refusal(thrown)));
        return refusal.thenApply(refused -> {
            RecoverReply.Refusal told = refused.map(Recoveries::told).orElse(null);
            return reply(found, record, true, told, record.epoch(), 0);
        });
    }

    private static RecoverReply.Refusal told(ProblemException refused) {
        Problem problem = refused.problem();
        return new RecoverReply.Refusal(problem.code().word(), problem.detail());
    }

    private static Optional<ProblemException> refusal(@Nullable Throwable thrown) {
        Throwable cause = thrown instanceof CompletionException ? thrown.getCause() : thrown;
        if (cause == null) {
            return Optional.empty();
        }
        if (cause instanceof ProblemException problem) {
            return Optional.of(problem);
        }
        throw new CompletionException(cause);
    }

    private CompletableFuture<RecoverReply> recover(
            RecoverRequest request, ClusterSurvey.Found found, ControlRecord record) {
        ahead(found).ifPresent(problem -> {
            throw problem;
        });
        LOG.warn(
                "An operator wants this node to lead alone. What was known then:\n{}",
                reply(found, record, false, null, record.epoch(), 0).report());
        return outcome(request).thenApply(reply -> reply(found, record, false, null, reply.epoch(), reply.millis()));
    }

    private CompletableFuture<HandOffReply> outcome(RecoverRequest request) {
        CompletableFuture<HandOffOutcome> outcome = new CompletableFuture<>();
        operations.recover(request.epoch(), request.dryRun(), outcome::complete);
        return outcome.thenApplyAsync(HandOffs::reply, executor);
    }

    /** Whoever answers and has more, or does not say how much, is to be asked instead. */
    private static Optional<ProblemException> ahead(ClusterSurvey.Found found) {
        Position own = new Position(found.own().lastEpoch(), found.own().lastIndex());
        return found.known().entrySet().stream()
                .filter(other -> !other.getKey().equals(found.own().replica()))
                .filter(other -> last(other.getValue()).compareTo(own) > 0
                        || (other.getValue().lastIndex() > 0 && other.getValue().lastEpoch() == 0))
                .findFirst()
                .map(other -> new ProblemException(
                        ProblemCode.OTHER_IS_AHEAD,
                        other.getKey().node() + " has a later entry: " + last(other.getValue()) + ", and "
                                + found.own().replica().node() + " has " + own
                                + ". Recover that one, or end it for good.",
                        WriteFate.NONE));
    }

    private static Position last(PeerStatus status) {
        return new Position(status.lastEpoch(), status.lastIndex());
    }

    // --- what is known ---------------------------------------------------------------------------------------------

    private static RecoverReply reply(
            ClusterSurvey.Found found,
            ControlRecord record,
            boolean dryRun,
            RecoverReply.@Nullable Refusal refused,
            long epoch,
            long millis) {
        RecoverReply.Recorded recorded = new RecoverReply.Recorded(
                record.epoch(),
                record.generation(),
                record.leader().name(),
                record.writeQuorum().word(),
                record.minInSync(),
                record.writeQuorum().recoverers(record.inSync().size()),
                record.inSync().stream().map(Recoveries::shown).toList());
        List<RecoverReply.Node> nodes = nodes(found, record);
        return new RecoverReply(
                found.own().replica().node().name(),
                dryRun,
                refused == null,
                refused,
                epoch,
                millis,
                recorded,
                nodes,
                RecoveryReport.of(found.own().replica(), recorded, nodes));
    }

    private static ClusterView.Replica shown(ReplicaId replica) {
        return new ClusterView.Replica(replica.node().name(), replica.store().id());
    }

    private static List<RecoverReply.Node> nodes(ClusterSurvey.Found found, ControlRecord record) {
        NodeStatus own = found.own();
        Instant now = Instant.now().truncatedTo(ChronoUnit.MILLIS);
        TreeSet<ReplicaId> live = new TreeSet<>();
        own.members().stream().map(Member::replica).forEach(live::add);
        TreeSet<ReplicaId> all = new TreeSet<>(record.inSync());
        all.addAll(live);
        all.add(own.replica());
        List<RecoverReply.Node> nodes = new ArrayList<>();
        for (ReplicaId replica : all) {
            nodes.add(node(replica, record.inSync().contains(replica), live.contains(replica), found.known(), now));
        }
        return nodes;
    }

    private static RecoverReply.Node node(
            ReplicaId replica, boolean inSync, boolean live, Map<ReplicaId, PeerStatus> known, Instant now) {
        String node = replica.node().name();
        String store = replica.store().id();
        PeerStatus status = known.get(replica);
        if (status == null) {
            return new RecoverReply.Node(node, store, inSync, live, false, null, null, null, null, null);
        }
        boolean empty = status.lastIndex() == 0;
        return new RecoverReply.Node(
                node,
                store,
                inSync,
                live,
                true,
                status.lastEpoch(),
                status.lastIndex(),
                status.commitIndex(),
                empty ? null : Instant.ofEpochMilli(status.lastLogTime()).toString(),
                status.leaderHeardMillisAgo() < 0
                        ? null
                        : now.minusMillis(status.leaderHeardMillisAgo()).toString());
    }
}
