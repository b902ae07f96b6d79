package io.bellwether.service.cluster;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;

/**
 * The way from one process to another: a proxy that can be cut, and can have other {@linkplain Mood moods}. A cut link is
 * silent, as a cable that was pulled: it still takes connections and bytes, and nothing arrives. Joined again, it lets new
 * connections through; those from before are reset.
 */
public final class Link implements AutoCloseable {
    private static final int BUFFER = 64 << 10;
    private static final int CONNECT_MILLIS = 5_000;
    private static final int DUPLICATE_MILLIS = 2_000;

    private final InetSocketAddress target;
    private final ServerSocket listener;
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();
    private final CountDownLatch closed = new CountDownLatch(1);
    private volatile Mood mood = Mood.CALM;

    Link(int target) {
        this(FreePorts.next(), new InetSocketAddress(InetAddress.getLoopbackAddress(), target));
    }

    /** @param port on loopback, where it is entered */
    public Link(int port, InetSocketAddress target) {
        this.target = target;
        try {
            this.listener = new ServerSocket(port, 50, InetAddress.getLoopbackAddress());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        daemon(this::accept);
    }

    public InetSocketAddress entrance() {
        return new InetSocketAddress(listener.getInetAddress(), listener.getLocalPort());
    }

    String url() {
        return "http://127.0.0.1:" + listener.getLocalPort();
    }

    void cut() {
        mood(Mood.CUT);
    }

    void join() {
        mood(Mood.CALM);
        resetAll();
    }

    /** Connections that it carries now take part in the new mood; after a cut they are reset. */
    public void mood(Mood next) {
        boolean joined = mood.cut() && !next.cut();
        mood = next;
        if (joined) {
            resetAll();
        }
    }

    /** What was swallowed can't be made up for: both ends must begin anew. */
    private void resetAll() {
        open.forEach(this::forget);
    }

    private void accept() {
        while (!listener.isClosed()) {
            try {
                Socket from = listener.accept();
                open.add(from);
                if (!mood.cut()) {
                    daemon(() -> connect(from));
                }
            } catch (IOException e) {
                return; // closed: the link is taken away
            }
        }
    }

    private void connect(Socket from) {
        Socket to = new Socket();
        open.add(to);
        try {
            to.connect(target, CONNECT_MILLIS);
            to.setTcpNoDelay(true);
            from.setTcpNoDelay(true);
        } catch (IOException e) {
            forget(to);
            forget(from); // nobody listens there: the caller shall know at once
            return;
        }
        new Connection(from, to).carry();
    }

    /** A caller's connection and the one to the target that belongs to it. */
    private final class Connection {
        private final Socket from;
        private final Socket to;
        /** The question under way, while questions are to be repeated. */
        private final ByteArrayOutputStream question = new ByteArrayOutputStream();

        private boolean answering = true;
        private boolean questionIsLost;
        private boolean answerIsLost;

        Connection(Socket from, Socket to) {
            this.from = from;
            this.to = to;
        }

        void carry() {
            daemon(() -> carry(from, to, this::question));
            carry(to, from, this::answer);
        }

        private void carry(Socket source, Socket destination, Passage passage) {
            byte[] buffer = new byte[BUFFER];
            try {
                InputStream input = source.getInputStream();
                OutputStream output = destination.getOutputStream();
                for (int length = input.read(buffer); length >= 0; length = input.read(buffer)) {
                    if (passage.lets(buffer, length)) {
                        pass(mood.delayMillis());
                        output.write(buffer, 0, length);
                    }
                }
            } catch (IOException e) {
                // One end is gone; so shall be the other.
            }
            if (!mood.cut()) {
                pass(mood.slowCloseMillis());
                forget(from);
                forget(to);
            }
        }

        private synchronized boolean question(byte[] bytes, int length) {
            Mood now = mood;
            if (answering) {
                answering = false;
                question.reset();
                boolean lost = happens(now.lost());
                questionIsLost |= lost && happens(0.5);
                answerIsLost |= lost;
            }
            if (now.duplicated() > 0) {
                question.write(bytes, 0, length);
            }
            return !now.cut() && !questionIsLost;
        }

        private synchronized boolean answer(byte[] bytes, int length) throws IOException {
            Mood now = mood;
            if (!answering) {
                answering = true;
                if (question.size() > 0 && happens(now.duplicated())) {
                    byte[] again = question.toByteArray();
                    daemon(() -> repeat(again));
                }
                if (happens(now.reset())) {
                    from.setSoLinger(true, 0);
                    throw new IOException("the answer is not to arrive");
                }
            }
            return !now.cut() && !answerIsLost;
        }
    }

    private interface Passage {
        boolean lets(byte[] bytes, int length) throws IOException;
    }

    private void repeat(byte[] question) {
        try (Socket socket = new Socket()) {
            socket.connect(target, CONNECT_MILLIS);
            socket.setSoTimeout(DUPLICATE_MILLIS);
            socket.getOutputStream().write(question);
            // The answer to a duplicate interests nobody.
            socket.getInputStream().transferTo(OutputStream.nullOutputStream());
        } catch (IOException e) {
            // It has had its time, or the target is gone.
        }
    }

    private static boolean happens(double probability) {
        return probability > 0 && ThreadLocalRandom.current().nextDouble() < probability;
    }

    /** Lets so much time pass, or less when the link is taken away. */
    private void pass(long millis) {
        if (millis <= 0) {
            return;
        }
        try {
            boolean ended = closed.await(millis, TimeUnit.MILLISECONDS);
            if (ended) {
                resetAll();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void forget(Socket socket) {
        open.remove(socket);
        closeQuietly(socket);
    }

    private static void daemon(Runnable work) {
        Thread thread = new Thread(work, "link");
        thread.setDaemon(true);
        thread.start();
    }

    private static void closeQuietly(Socket socket) {
        try {
            socket.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        closed.countDown();
        try {
            listener.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        open.forEach(Link::closeQuietly);
    }
}
