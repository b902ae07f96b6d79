/**
 * What one replica decides: the leader and follower protocol of PROTOCOL.md as a pure core.
 *
 * <p>Events come in as method calls on {@link io.bellwether.replication.Replica}, decisions go out as {@link
 * io.bellwether.replication.Work}, and {@link io.bellwether.replication.Node} does that work through five doors:
 * {@link io.bellwether.replication.ReplicatedLog}, {@link io.bellwether.replication.Peers}, {@link
 * io.bellwether.replication.StateMachine}, {@link io.bellwether.replication.Coordination} and {@link
 * io.bellwether.replication.Clients}.
 *
 * <p>This room knows {@code java.lang}, {@code java.util} and JSpecify, and nobody else: no threads, no clock, no I/O,
 * no dice. One thread at a time may enter. It is called by the node's loop in production and by the simulator in tests.
 */
@NullMarked
package io.bellwether.replication;

import org.jspecify.annotations.NullMarked;
