/**
 * The faces of a node: to clients, to operators and to its peers, all of them HTTP. Requests become questions to
 * {@code node}, its answers become responses; what a header means is decided here, what may be answered is not.
 *
 * <p>May know {@code node}, {@code data}, the values of {@code replication} and {@code gateway}, and the door
 * {@code Peers}, behind which it stands. Called by Jetty's threads and by the thread that it keeps for each peer.
 */
@NullMarked
package io.bellwether.service.http;

import org.jspecify.annotations.NullMarked;
