package io.bellwether.coordination;

import io.bellwether.replication.Bytes;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * A wire between one ZooKeeper client and the ensemble. It knows ZooKeeper's frames well enough to lose exactly one
 * change, or exactly the answer to one: losing anything else would make a test of luck.
 */
final class Wire implements AutoCloseable {
    /** What a session is taken over with. */
    record SessionKey(long id, Bytes password) {}

    private static final int CONNECT_MILLIS = 500;
    private static final int CREATE = 1;
    private static final int SET_DATA = 5;
    private static final int MULTI = 14;
    private static final int CREATE_AND_TELL = 15;
    private static final int WATCH_NUMBER = -1;

    private final List<Integer> serverPorts;
    private final ServerSocket listener;
    private final AtomicBoolean losesNextChange = new AtomicBoolean();
    private final AtomicBoolean losesNextAnswer = new AtomicBoolean();
    private final AtomicBoolean losesNextCreation = new AtomicBoolean();
    private volatile boolean losesWatches;
    private volatile boolean cut;
    private volatile @Nullable Connection current;
    private volatile @Nullable SessionKey session;

    Wire(List<Integer> serverPorts) {
        this.serverPorts = List.copyOf(serverPorts);
        try {
            listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        daemon(this::accept);
    }

    String connectString() {
        return "127.0.0.1:" + listener.getLocalPort();
    }

    void cut(boolean isCut) {
        cut = isCut;
        if (isCut) {
            breakConnection();
        }
    }

    void loseNextChange() {
        losesNextChange.set(true);
    }

    void loseNextAnswer() {
        losesNextAnswer.set(true);
    }

    /** A node is created, and the answer lost. */
    void loseNextAnswerToACreation() {
        losesNextCreation.set(true);
    }

    /** No watch arrives any more. */
    void loseWatches() {
        losesWatches = true;
    }

    /** The session that the client uses, as the ensemble named it. */
    SessionKey session() {
        return Objects.requireNonNull(session, "the client has connected");
    }

    /** The port of the server that the client is connected to. */
    int serverPort() {
        return Objects.requireNonNull(current, "the client has connected")
                .server
                .getPort();
    }

    @Override
    public void close() {
        cut(true);
        closeQuietly(listener);
    }

    private void breakConnection() {
        Connection broken = current;
        if (broken != null) {
            broken.close();
        }
    }

    private void accept() {
        try {
            while (true) {
                join(listener.accept());
            }
        } catch (IOException e) {
            cut(true); // the wire was closed
        }
    }

    private void join(Socket client) throws IOException {
        Socket server = cut ? null : connectToAny();
        if (server == null) {
            client.close();
            return;
        }
        Connection opened = new Connection(client, server);
        current = opened;
        daemon(opened::carryRequests);
        daemon(opened::carryAnswers);
    }

    private @Nullable Socket connectToAny() {
        for (int port : serverPorts) {
            Socket socket = new Socket();
            try {
                socket.setTcpNoDelay(true);
                socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), CONNECT_MILLIS);
                return socket;
            } catch (IOException e) {
                closeQuietly(socket);
            }
        }
        return null;
    }

    private final class Connection {
        private static final int NONE = Integer.MIN_VALUE;

        private final Socket client;
        private final Socket server;
        private volatile int lostAnswer = NONE;

        Connection(Socket client, Socket server) throws IOException {
            this.client = client;
            this.server = server;
            client.setTcpNoDelay(true);
        }

        void carryRequests() {
            try {
                DataInputStream in = new DataInputStream(client.getInputStream());
                DataOutputStream out = new DataOutputStream(server.getOutputStream());
                carry(readFrame(in), out); // the request to connect
                while (true) {
                    byte[] frame = readFrame(in);
                    ByteBuffer header = ByteBuffer.wrap(frame);
                    int number = header.getInt();
                    int type = header.getInt();
                    boolean change = type == SET_DATA || type == MULTI;
                    if (change && losesNextChange.compareAndSet(true, false)) {
                        break;
                    }
                    if (change && losesNextAnswer.compareAndSet(true, false)) {
                        lostAnswer = number;
                    }
                    boolean creation = type == CREATE || type == CREATE_AND_TELL;
                    if (creation && losesNextCreation.compareAndSet(true, false)) {
                        lostAnswer = number;
                    }
                    carry(frame, out);
                }
            } catch (IOException e) {
                // One end is gone; so goes the other.
            } finally {
                close();
            }
        }

        void carryAnswers() {
            try {
                DataInputStream in = new DataInputStream(server.getInputStream());
                DataOutputStream out = new DataOutputStream(client.getOutputStream());
                byte[] connected = readFrame(in);
                rememberSession(ByteBuffer.wrap(connected));
                carry(connected, out);
                while (true) {
                    byte[] frame = readFrame(in);
                    int number = ByteBuffer.wrap(frame).getInt();
                    if (number == lostAnswer) {
                        break;
                    }
                    if (number != WATCH_NUMBER || !losesWatches) {
                        carry(frame, out);
                    }
                }
            } catch (IOException e) {
                // One end is gone; so goes the other.
            } finally {
                close();
            }
        }

        private void rememberSession(ByteBuffer connected) {
            connected.getInt(); // version
            connected.getInt(); // timeout
            long id = connected.getLong();
            byte[] password = new byte[connected.getInt()];
            connected.get(password);
            session = new SessionKey(id, Bytes.wrap(password));
        }

        void close() {
            closeQuietly(client);
            closeQuietly(server);
        }
    }

    private static byte[] readFrame(DataInputStream in) throws IOException {
        byte[] frame = new byte[in.readInt()];
        in.readFully(frame);
        return frame;
    }

    private static void carry(byte[] frame, DataOutputStream out) throws IOException {
        ByteBuffer whole = ByteBuffer.allocate(Integer.BYTES + frame.length);
        out.write(whole.putInt(frame.length).put(frame).array());
        out.flush();
    }

    private static void closeQuietly(AutoCloseable end) {
        try {
            end.close();
        } catch (Exception e) {
            throw new IllegalStateException("a socket can always be closed", e);
        }
    }

    private static void daemon(Runnable task) {
        Thread thread = new Thread(task, "wire");
        thread.setDaemon(true);
        thread.start();
    }
}
