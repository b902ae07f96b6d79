/**
 * The wiring: the application, its configuration and its commands. The only place where objects meet; it decides
 * nothing that a room below could decide.
 *
 * <p>May know every room of the service and of the recipe. Nobody knows it: values from the configuration are handed
 * down, never the configuration itself. Called by {@code java -jar bellwether.jar}.
 */
@NullMarked
package io.bellwether.service;

import org.jspecify.annotations.NullMarked;
