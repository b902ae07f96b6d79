/**
 * Real processes: a ZooKeeper and nodes as an operator starts them, on loopback, killed, stopped, cut off and brought back
 * under load. Everything that a cluster here starts is ended by its process id. What is measured goes to the standard
 * output in lines that begin with {@code figure:}; {@code scripts/survival} runs the longer versions and collects them.
 */
@NullMarked
package io.bellwether.service.cluster;

import org.jspecify.annotations.NullMarked;
