package io.bellwether.service.http.peer;

import io.bellwether.replication.Bytes;
import io.bellwether.replication.Entry;
import io.bellwether.replication.Envelope;
import io.bellwether.replication.EpochStart;
import io.bellwether.replication.Message;
import io.bellwether.replication.NodeId;
import io.bellwether.replication.Position;
import io.bellwether.replication.ReplicaId;
import io.bellwether.replication.StoreId;
import java.util.ArrayList;
import java.util.List;

/** One message of each kind, no two fields of which are equal, and mail between three nodes. */
final class Examples {
    static final NodeId N1 = new NodeId("n1");
    static final NodeId N2 = new NodeId("n2");
    static final NodeId N3 = new NodeId("n3");
    static final String CLUSTER = "5d0c";

    private static final Entry STARTED = Entry.of(
            100,
            7,
            1_700_000_000_000L,
            Entry.Kind.EPOCH_STARTED,
            new EpochStart(N1, EpochStart.Cause.ELECTION).encode());
    private static final Entry COMMAND =
            Entry.of(101, 7, 1_700_000_000_001L, Entry.Kind.COMMAND, Bytes.utf8("put a=ä"));
    private static final Entry TICK = Entry.of(102, 7, 1_700_000_000_002L, Entry.Kind.TICK, Bytes.EMPTY);

    /** Whom appends are for. */
    static final StoreId STORE = new StoreId("store-of-n2");

    private Examples() {}

    static List<Message> ofEveryKind() {
        List<Entry> entries = List.of(STARTED, COMMAND, TICK);
        return List.of(
                new Message.Append(
                        STORE, 7, 12, new Position(6, 99), 98, 97, 1_700_000_000_003L, true, 55, 44, entries),
                new Message.Appended(7, 12, 97, 102, 103, 1234),
                new Message.Mismatched(7, 12, 97, new Position(5, 80), 103, 1234),
                new Message.Refused(7, 8),
                new Message.RolledBack(7, 97, 60),
                new Message.PromiseRequest(8, "claim-1"),
                new Message.Promised(8, "claim-1", new Position(7, 102)),
                new Message.Pull(8, "claim-1", new Position(7, 101)),
                new Message.Pulled(8, "claim-1", new Position(7, 101), List.of(TICK), new Position(7, 102)),
                new Message.PullMismatched(8, "claim-1", new Position(6, 98)),
                new Message.Suspect(7, 3),
                new Message.Suspected(7, 3, false, true, "9c1e-4"),
                new Message.ReadIndex(7, 21),
                new Message.ReadIndexed(7, 21, 102),
                new Message.Resign(9),
                new Message.Forward(31, List.of(Bytes.utf8("one"), Bytes.EMPTY)),
                new Message.Forwarded(31, List.of(Bytes.utf8("done"))),
                new Message.Leaving(7),
                new Message.HeldByAll(7, 95),
                new Message.TakeSnapshot(STORE, 7, new Position(6, 90)),
                new Message.StateIs(7, "1.0.0", 102, -81_985_529_216_486_896L),
                new Message.Unsound(7),
                new Message.BeginAnew(STORE, 7));
    }

    static Message.Append heartbeat(long number) {
        return append(number, List.of());
    }

    /** An append of {@code count} entries of {@code payloadBytes} each. */
    static Message.Append append(long number, int count, int payloadBytes) {
        List<Entry> entries = new ArrayList<>();
        for (int i = 1; i <= count; i++) {
            entries.add(Entry.of(i, 1, 1, Entry.Kind.COMMAND, Bytes.wrap(new byte[payloadBytes])));
        }
        return append(number, entries);
    }

    private static Message.Append append(long number, List<Entry> entries) {
        return new Message.Append(STORE, 1, number, Position.ZERO, 0, 0, 1, false, -1, -1, entries);
    }

    static Message.Appended appended(long number) {
        return new Message.Appended(1, number, 0, 0, 0, 1);
    }

    static Envelope mail(NodeId from, NodeId to, Message message) {
        return mail(CLUSTER, from, to, message);
    }

    static Envelope mail(String cluster, NodeId from, NodeId to, Message message) {
        return new Envelope(cluster, new ReplicaId(from, new StoreId("store-of-" + from)), to, 17, message);
    }
}
