package io.bellwether.simulation;

/** One kind of trouble that may come over a world. It strikes, and heals by itself after a while. */
interface Trouble {
    /** What it is counted as. */
    String name();

    /** Strikes once, if it can now. Returns whether it did: only that counts. */
    boolean strike(World world);

    /** Heals what may still be wrong, when the storm is over. */
    default void calm(World world) {}
}
