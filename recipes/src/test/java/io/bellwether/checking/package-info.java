/**
 * What clients did and were told, written down, and held against what was promised: key by key in every order that can
 * have been, all together by the indexes, and across keys by looking for cycles. Knows nothing but the language, so that
 * a history from anywhere, the simulator, a cluster in one process or real processes, is checked alike; a history is a
 * file of lines that anybody can read.
 */
@NullMarked
package io.bellwether.checking;

import org.jspecify.annotations.NullMarked;
