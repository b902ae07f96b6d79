package io.bellwether.service.trial;

import java.net.InetSocketAddress;
import java.net.URI;

/** A server process on this machine, as {@code NAME=URL=PID} on the command line. */
record Server(String name, URI url, long process) {
    static Server parse(String text) {
        String[] parts = text.split("=", -1);
        if (parts.length != 3) {
            throw new IllegalArgumentException("Not NAME=URL=PID: '" + text + "'");
        }
        return new Server(parts[0], URI.create(parts[1]), Long.parseLong(parts[2]));
    }

    InetSocketAddress address() {
        return new InetSocketAddress(url.getHost(), url.getPort());
    }
}
