package io.bellwether.service.http.peer;

import static io.bellwether.service.http.peer.Examples.N1;
import static io.bellwether.service.http.peer.Examples.N2;

import io.bellwether.replication.Message;
import java.lang.management.ManagementFactory;
import java.util.Locale;
import java.util.concurrent.CountDownLatch;
import java.util.function.LongFunction;

/**
 * What an exchange between two nodes costs, both in this JVM. Not a test: run it by hand, with the seconds for each part
 * as its argument (first so long to warm up, then so long to measure).
 */
final class PeersBenchmark {
    private static final long NANOS = 1_000_000_000L;

    private PeersBenchmark() {}

    public static void main(String[] arguments) throws InterruptedException {
        long seconds = arguments.length > 0 ? Long.parseLong(arguments[0]) : 10;
        for (int round = 1; round <= 2; round++) {
            measure("control: heartbeat and answer", seconds, Examples::heartbeat);
            Message.Append entries = Examples.append(1, 64, 300);
            measure("replication: 64 entries of 300 bytes", seconds, number -> withNumber(entries, number));
        }
    }

    /** One message and its answer after another, as fast as they come. */
    private static void measure(String what, long seconds, LongFunction<Message> question) throws InterruptedException {
        try (TestNode n1 = new TestNode(N1, PeerSettings.DEFAULT);
                TestNode n2 = new TestNode(N2, PeerSettings.DEFAULT)) {
            n1.meets(n2);
            n2.meets(n1);
            n2.loop.forgetReceived();
            n1.loop.forgetReceived();
            long endNanos = System.nanoTime() + seconds * NANOS;
            long[] count = {0};
            CountDownLatch done = new CountDownLatch(1);
            n2.loop.onMessage(
                    envelope -> n2.send(N1, Examples.appended(((Message.Append) envelope.message()).number())));
            n1.loop.onMessage(envelope -> {
                count[0]++;
                if (System.nanoTime() < endNanos) {
                    n1.send(N2, question.apply(count[0]));
                } else {
                    done.countDown();
                }
            });
            long startNanos = System.nanoTime();
            long startCpu = cpuNanos();
            n1.send(N2, question.apply(0));
            done.await();
            double elapsed = System.nanoTime() - startNanos;
            System.out.printf(
                    Locale.ROOT,
                    "%-38s %7.0f exchanges/s %6.1f µs CPU each (both ends, everything)%n",
                    what,
                    count[0] * NANOS / elapsed,
                    (cpuNanos() - startCpu) / 1e3 / count[0]);
        }
    }

    private static Message withNumber(Message.Append append, long number) {
        return new Message.Append(
                append.store(), 1, number, append.previous(), 0, 0, 1, false, -1, -1, append.entries());
    }

    private static long cpuNanos() {
        return ((com.sun.management.OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean())
                .getProcessCpuTime();
    }
}
