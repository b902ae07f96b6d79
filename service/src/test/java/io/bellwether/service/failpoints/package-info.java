/**
 * Failpoints at the doors: whole clusters in one process, three nodes each, with their real disks, mail and ZooKeeper, whose
 * doors are wrapped, so that a node dies, stands still for a second or meets an error just before or just after a durable
 * or visible step. Clients work all the while, and what they were told is held against what is left. The nodes run the code
 * of production, which knows nothing of this. Knows {@code cluster}, for links and ports, and {@code checking}, for
 * histories.
 */
@NullMarked
package io.bellwether.service.failpoints;

import org.jspecify.annotations.NullMarked;
