package io.bellwether.service.http;

import io.bellwether.gateway.Room;
import io.bellwether.replication.ControlRecord;
import io.bellwether.replication.Member;
import io.bellwether.replication.ReplicaId;
import io.bellwether.service.node.NodeStatus;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** For a leader whose disk is low on space: another node of the in-sync set that has room takes over (Rule 12.5). */
final class WayOut {
    private static final Logger LOG = LoggerFactory.getLogger(WayOut.class);
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private final StatusQuestion question;
    private final PeerStatusClient peers;
    private final PeerAddresses addresses;
    private final HandOffs handOffs;

    WayOut(StatusQuestion question, PeerStatusClient peers, PeerAddresses addresses, HandOffs handOffs) {
        this.question = question;
        this.peers = peers;
        this.addresses = addresses;
        this.handOffs = handOffs;
    }

    /**
     * Takes it, if this node leads; tells what that means for what clients want to store. Never fails.
     *
     * @return empty while a hand-off is under way already: what comes of it, whoever began it hears
     */
    CompletionStage<Optional<Room>> take() {
        return question.ask().thenCompose(this::take).exceptionally(silence -> {
            LOG.debug("nobody knows whether this node leads", silence);
            return Optional.of(Room.ELSEWHERE);
        });
    }

    private CompletionStage<Optional<Room>> take(NodeStatus status) {
        ControlRecord record = status.record();
        if (status.role() != NodeStatus.Role.LEADER || record == null) {
            return CompletableFuture.completedFuture(Optional.of(Room.ELSEWHERE));
        }
        if (status.paused()) { // Rule 15.3
            return CompletableFuture.completedFuture(Optional.of(Room.NOWHERE));
        }
        return withRoom(status, record)
                .thenCompose(target -> target.isPresent()
                        ? handOver(target.get(), status.epoch())
                        : CompletableFuture.completedFuture(Optional.of(Room.NOWHERE)));
    }

    private CompletionStage<Optional<Room>> handOver(String target, long epoch) {
        LOG.warn("This node's disk is low on space: {} has room and is to lead", target);
        return handOffs.here(new HandOffRequest(target, epoch, false, false), PATIENCE)
                .handle((reply, refused) -> {
                    if (refused == null) {
                        return Optional.of(Room.ELSEWHERE);
                    }
                    Throwable cause = refused.getCause() == null ? refused : refused.getCause();
                    if (runsAlready(cause)) {
                        return Optional.empty();
                    }
                    LOG.warn("{} does not take over: {} It is asked again in a moment", target, cause.getMessage());
                    return Optional.of(Room.NOWHERE);
                });
    }

    /** One that a slow ZooKeeper holds up; what clients store waits for its end (Rule 12.5). */
    private static boolean runsAlready(Throwable refusal) {
        return refusal instanceof ProblemException refused && refused.problem().code() == ProblemCode.HAND_OFF_RUNNING;
    }

    /** The one that has most of the log, of those in sync that answer and have room; empty if none does. */
    private CompletableFuture<Optional<String>> withRoom(NodeStatus status, ControlRecord record) {
        List<CompletableFuture<Optional<PeerStatus>>> answers = new ArrayList<>();
        for (ReplicaId replica : record.inSync()) {
            if (!replica.equals(status.replica())) {
                address(status, replica)
                        .ifPresent(url -> answers.add(peers.ask(url)
                                .thenApply(answer -> answer.filter(
                                        it -> it.store().equals(replica.store().id())))));
            }
        }
        return CompletableFuture.allOf(answers.toArray(CompletableFuture[]::new))
                .thenApply(all -> answers.stream()
                        .flatMap(answer -> answer.join().stream())
                        .filter(peer -> !peer.lowOnSpace())
                        .reduce((one, other) -> other.lastIndex() > one.lastIndex() ? other : one)
                        .map(PeerStatus::node));
    }

    private Optional<URI> address(NodeStatus status, ReplicaId replica) {
        Optional<Member> live = status.members().stream()
                .filter(member -> member.replica().equals(replica))
                .findFirst();
        return live.flatMap(addresses::of);
    }
}
