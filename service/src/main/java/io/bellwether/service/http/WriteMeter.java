package io.bellwether.service.http;

import io.bellwether.gateway.WriteOutcome;

/** Counts writes. Called for each one, on the thread that writes the answers: cheap, and never blocks. */
@FunctionalInterface
public interface WriteMeter {
    /** @param nanos since the write was received whole, until its outcome was about to be written */
    void ended(WriteOutcome outcome, long nanos);
}
