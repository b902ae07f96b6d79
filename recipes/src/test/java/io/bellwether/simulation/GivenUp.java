package io.bellwether.simulation;

import io.bellwether.replication.Position;
import java.util.List;

/**
 * What nobody is promised any more since an operator gave it up: all from before an epoch that the one replica which
 * leads it did not have.
 *
 * @param epoch the first after it
 * @param sinceMicros when it was given up
 * @param operation the latest that any client had begun by then
 * @param kept the epochs of all entries that the one replica had, from index 1 on
 */
record GivenUp(long epoch, long sinceMicros, long operation, List<Long> kept) {
    boolean has(Position position) {
        return position.epoch() < epoch
                && position.index() > 0
                && (position.index() > kept.size()
                        || kept.get(Math.toIntExact(position.index()) - 1) != position.epoch());
    }
}
