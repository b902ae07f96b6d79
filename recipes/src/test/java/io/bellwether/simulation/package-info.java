/**
 * A world in one thread and from one seed: several nodes with their clients, and what stands behind the doors of each in
 * memory. Knows replication and gateway; called by tests, of the service too.
 */
@NullMarked
package io.bellwether.simulation;

import org.jspecify.annotations.NullMarked;
