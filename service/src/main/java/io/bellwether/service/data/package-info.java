/**
 * The records: what a command is, what applying it changes, and what its outcome says. Evaluated in log order, alike on
 * every replica, so it is pure: the same entries give the same records, without a clock, dice or disk. It reads and
 * writes through a small door, {@code Table}, behind which stand RocksDB or a test's memory.
 *
 * <p>May know {@code replication}, whose {@code StateMachine} it is. Called by the thread of {@code node} alone; reads
 * come from other threads, on a view of one index.
 */
@NullMarked
package io.bellwether.service.data;

import org.jspecify.annotations.NullMarked;
