package io.bellwether.service;

import static io.bellwether.replication.Coordination.Session.CONNECTED;
import static io.bellwether.replication.Coordination.Session.LOST;
import static io.bellwether.replication.Coordination.Session.SUSPENDED;
import static org.assertj.core.api.Assertions.assertThat;

import io.bellwether.replication.Coordination;
import io.bellwether.replication.Notice;
import org.junit.jupiter.api.Test;

class ZooKeeperContactTest {
    private static final long START = 1_000;
    private static final long PATIENT_UNTIL = START + ZooKeeperContact.PATIENCE_MILLIS;

    private final ZooKeeperContact contact = new ZooKeeperContact("zk1:2181");

    @Test
    void aZooKeeperThatIsNotReachedIsSaidOnceAndLate() {
        assertThat(said(LOST, START)).isEmpty();
        assertThat(said(LOST, PATIENT_UNTIL - 1)).isEmpty();
        assertThat(said(LOST, PATIENT_UNTIL)).startsWith("WARN zookeeper not reached yet at zk1:2181");
        assertThat(said(LOST, PATIENT_UNTIL + 60_000)).isEmpty();
        assertThat(said(CONNECTED, PATIENT_UNTIL + 60_001)).isEqualTo("INFO zookeeper connected");
    }

    @Test
    void eachChangeIsALine() {
        assertThat(said(CONNECTED, START)).isEqualTo("INFO zookeeper connected");
        assertThat(said(CONNECTED, START + 60_000)).isEmpty();
        assertThat(said(SUSPENDED, START + 60_001)).startsWith("WARN zookeeper suspended");
        assertThat(said(SUSPENDED, START + 60_002)).isEmpty();
        assertThat(said(LOST, START + 60_003)).startsWith("WARN zookeeper lost");
        assertThat(said(LOST, START + 120_000)).isEmpty();
        assertThat(said(CONNECTED, START + 120_001)).isEqualTo("INFO zookeeper connected");
    }

    private String said(Coordination.Session session, long nowMillis) {
        return contact.seen(session, nowMillis)
                .map((Notice notice) -> notice.level() + " " + notice.text())
                .orElse("");
    }
}
