package io.bellwether.service.http;

import com.codahale.metrics.MetricRegistry;
import io.dropwizard.metrics.jetty12.InstrumentedQueuedThreadPool;
import org.eclipse.jetty.io.Connection;

/**
 * The threads of the server. A connection whose request was answered by a thread of {@link Answers} goes on to its next
 * request there, after the answers that wait: to wake another thread for each answer would cost more than the answer.
 * That is possible because nothing on the way blocks: {@link FrontHandler} sees to it.
 */
final class ServerThreads extends InstrumentedQueuedThreadPool {
    ServerThreads(MetricRegistry metrics, int maxThreads, int minThreads, int idleMillis) {
        super(metrics, maxThreads, minThreads, idleMillis);
    }

    @Override
    public void execute(Runnable job) {
        if (!(job instanceof Connection && Answers.goOnHere(job))) {
            super.execute(job);
        }
    }
}
