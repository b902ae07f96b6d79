package io.bellwether.service.trial;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;

/** One connection of the load generator: one request at a time, no threads. */
final class LoadConnection implements AutoCloseable {
    private static final int LONGEST_ANSWER = 64 * 1024;

    private final InetSocketAddress address;
    private final Selector selector;
    private final AnswerReader answer = new AnswerReader(LONGEST_ANSWER);

    private SocketChannel channel;
    private SelectionKey key;
    private ByteBuffer request = ByteBuffer.allocate(0);
    private long intendedNanos;

    LoadConnection(InetSocketAddress address, Selector selector) throws IOException {
        this.address = address;
        this.selector = selector;
        this.channel = connect();
        this.key = channel.register(selector, SelectionKey.OP_READ, this);
    }

    /** @param intended when the request should have left, by {@link System#nanoTime}: its latency counts from then */
    void send(byte[] bytes, long intended) throws IOException {
        intendedNanos = intended;
        answer.begin();
        request = ByteBuffer.wrap(bytes);
        proceed();
    }

    /** Sends what the socket takes, and receives what it has. Whether the answer is whole now. */
    boolean proceed() throws IOException {
        if (request.hasRemaining()) {
            channel.write(request);
            key.interestOps(request.hasRemaining() ? SelectionKey.OP_WRITE : SelectionKey.OP_READ);
            return false;
        }
        if (channel.read(answer.buffer()) < 0) {
            throw new IOException("The connection was closed before the answer was whole");
        }
        return answer.isWhole();
    }

    int status() {
        return answer.status();
    }

    int bodyLength() {
        return answer.bodyLength();
    }

    long intendedNanos() {
        return intendedNanos;
    }

    /** After a failure: what was on its way is given up. */
    void reconnect() throws IOException {
        close();
        channel = connect();
        key = channel.register(selector, SelectionKey.OP_READ, this);
        request = ByteBuffer.allocate(0);
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }

    private SocketChannel connect() throws IOException {
        SocketChannel opened = SocketChannel.open(address);
        opened.setOption(StandardSocketOptions.TCP_NODELAY, true);
        opened.configureBlocking(false);
        return opened;
    }
}
