package io.bellwether.service.http.peer;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.StandardSocketOptions;
import java.net.URI;
import java.time.Duration;
import org.apache.hc.core5.http.config.Http1Config;
import org.apache.hc.core5.http.impl.io.DefaultBHttpClientConnection;

/** Where a peer is, as its base URL says: how to get there, and what its paths are. */
final class PeerAddress {
    private PeerAddress() {}

    /**
     * Connects to the peer and speaks HTTP over it.
     *
     * @param then makes something of the two; what it throws closes the socket
     * @throws java.net.ConnectException if it is refused
     * @throws java.net.SocketTimeoutException if nobody answers in time
     */
    static <T> T connect(URI url, Duration connectTimeout, Duration readTimeout, Http1Config http, Connected<T> then)
            throws IOException {
        Socket socket = new Socket();
        try {
            socket.setOption(StandardSocketOptions.TCP_NODELAY, true);
            int port = url.getPort() < 0 ? 80 : url.getPort();
            socket.connect(new InetSocketAddress(url.getHost(), port), Math.toIntExact(connectTimeout.toMillis()));
            socket.setSoTimeout(Math.toIntExact(readTimeout.toMillis()));
            DefaultBHttpClientConnection connection = new DefaultBHttpClientConnection(http);
            connection.bind(socket);
            return then.with(socket, connection);
        } catch (IOException | RuntimeException e) {
            socket.close();
            throw e;
        }
    }

    /** What is made of an open connection. */
    interface Connected<T> {
        T with(Socket socket, DefaultBHttpClientConnection connection);
    }

    /** A path below the peer's base. */
    static String path(URI url, String path) {
        String base = url.getPath() == null ? "" : url.getPath();
        String prefix = base.endsWith("/") ? base.substring(0, base.length() - 1) : base;
        return prefix + path;
    }
}
