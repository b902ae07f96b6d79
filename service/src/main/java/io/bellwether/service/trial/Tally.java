package io.bellwether.service.trial;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.HdrHistogram.Histogram;

/** What several rounds of one load on one system brought together. */
final class Tally {
    private final Histogram latencies = LoadResult.emptyHistogram();
    private final List<Double> rates = new ArrayList<>();
    private long errors;
    private Duration serverTime = Duration.ZERO;
    private Duration clientTime = Duration.ZERO;

    /**
     * @param server processor time of all servers together during the round
     * @param client processor time of the load generator
     */
    void add(LoadResult result, Duration server, Duration client) {
        latencies.add(result.latencies());
        rates.add(result.operationsPerSecond());
        errors += result.errors();
        serverTime = serverTime.plus(server);
        clientTime = clientTime.plus(client);
    }

    /** The median of the rounds. */
    double operationsPerSecond() {
        List<Double> sorted = rates.stream().sorted().toList();
        int middle = sorted.size() / 2;
        return sorted.size() % 2 == 1 ? sorted.get(middle) : (sorted.get(middle - 1) + sorted.get(middle)) / 2;
    }

    double millisAt(double percentile) {
        return latencies.getValueAtPercentile(percentile) / 1e6;
    }

    double serverMicrosPerOperation() {
        return perOperation(serverTime);
    }

    double clientMicrosPerOperation() {
        return perOperation(clientTime);
    }

    long errors() {
        return errors;
    }

    ObjectNode json(ObjectMapper mapper) {
        return mapper.createObjectNode()
                .put("operationsPerSecond", operationsPerSecond())
                .put("p50Millis", millisAt(50))
                .put("p99Millis", millisAt(99))
                .put("p999Millis", millisAt(99.9))
                .put("serverCpuMicrosPerOperation", serverMicrosPerOperation())
                .put("clientCpuMicrosPerOperation", clientMicrosPerOperation())
                .put("operations", latencies.getTotalCount())
                .put("errors", errors);
    }

    private double perOperation(Duration time) {
        return latencies.getTotalCount() == 0 ? 0 : time.toNanos() / 1e3 / latencies.getTotalCount();
    }
}
