package io.bellwether.service;

import static org.assertj.core.api.Assertions.assertThat;

import io.bellwether.gateway.Room;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class RoomWatchTest {
    private static final long LEAST = 1_000;

    private final List<Room> told = new ArrayList<>();
    private long freeBytes = LEAST;
    private boolean broken;
    private Room whatMovingGives = Room.NOWHERE;
    private int moves;
    private final RoomWatch watch = new RoomWatch(Path.of("data"), LEAST, this::free, this::move, told::add);

    private long free() throws IOException {
        if (broken) {
            throw new IOException("no such disk");
        }
        return freeBytes;
    }

    private CompletableFuture<Room> move() {
        moves++;
        return CompletableFuture.completedFuture(whatMovingGives);
    }

    @Test
    void withTheLeastThereIsRoom() {
        watch.run();
        assertThat(watch.low()).isFalse();
        assertThat(told).isEmpty();
        assertThat(moves).isZero();
    }

    @Test
    void belowItAWayOutIsLookedForUntilThereIsClearlyMore() {
        freeBytes = LEAST - 1;
        watch.run();
        whatMovingGives = Room.ELSEWHERE;
        watch.run();
        assertThat(watch.low()).isTrue();
        freeBytes = LEAST + LEAST / 10 - 1;
        watch.run();
        assertThat(told).containsExactly(Room.NOWHERE, Room.ELSEWHERE, Room.ELSEWHERE);
        freeBytes = LEAST + LEAST / 10;
        watch.run();
        watch.run();
        assertThat(told).hasSize(4).endsWith(Room.HERE);
        assertThat(watch.low()).isFalse();
        assertThat(moves).isEqualTo(3);
    }

    @Test
    void whatNobodyKnowsChangesNothing() {
        broken = true;
        watch.run();
        assertThat(watch.low()).isFalse();
        broken = false;
        freeBytes = 0;
        watch.run();
        broken = true;
        watch.run();
        assertThat(watch.low()).isTrue();
        assertThat(told).containsExactly(Room.NOWHERE);
    }
}
