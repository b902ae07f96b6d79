package io.bellwether.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import io.bellwether.replication.Coordination;
import io.bellwether.replication.Member;
import java.util.SplittableRandom;
import java.util.function.BooleanSupplier;

/** The contract of the door on the simulated ensemble, in calm weather. */
class SimulatedCoordinationTest extends CoordinationContract {
    private static final long SESSION_MILLIS = 10_000;
    private static final long POLL_MILLIS = 1_000;
    private static final long PATIENCE_MILLIS = 60_000;

    private final SimulatedZooKeeper zooKeeper =
            new SimulatedZooKeeper(new SplittableRandom(7), ZooKeeperWeather.CALM, SESSION_MILLIS, POLL_MILLIS);

    @Override
    protected Participant start(Member self, String process) {
        HeardEvents heard = new HeardEvents();
        return new SimulatedParticipant(zooKeeper, self, zooKeeper.start(self, process, heard), heard);
    }

    @Override
    protected void until(String what, BooleanSupplier condition) {
        long deadline = zooKeeper.nowMillis() + PATIENCE_MILLIS;
        while (!condition.getAsBoolean()) {
            assertThat(zooKeeper.nowMillis()).as(what).isLessThan(deadline);
            zooKeeper.advanceTo(zooKeeper.nowMillis() + 1);
        }
    }

    @Override
    protected void failOneServer() {
        zooKeeper.outage(true);
        zooKeeper.advanceTo(zooKeeper.nowMillis() + 500);
        zooKeeper.outage(false);
    }

    private record SimulatedParticipant(
            SimulatedZooKeeper zooKeeper, Member self, SimulatedCoordination client, HeardEvents heard)
            implements Participant {
        @Override
        public Coordination door() {
            return client;
        }

        @Override
        public void stop() {
            client.close();
        }

        @Override
        public void die() {
            client.crash();
        }

        @Override
        public void disconnect(boolean cut) {
            zooKeeper.disconnect(self.replica().node(), cut);
        }

        @Override
        public void expireSession() {
            zooKeeper.expireSession(self.replica().node());
        }

        @Override
        public void loseNextChange() {
            client.loseNextChange();
        }

        @Override
        public void loseNextAnswer() {
            client.loseNextAnswer();
        }
    }
}
