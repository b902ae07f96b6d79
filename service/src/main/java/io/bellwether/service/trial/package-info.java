/**
 * Trials of a running cluster, from outside: the quickstart's story with files, and the benchmark. What is said here
 * about a cluster is what any client can see, so this room knows none of ours: it speaks HTTP and reads {@code /proc}.
 *
 * <p>May know the JDK, HttpCore, Jackson, HdrHistogram and JSpecify. Started by {@code scripts/quickstart} and
 * {@code scripts/bench}, which start and end the processes; nobody calls it from inside.
 */
@NullMarked
package io.bellwether.service.trial;

import org.jspecify.annotations.NullMarked;
