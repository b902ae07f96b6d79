package io.bellwether.coordination;

import java.util.concurrent.ThreadFactory;
import org.apache.curator.framework.CuratorFramework;
import org.apache.curator.framework.CuratorFrameworkFactory;
import org.apache.curator.framework.state.SessionConnectionStateErrorPolicy;
import org.apache.curator.retry.RetryNTimes;

/** How this room talks to ZooKeeper: nothing is repeated behind its back, and nothing is made that would be reaped. */
final class CuratorClients {
    private CuratorClients() {}

    /** Not started yet. */
    static CuratorFramework client(CoordinationSettings settings, ThreadFactory threads) {
        return CuratorFrameworkFactory.builder()
                .connectString(settings.servers())
                .sessionTimeoutMs(Math.toIntExact(settings.sessionTimeout().toMillis()))
                .connectionTimeoutMs(
                        Math.toIntExact(settings.connectionTimeout().toMillis()))
                .retryPolicy(new RetryNTimes(0, 0))
                .connectionStateErrorPolicy(new SessionConnectionStateErrorPolicy())
                .dontUseContainerParents()
                // Curator would otherwise leave the operator's addresses for those that the ensemble has for itself.
                .ensembleTracker(false)
                .threadFactory(threads)
                .build();
    }

    static Thread daemon(Runnable task, String name) {
        Thread thread = new Thread(task, "bellwether-" + name);
        thread.setDaemon(true);
        return thread;
    }
}
