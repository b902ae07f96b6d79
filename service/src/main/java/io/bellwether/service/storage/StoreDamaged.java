package io.bellwether.service.storage;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * The store has lost or changed something that it had made durable (DESIGN 4.12). It must not be served, and must not
 * vote: its node stops, and comes back as a new store, which the leader fills.
 */
public final class StoreDamaged extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final String damage;

    /** @param damage a sentence that begins with what of the store is damaged */
    StoreDamaged(Path directory, String damage, @Nullable Throwable cause) {
        super(
                sentence(directory, damage)
                        + " Move the directory away (keep it until the cluster is whole again) and start the node with an"
                        + " empty one: it joins as a new store, which the leader fills.",
                cause);
        this.damage = sentence(directory, damage);
    }

    private static String sentence(Path directory, String damage) {
        return "The store in " + directory + " is damaged: " + damage.strip().replace('\n', ' ');
    }

    /** What is damaged, in one line; the message says what to do, too. */
    public String damage() {
        return damage;
    }
}
