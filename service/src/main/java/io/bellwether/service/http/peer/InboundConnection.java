package io.bellwether.service.http.peer;

import jakarta.servlet.http.HttpServletRequest;
import org.eclipse.jetty.ee10.servlet.ServletContextRequest;
import org.eclipse.jetty.io.Connection;
import org.eclipse.jetty.server.ConnectionMetaData;
import org.jspecify.annotations.Nullable;

/**
 * A connection that a peer opened to this node. When it closes, the peer may just have thought it unused for too long;
 * but so end the connections of a process that is killed. A follower posts nothing to a leader that it hears, so this is
 * how it learns at once that the leader's process is gone: it knocks.
 */
final class InboundConnection implements Connection.Listener {
    private static final String ATTRIBUTE = InboundConnection.class.getName();

    private volatile @Nullable PeerLink link;

    private InboundConnection() {}

    /** The one that brought the request; Jetty keeps it as long as the connection lives. */
    static InboundConnection of(HttpServletRequest request) {
        ConnectionMetaData connection =
                ServletContextRequest.getServletContextRequest(request).getConnectionMetaData();
        if (connection.getAttribute(ATTRIBUTE) instanceof InboundConnection known) {
            return known;
        }
        InboundConnection first = new InboundConnection();
        connection.setAttribute(ATTRIBUTE, first);
        connection.getConnection().addEventListener(first);
        return first;
    }

    /** Sound mail of this peer has come by it. */
    void belongsTo(PeerLink itsLink) {
        link = itsLink;
    }

    @Override
    public void onClosed(Connection connection) {
        PeerLink known = link;
        if (known != null) {
            known.inboundClosed();
        }
    }
}
