package io.bellwether.checking;

/**
 * A promise that a history shows to be broken.
 *
 * @param promise in a few words
 * @param evidence the operations that show it
 */
public record Breach(String promise, String evidence) {
    @Override
    public String toString() {
        return promise + ": " + evidence;
    }
}
