package io.bellwether.coordination;

import io.bellwether.replication.ControlRecord;
import io.bellwether.replication.Member;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.apache.curator.framework.CuratorFramework;
import org.apache.zookeeper.KeeperException;
import org.jspecify.annotations.Nullable;

/**
 * What ZooKeeper holds of a cluster, as it is seen by somebody who takes no part in it (yet).
 *
 * @param record the control record
 * @param members the live nodes; not those whose znodes cannot be read
 */
public record ClusterGlance(ControlRecord record, List<Member> members) {
    public ClusterGlance {
        members = List.copyOf(members);
    }

    /**
     * Connects, looks once and leaves again. Waits for ZooKeeper, for some seconds at most.
     *
     * @return empty if ZooKeeper does not answer, or has no such cluster
     * @throws InterruptedException if the thread is interrupted meanwhile
     */
    public static Optional<ClusterGlance> at(CoordinationSettings settings) throws InterruptedException {
        try (CuratorFramework client = CuratorClients.client(settings, task -> CuratorClients.daemon(task, "glance"))) {
            client.start();
            boolean connected = client.blockUntilConnected(
                    Math.toIntExact(settings.connectionTimeout().toMillis()), TimeUnit.MILLISECONDS);
            return connected ? look(client, settings.root()) : Optional.empty();
        }
    }

    private static Optional<ClusterGlance> look(CuratorFramework client, String root) throws InterruptedException {
        try {
            ControlRecord record = Json.readRecord(client.getData().forPath(root + "/quorum"));
            List<Member> members = new ArrayList<>();
            String parent = root + "/members";
            for (String node : client.getChildren().forPath(parent)) {
                member(node, client.getData().forPath(parent + '/' + node)).ifPresent(members::add);
            }
            return Optional.of(new ClusterGlance(record, members));
        } catch (InterruptedException e) {
            throw e;
        } catch (KeeperException | MalformedNodeException e) {
            return Optional.empty(); // no such cluster, somebody who left just now, a connection lost: look again
        } catch (Exception e) {
            throw new IllegalStateException("Curator refused to send a request", e);
        }
    }

    /** Empty where the znode is none of a node of Bellwether's: the nodes that run tell of it. */
    private static Optional<Member> member(String node, byte @Nullable [] data) {
        try {
            return Optional.of(Json.readMember(node, data));
        } catch (MalformedNodeException e) {
            return Optional.empty();
        }
    }
}
