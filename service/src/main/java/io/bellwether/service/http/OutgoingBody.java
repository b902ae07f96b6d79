package io.bellwether.service.http;

import jakarta.servlet.AsyncContext;
import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.WriteListener;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.concurrent.RejectedExecutionException;
import org.eclipse.jetty.ee10.servlet.ServletContextResponse;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.server.Response;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The body of an answer on its way out. Nobody waits for the one who should read it: what is short is gathered by the server
 * and leaves when the request is completed, what is longer leaves in pieces, each when there is room for it.
 */
public final class OutgoingBody implements WriteListener {
    private static final Logger LOG = LoggerFactory.getLogger(OutgoingBody.class);

    private final AsyncContext context;
    private final ServletOutputStream output;
    private final byte[] bytes;
    private final int length;
    private boolean written;

    private OutgoingBody(AsyncContext context, ServletOutputStream output, byte[] bytes, int length) {
        this.context = context;
        this.output = output;
        this.bytes = bytes;
        this.length = length;
    }

    /**
     * Sends the first {@code length} bytes, with their {@code Content-Length}, and completes the request. Never blocks, and
     * never fails: a client that is gone is no trouble. The bytes are not changed from now on.
     */
    public static void send(AsyncContext context, HttpServletResponse response, byte[] bytes, int length) {
        Response server =
                ServletContextResponse.getServletContextResponse(response).getWrapped();
        // Not by the servlet's setContentLength: with the last byte that it announces, a write waits for the client.
        server.getHeaders().put(HttpHeader.CONTENT_LENGTH, length);
        int gathered = server.getRequest()
                .getConnectionMetaData()
                .getHttpConfiguration()
                .getOutputAggregationSize();
        try {
            ServletOutputStream output = response.getOutputStream();
            if (length <= gathered) {
                output.write(bytes, 0, length);
                complete(context);
            } else {
                output.setWriteListener(new OutgoingBody(context, output, bytes, length));
            }
        } catch (IOException e) {
            LOG.debug("the client is gone", e);
            complete(context);
        }
    }

    /** Completes the request, unless the server has ended it before. */
    public static void complete(AsyncContext context) {
        try {
            context.complete();
        } catch (RejectedExecutionException | IllegalStateException e) {
            LOG.debug("the server has ended the request before, or is stopping", e);
        }
    }

    @Override
    public void onWritePossible() throws IOException {
        while (output.isReady()) {
            if (written) {
                complete(context);
                return;
            }
            written = true;
            output.write(bytes, 0, length);
        }
    }

    @Override
    public void onError(Throwable error) {
        LOG.debug("the client is gone", error);
        complete(context);
    }
}
