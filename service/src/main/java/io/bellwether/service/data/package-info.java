/**
 * The records: what a command is, what applying it changes, and what its outcome says. Evaluated in log order, alike on
 * every replica, so it is pure: the same entries give the same records, without a clock, dice or disk. It reads and
 * writes through the door {@code Tables}, behind which stand RocksDB or a test's memory.
 *
 * <p>May know {@code replication}, and of {@code gateway} the door {@code Application}, behind which {@link
 * io.bellwether.service.data.Records} stands. That is called by the thread of {@code node} alone; reads come from other
 * threads, on a view of one index.
 */
@NullMarked
package io.bellwether.service.data;

import org.jspecify.annotations.NullMarked;
