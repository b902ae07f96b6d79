/**
 * Who may lead, and who is in sync: the control record, the latch and the members, in ZooKeeper through Curator.
 *
 * <p>It stands behind {@link io.bellwether.replication.Coordination}. Callbacks of Curator and ZooKeeper only enqueue;
 * nothing here decides anything. It knows {@code replication}, Curator and ZooKeeper.
 */
@NullMarked
package io.bellwether.coordination;

import org.jspecify.annotations.NullMarked;
