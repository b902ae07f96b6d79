package io.bellwether.service.node;

import io.bellwether.replication.NodeId;
import java.util.SortedMap;

/**
 * What is measured of a node at one moment, beyond how it stands.
 *
 * @param heldWrites of its clients, that wait for their outcome
 * @param parkedWrites those of them that nobody works on: no leader is known, or it took none
 * @param waitingReads reads that wait for the leader's word or for an index
 * @param followerLagEntries on the leader: the entries of its log that each other node has not acknowledged; empty on
 *     all others
 */
public record NodeFigures(
        NodeStatus status,
        int heldWrites,
        int parkedWrites,
        int waitingReads,
        SortedMap<NodeId, Long> followerLagEntries) {}
