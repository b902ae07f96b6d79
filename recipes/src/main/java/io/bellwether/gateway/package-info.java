/**
 * What a client's write meets: on its own node a request id, a deadline, a place to wait, forwarding and retry; at the
 * other end the outcomes by request id, so that a write takes effect once (PROTOCOL.md, part 9).
 *
 * <p>As pure as {@code replication}, which is all that it knows: no threads, no clock, no I/O, no dice. It is called by
 * the node's loop in production and by the simulator in tests.
 */
@NullMarked
package io.bellwether.gateway;

import org.jspecify.annotations.NullMarked;
