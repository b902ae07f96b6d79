package io.bellwether.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import io.bellwether.replication.Bootstrap;
import io.bellwether.replication.ControlRecord;
import io.bellwether.replication.Coordination;
import io.bellwether.replication.Envelope;
import io.bellwether.replication.Message;
import io.bellwether.replication.NodeId;
import io.bellwether.replication.Notice;
import io.bellwether.replication.Replica;
import io.bellwether.replication.ReplicaId;
import io.bellwether.replication.Settings;
import io.bellwether.replication.StoreId;
import io.bellwether.replication.Work;
import io.bellwether.replication.WriteQuorum;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Rule 11.1: what does not fit is told, unless it is only an old view of ZooKeeper, which is read again. */
class OldViewTest {
    private static final ReplicaId SELF = new ReplicaId(new NodeId("n1"), new StoreId("s-n1"));
    private static final ReplicaId OTHER = new ReplicaId(new NodeId("n2"), new StoreId("s-n2"));
    private static final Coordination.View OF_EPOCH_1 = new Coordination.View(
            Coordination.Session.CONNECTED,
            false,
            true,
            new Coordination.Versioned(
                    0,
                    new ControlRecord(
                            "cluster", 1, 1, OTHER.node(), "c-1", WriteQuorum.MAJORITY, 1, List.of(SELF, OTHER))),
            List.of(),
            false);

    private final Replica replica = new Replica(
            SELF,
            "p",
            "1",
            Settings.DEFAULT,
            new Bootstrap("cluster", WriteQuorum.MAJORITY, 1),
            new MemoryLog(SELF.store()),
            0,
            1);
    private final List<String> errors = new ArrayList<>();
    private long nowMillis;

    @Test
    void aViewThatStaysOldIsTold() {
        promiseEpoch2();
        look(Settings.DEFAULT.evictAfterMillis() + 100);
        assertThat(errors).singleElement().asString().contains("restored from an older state");
    }

    /** Found by the simulator: a node that was stopped just after a change of leadership cried wolf when it woke. */
    @Test
    void timeInWhichTheProcessWasStoppedDoesNotCount() {
        promiseEpoch2();
        look(200);
        nowMillis += 10 * Settings.DEFAULT.evictAfterMillis();
        look(Settings.DEFAULT.evictAfterMillis() - 100);
        assertThat(errors).isEmpty();
        look(200);
        assertThat(errors).hasSize(1);
    }

    /** The store hears of epoch 2 before ZooKeeper shows it. */
    private void promiseEpoch2() {
        look(100);
        replica.received(new Envelope("cluster", OTHER, SELF.node(), 1, new Message.PromiseRequest(2, "c-2")));
        look(20);
    }

    private void look(long forMillis) {
        for (long end = nowMillis + forMillis; nowMillis < end; ) {
            nowMillis += 20;
            replica.tick(nowMillis, 0);
            replica.view(OF_EPOCH_1);
            replica.drive();
            for (Work work = replica.work(); !work.isEmpty(); work = replica.work()) {
                for (Notice notice : work.notices()) {
                    if (notice.level() == Notice.Level.ERROR) {
                        errors.add(notice.text());
                    }
                }
            }
        }
    }
}
