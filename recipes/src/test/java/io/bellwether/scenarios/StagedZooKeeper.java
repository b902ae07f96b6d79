package io.bellwether.scenarios;

import io.bellwether.replication.ControlRecord;
import io.bellwether.replication.Coordination;
import io.bellwether.replication.Coordination.Answer;
import io.bellwether.replication.Coordination.LatchPlace;
import io.bellwether.replication.Coordination.Versioned;
import io.bellwether.replication.Member;
import io.bellwether.replication.NodeId;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** ZooKeeper as it is: the record, the latch and the members. What a node sees of it, {@link StagedCoordination} says. */
final class StagedZooKeeper {
    private Versioned record = new Versioned(Coordination.ABSENT, null);
    private @Nullable Versioned remembered;
    private final List<LatchPlace> latch = new ArrayList<>();
    private final TreeMap<NodeId, Member> members = new TreeMap<>();
    private int places;
    private boolean paused;

    Versioned record() {
        return record;
    }

    boolean paused() {
        return paused;
    }

    void pause(boolean wanted) {
        paused = wanted;
    }

    List<LatchPlace> latch() {
        return List.copyOf(latch);
    }

    List<Member> members() {
        return List.copyOf(members.values());
    }

    boolean hasPlace(@Nullable String path) {
        return latch.stream().anyMatch(place -> place.path().equals(path));
    }

    boolean isFirst(@Nullable String path) {
        return !latch.isEmpty() && latch.get(0).path().equals(path);
    }

    /** One transaction: the place is still there, and the version is the expected one (Rule 1.2). */
    Answer claim(@Nullable String place, int expectedVersion, ControlRecord wanted) {
        return hasPlace(place) ? change(expectedVersion, wanted) : Answer.LATCH_LOST;
    }

    Answer change(int expectedVersion, ControlRecord wanted) {
        if (record.version() != expectedVersion) {
            return Answer.CONFLICT;
        }
        record = new Versioned(expectedVersion + 1, wanted);
        return Answer.DONE;
    }

    String createPlace(Member member, String process) {
        String path = "latch-" + ++places;
        latch.add(new LatchPlace(path, member.replica(), process));
        return path;
    }

    void deletePlaces(List<String> paths) {
        latch.removeIf(place -> paths.contains(place.path()));
    }

    /** A process has started: what earlier lives of its replica left goes. */
    void join(Member member) {
        latch.removeIf(place -> place.replica().equals(member.replica()));
        members.put(member.replica().node(), member);
    }

    void put(Member member) {
        members.put(member.replica().node(), member);
    }

    /** All sessions of the node end. */
    void expire(NodeId node) {
        latch.removeIf(place -> place.replica().node().equals(node));
        members.remove(node);
    }

    /** The ensemble is backed up. */
    void remember() {
        remembered = record;
    }

    /** The ensemble comes back from its backup, or with nothing if there is none; no session survives that. */
    void restore() {
        Versioned backup = remembered;
        record = backup == null ? new Versioned(Coordination.ABSENT, null) : backup;
        latch.clear();
        members.clear();
    }

    void wipe() {
        remembered = null;
        restore();
    }
}
