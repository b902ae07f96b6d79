/**
 * Mail between nodes: the door {@link io.bellwether.replication.Peers} as HTTP/1.1 posts of binary batches, and the
 * servlets that receive them.
 *
 * <p>{@link io.bellwether.service.http.peer.HttpPeers} is the whole of it for whoever wires a node: messages go in by
 * {@code send}, mail and refused connections come out by {@link io.bellwether.service.http.peer.PeerEvents}. To each
 * peer lead two lanes ({@link io.bellwether.service.http.peer.Lane}), each with a connection and a thread of its own and
 * one post in flight, so that a disk that is slow to answer an append never holds up a heartbeat. What is queued while a
 * post is in flight goes with the next one. Nothing is ever sent twice: what is lost the protocol repeats.
 *
 * <p>This room knows the values and the door of {@code replication}, HTTP and nothing else.
 */
@NullMarked
package io.bellwether.service.http.peer;

import org.jspecify.annotations.NullMarked;
