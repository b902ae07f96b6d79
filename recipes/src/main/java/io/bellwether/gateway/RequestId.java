package io.bellwether.gateway;

import io.bellwether.replication.Bytes;

/** What a write is known by, through any number of attempts and leaders (Rule 9.1). */
public sealed interface RequestId {
    /**
     * Chosen by the client.
     *
     * @param key 1 to 128 visible ASCII characters, one name space for the whole cluster
     * @param fingerprint digest of all that the request asks for: the same key with another one is an error
     */
    record Keyed(String key, Bytes fingerprint) implements RequestId {}

    /**
     * Made by the gateway.
     *
     * @param session which life of which gateway
     * @param sequence grows by one with each request of the session; the first is 1
     */
    record Sequenced(String session, long sequence) implements RequestId {}
}
