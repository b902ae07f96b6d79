/**
 * Chaos on real processes: three nodes and three ZooKeeper servers, each on a machine of its own where that is allowed,
 * under clients of five kinds, and one misfortune after another, or several at once. What clients were told is written
 * down and held against what was promised; at the end every acknowledged write is looked up on every node. Run by {@code
 * scripts/chaos}; {@link io.bellwether.service.chaos.Chaos} is where it begins. Knows {@code cluster}, for processes and
 * connections, and {@code checking}, for histories.
 */
@NullMarked
package io.bellwether.service.chaos;

import org.jspecify.annotations.NullMarked;
