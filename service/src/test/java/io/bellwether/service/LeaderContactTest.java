package io.bellwether.service;

import static org.assertj.core.api.Assertions.assertThat;

import io.bellwether.replication.NodeId;
import io.bellwether.replication.Notice;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class LeaderContactTest {
    private static final NodeId N2 = new NodeId("n2");
    private static final NodeId N3 = new NodeId("n3");

    private final LeaderContact contact = new LeaderContact();

    @Test
    void aLeaderThatIsLostAndHeardAgainIsTwoLines() {
        assertThat(said(null, 0)).isEmpty();
        assertThat(said(N2, 7)).isEmpty();
        assertThat(said(null, 7)).isEqualTo("WARN no leader is heard epoch=7 last=n2: writes wait");
        assertThat(said(null, 7)).isEmpty();
        assertThat(said(N2, 7)).isEqualTo("INFO the leader is heard again epoch=7 leader=n2");
        assertThat(said(N2, 7)).isEmpty();
    }

    @Test
    void theNextLeaderIsToldByTheReplica() {
        assertThat(said(N2, 7)).isEmpty();
        assertThat(said(null, 7)).startsWith("WARN");
        assertThat(said(N3, 8)).isEmpty();
    }

    private String said(@Nullable NodeId leader, long epoch) {
        return contact.seen(leader, epoch)
                .map((Notice notice) -> notice.level() + " " + notice.text())
                .orElse("");
    }
}
