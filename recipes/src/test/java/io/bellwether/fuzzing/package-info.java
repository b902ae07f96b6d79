/**
 * Bytes from strangers: samples of what is right, changed at random from a seed, against whatever reads them. Knows
 * nobody; the targets stand beside what they try.
 */
@NullMarked
package io.bellwether.fuzzing;

import org.jspecify.annotations.NullMarked;
