package io.bellwether.service.chaos;

/**
 * A fault that has struck.
 *
 * @param what happened to whom
 * @param heal ends it; what is well again by itself afterwards is not waited for
 */
record Remedy(String what, Runnable heal) {}
