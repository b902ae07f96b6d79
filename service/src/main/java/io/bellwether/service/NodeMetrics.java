package io.bellwether.service;

import com.codahale.metrics.MetricRegistry;
import io.bellwether.gateway.WriteOutcome;
import io.bellwether.replication.NodeId;
import io.bellwether.service.storage.BatchListener;
import io.prometheus.metrics.core.datapoints.CounterDataPoint;
import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.core.metrics.GaugeWithCallback;
import io.prometheus.metrics.core.metrics.Histogram;
import io.prometheus.metrics.core.metrics.Info;
import io.prometheus.metrics.instrumentation.dropwizard.DropwizardExports;
import io.prometheus.metrics.model.registry.PrometheusRegistry;

/**
 * What {@code /prometheus} on the admin port shows. Here are durations and outcomes, counted as they happen, without a lock
 * and without garbage; {@link NodeLevels} adds what is looked up when somebody asks, and Dropwizard what it knows of the
 * server and the JVM.
 */
final class NodeMetrics {
    private static final double NANOS_PER_SECOND = 1e9;
    /** From a fast disk to a client's longest patience. */
    private static final double[] SECONDS = {
        0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 60
    };

    private final PrometheusRegistry registry = new PrometheusRegistry();
    private final FsyncMeter fsyncs;
    private final Histogram commits;
    private final CounterDataPoint decided;
    private final CounterDataPoint none;
    private final CounterDataPoint unknown;

    NodeMetrics(String version, NodeId node, NodeLevels levels, MetricRegistry dropwizard) {
        Histogram batches =
                histogram("bellwether_fsync_duration_seconds", "Time to write one batch of the log onto the disk.");
        this.fsyncs = new FsyncMeter(System::nanoTime, batches::observe);
        GaugeWithCallback.builder()
                .name("bellwether_fsync_running_seconds")
                .help("For how long the batch has been written that is on its way to the disk now; 0 while none is.")
                .callback(gauge -> gauge.call(fsyncs.runningSeconds()))
                .register(registry);
        this.commits = histogram(
                "bellwether_commit_duration_seconds",
                "Time from a client's write at this node until it was committed and applied.");
        Counter outcomes = Counter.builder()
                .name("bellwether_writes_total")
                .help("Writes of this node's clients by outcome: decided, none (it did not happen), unknown.")
                .labelNames("outcome")
                .withoutExemplars()
                .register(registry);
        this.decided = outcomes.labelValues("decided");
        this.none = outcomes.labelValues("none");
        this.unknown = outcomes.labelValues("unknown");
        Info.builder()
                .name("bellwether_build_info")
                .help("The version that this node runs.")
                .labelNames("version", "node")
                .register(registry)
                .addLabelValues(version, node.name());
        registry.register(levels);
        DropwizardExports.builder().dropwizardRegistry(dropwizard).register(registry);
    }

    private Histogram histogram(String name, String help) {
        return Histogram.builder()
                .name(name)
                .help(help)
                .classicOnly()
                .classicUpperBounds(SECONDS)
                .withoutExemplars()
                .register(registry);
    }

    PrometheusRegistry registry() {
        return registry;
    }

    /** To be told of the batches of the log. */
    BatchListener batches() {
        return fsyncs;
    }

    /** A client's write has come to its end; see {@link io.bellwether.service.http.WriteMeter#ended}. */
    void ended(WriteOutcome outcome, long nanos) {
        if (outcome instanceof WriteOutcome.Decided) {
            commits.observe(nanos / NANOS_PER_SECOND);
            decided.inc();
        } else if (outcome instanceof WriteOutcome.Unknown) {
            unknown.inc();
        } else {
            none.inc();
        }
    }
}
