/**
 * The one thread that runs the gateway and the replica: everything that happens becomes an event in its inbox, and the
 * work that the core asks for leaves through the doors.
 *
 * <p>May know {@code replication} and {@code gateway}; neither HTTP, nor RocksDB, nor ZooKeeper. Called by {@code http}
 * on any thread, which hands in an event and gets a future, and by whoever stands behind a door and has something to
 * report.
 */
@NullMarked
package io.bellwether.service.node;

import org.jspecify.annotations.NullMarked;
