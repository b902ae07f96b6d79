package io.bellwether.service.storage;

/**
 * Why a store takes the place of another one in its folder.
 *
 * @param clusterId the cluster that the other one belonged to, and that this one is to join: it never begins one of its own
 * @param why a sentence
 */
record Renewal(String clusterId, String why) {
    Renewal {
        if (why.contains("\n")) {
            throw new IllegalArgumentException("the reason is one line, not '" + why + "'");
        }
    }
}
