package io.bellwether.service.storage;

/** How fast somebody may read who looks through everything, and for how long. */
public interface Pace {
    /** As fast as it goes, to the end. */
    Pace FULL = bytes -> true;

    /**
     * Waits until so many bytes more may be read.
     *
     * @param bytes at least 0
     * @return whether to go on
     */
    boolean goesOn(long bytes);
}
