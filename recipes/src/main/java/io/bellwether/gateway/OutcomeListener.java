package io.bellwether.gateway;

import io.bellwether.replication.Position;

/** Who hears what became of each entry that is applied: the gateway of the node that leads. */
interface OutcomeListener {
    /** @param position of the entry that brought the request; a repeated request was decided at an earlier one */
    void applied(Position position, Verdict verdict);
}
