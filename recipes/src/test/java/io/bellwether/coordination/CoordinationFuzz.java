package io.bellwether.coordination;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.bellwether.fuzzing.FuzzTarget;
import io.bellwether.replication.ControlRecord;
import io.bellwether.replication.Member;
import io.bellwether.replication.NodeId;
import io.bellwether.replication.ReplicaId;
import io.bellwether.replication.StoreId;
import io.bellwether.replication.WriteQuorum;
import java.util.List;

/** What stands in ZooKeeper, where everybody may write who reaches it. */
public final class CoordinationFuzz {
    private static final ReplicaId SELF = new ReplicaId(new NodeId("n1"), new StoreId("s1"));

    private CoordinationFuzz() {}

    public static List<FuzzTarget> targets() {
        ControlRecord record =
                new ControlRecord("cluster", 4, 3, SELF.node(), "n1-7-1", WriteQuorum.MAJORITY, 2, List.of(SELF));
        Member member = new Member(SELF, "http://127.0.0.1:8080", "1.0.0", "2026-01-05T10:00:00Z");
        return List.of(
                new Node("control records", List.of(Json.write(record)), Json::readRecord),
                new Node("members", List.of(Json.write(member)), data -> Json.readMember("n1", data)),
                new Node(
                        "places in the latch",
                        List.of(Json.latchId(SELF, "n1-7").getBytes(UTF_8)),
                        data -> Json.readPlace("/leader/latch-1", data)));
    }

    private interface Reader {
        void read(byte[] data) throws MalformedNodeException;
    }

    /** The data of one kind of znode. */
    private record Node(String name, List<byte[]> samples, Reader reader) implements FuzzTarget {
        @Override
        public boolean take(byte[] input) {
            try {
                reader.read(input);
                return true;
            } catch (MalformedNodeException refused) {
                return false;
            }
        }
    }
}
