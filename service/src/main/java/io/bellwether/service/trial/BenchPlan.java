package io.bellwether.service.trial;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/** What {@code scripts/bench} asks for. */
record BenchPlan(
        List<Server> bellwether,
        List<Server> etcd,
        Duration warmUp,
        Duration round,
        int rounds,
        List<Operation> operations,
        List<LoadShape> shapes,
        boolean json) {
    private static final int OPEN_LOOP_CONNECTIONS = 64;

    /**
     * {@code --bellwether SERVER... --etcd SERVER... --warmup S --seconds S --rounds N --operations NAME,NAME
     * --connections N,N --rate N}
     */
    static BenchPlan parse(List<String> arguments) {
        List<Server> bellwether = new ArrayList<>();
        List<Server> etcd = new ArrayList<>();
        Duration warmUp = Duration.ofMinutes(2);
        Duration round = Duration.ofSeconds(5);
        int rounds = 3;
        List<Operation> operations = List.of(Operation.values());
        List<Integer> connections = List.of(1, 16, 64);
        int rate = 2_000;
        boolean json = false;
        for (int i = 0; i + 1 < arguments.size(); i += 2) {
            String value = arguments.get(i + 1);
            switch (arguments.get(i)) {
                case "--bellwether" -> bellwether.add(Server.parse(value));
                case "--etcd" -> etcd.add(Server.parse(value));
                case "--warmup" -> warmUp = Duration.ofSeconds(Integer.parseInt(value));
                case "--seconds" -> round = Duration.ofSeconds(Integer.parseInt(value));
                case "--rounds" -> rounds = Integer.parseInt(value);
                case "--operations" -> operations = Operation.parse(value);
                case "--connections" ->
                    connections = Arrays.stream(value.split(",", -1))
                            .map(Integer::parseInt)
                            .toList();
                case "--rate" -> rate = Integer.parseInt(value);
                case "--output" -> json = value.equals("json");
                default -> throw new IllegalArgumentException("Unknown option " + arguments.get(i));
            }
        }
        List<LoadShape> shapes = Stream.concat(
                        connections.stream().map(count -> new LoadShape(count, 0)),
                        Stream.of(new LoadShape(OPEN_LOOP_CONNECTIONS, rate)))
                .toList();
        return new BenchPlan(bellwether, etcd, warmUp, round, rounds, operations, shapes, json);
    }

    Duration expectedDuration() {
        long systems =
                Stream.of(bellwether, etcd).filter(list -> !list.isEmpty()).count();
        return warmUp.plus(round.multipliedBy((long) rounds * shapes.size() * operations.size()))
                .multipliedBy(systems);
    }
}
