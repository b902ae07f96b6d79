package io.bellwether.service;

import com.fasterxml.jackson.annotation.JsonCreator;
import io.bellwether.replication.NodeId;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;

/** Addresses of other nodes by their ids, written {@code n2=http://host:port,n3=http://host:port}. */
public record PeerUrls(SortedMap<NodeId, URI> byNode) {
    public PeerUrls {
        byNode = Collections.unmodifiableSortedMap(new TreeMap<>(byNode));
    }

    /** @throws IllegalArgumentException with a message for whoever wrote the text */
    @JsonCreator
    public static PeerUrls parse(String text) {
        SortedMap<NodeId, URI> byNode = new TreeMap<>();
        for (String pair : text.isBlank() ? new String[0] : text.split(",", -1)) {
            int equals = pair.indexOf('=');
            if (equals < 0) {
                throw wrong(pair);
            }
            NodeId node = new NodeId(pair.substring(0, equals).strip());
            if (byNode.put(node, base(pair, pair.substring(equals + 1).strip())) != null) {
                throw new IllegalArgumentException(
                        "node '" + node.name() + "' has two addresses in BELLWETHER_PEER_URLS");
            }
        }
        return new PeerUrls(byNode);
    }

    private static URI base(String pair, String text) {
        try {
            URI url = new URI(text);
            if (isBase(url)) {
                return url;
            }
        } catch (URISyntaxException e) {
            throw wrong(pair);
        }
        throw wrong(pair);
    }

    /**
     * Whether paths can be put behind it: the scheme that nodes speak to each other, a host, and nothing after the port but
     * a slash.
     */
    static boolean isBase(URI url) {
        return url.getHost() != null
                && "http".equals(url.getScheme())
                && (url.getRawPath().isEmpty() || url.getRawPath().equals("/"))
                && url.getRawUserInfo() == null
                && url.getRawQuery() == null
                && url.getRawFragment() == null;
    }

    private static IllegalArgumentException wrong(String pair) {
        return new IllegalArgumentException(
                "BELLWETHER_PEER_URLS is a list such as n2=http://host:port,n3=http://host:port, but '" + pair.strip()
                        + "' is no part of one. Nodes speak plain HTTP to each other");
    }
}
