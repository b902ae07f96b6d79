package io.bellwether.service.http;

import jakarta.servlet.http.HttpServletRequest;
import org.eclipse.jetty.ee10.servlet.ServletContextRequest;
import org.eclipse.jetty.io.Connection;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.server.Connector;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.internal.HttpConnection;

/**
 * A connection that is read by one thread at a time. Jetty 12.1.13 answers what is no HTTP on another thread than the one
 * that reads, and when the answer is written has the connection read on, whether or not the first reader has left. Two
 * readers give the same buffer back to the pool twice, or one of them still reads into it when it is another connection's
 * by then: the requests of strangers are mixed. So the second waits for the first, which has a few instructions left: nothing
 * that is called on the way blocks ({@link FrontHandler}).
 */
final class InTurnConnection extends HttpConnection {
    private final Object turn = new Object();

    private InTurnConnection(HttpConfiguration configuration, Connector connector, EndPoint endPoint) {
        super(configuration, connector, endPoint);
    }

    @Override
    public void onFillable() {
        synchronized (turn) {
            super.onFillable();
        }
    }

    /**
     * Whether more than this request has come in on its connection; asked while it is handled on the thread that has read it.
     * That one goes on with what is there as soon as the request is answered, so it must not be answered at once.
     */
    static boolean holdsMore(HttpServletRequest request) {
        return ServletContextRequest.getServletContextRequest(request)
                                .getConnectionMetaData()
                                .getConnection()
                        instanceof HttpConnection connection
                && !connection.isRequestBufferEmpty();
    }

    /** Makes these. */
    static final class Factory extends HttpConnectionFactory {
        Factory(HttpConfiguration configuration) {
            super(configuration);
        }

        @Override
        public Connection newConnection(Connector connector, EndPoint endPoint) {
            InTurnConnection connection = new InTurnConnection(getHttpConfiguration(), connector, endPoint);
            connection.setTransferEncodingChunkMaxLength(getTransferEncodingChunkMaxLength());
            return configure(connection, connector, endPoint);
        }
    }
}
