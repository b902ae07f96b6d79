/** The door to ZooKeeper on a real ensemble of three servers, through wires that can be cut. */
@NullMarked
package io.bellwether.coordination;

import org.jspecify.annotations.NullMarked;
