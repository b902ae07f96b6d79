/**
 * The disk: the log, the promise and the tables, in RocksDB. What it says is durable survives a power cut; a write or an
 * fsync that failed stops the process, since a later one may succeed on what is already lost.
 *
 * <p>May know the doors behind which it stands, those of {@code replication} and of {@code data}, and nothing of who
 * asks. Called by the thread of {@code node}; it has a thread of its own that syncs and reports.
 */
@NullMarked
package io.bellwether.service.storage;

import org.jspecify.annotations.NullMarked;
