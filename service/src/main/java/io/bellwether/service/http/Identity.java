package io.bellwether.service.http;

import io.bellwether.replication.ReplicaId;
import java.time.Instant;

/**
 * Who answers.
 *
 * @param replica this node with its store
 * @param cluster the cluster's name
 * @param url where the others reach this node
 * @param version of the software
 * @param started when this process was
 */
public record Identity(ReplicaId replica, String cluster, String url, String version, Instant started) {
    String node() {
        return replica.node().name();
    }
}
