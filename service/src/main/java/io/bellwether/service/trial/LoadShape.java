package io.bellwether.service.trial;

/**
 * How requests come.
 *
 * @param connections that are kept open
 * @param ratePerSecond of an open loop; 0 for a closed one
 */
record LoadShape(int connections, int ratePerSecond) {
    boolean isOpen() {
        return ratePerSecond > 0;
    }

    String title() {
        return isOpen() ? ratePerSecond + "/s" : "%d conn.".formatted(connections);
    }
}
