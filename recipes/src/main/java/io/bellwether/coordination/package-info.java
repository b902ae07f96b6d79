/**
 * Who may lead, and who is in sync: the control record, the latch and the members, in ZooKeeper through Curator.
 *
 * <p>It stands behind {@link io.bellwether.replication.Coordination}. Nothing here decides anything: {@link
 * io.bellwether.coordination.ZooKeeperCoordination} keeps one view of {@code ControlRecordStore}, {@code LeaderElection}
 * and {@code NodeDirectory} up to date, by watches and, because a watch may be lost, by asking again at an interval. It
 * has one thread, on which all its state lives; callbacks of Curator and ZooKeeper only enqueue there. It knows {@code
 * replication}, Curator, ZooKeeper and, for the contents of the znodes, Jackson. The service starts it.
 */
@NullMarked
package io.bellwether.coordination;

import org.jspecify.annotations.NullMarked;
