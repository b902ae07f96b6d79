package io.bellwether.service.http;

import io.bellwether.replication.Bytes;
import jakarta.servlet.ReadListener;
import jakarta.servlet.ServletInputStream;
import java.io.IOException;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A body of announced length, as it comes in. It is handed on whole, or a problem is: nobody ever sees a part of a value.
 */
final class ReceivedBody implements ReadListener {
    private static final Logger LOG = LoggerFactory.getLogger(ReceivedBody.class);

    private final ServletInputStream input;
    private final byte[] body;
    private final Consumer<Bytes> whenWhole;
    private final Consumer<Problem> whenNot;
    private int received;
    private boolean ended;

    /** @param whenNot hears why the body will never be whole */
    ReceivedBody(ServletInputStream input, int length, Consumer<Bytes> whenWhole, Consumer<Problem> whenNot) {
        this.input = input;
        this.body = new byte[length];
        this.whenWhole = whenWhole;
        this.whenNot = whenNot;
    }

    @Override
    public void onDataAvailable() throws IOException {
        while (input.isReady() && !input.isFinished()) {
            int read = received < body.length ? input.read(body, received, body.length - received) : input.read();
            if (read < 0) {
                break;
            }
            if (received == body.length) {
                end(() -> whenNot.accept(incomplete()));
                return;
            }
            received += read;
        }
    }

    @Override
    public void onAllDataRead() {
        end(() -> {
            if (received == body.length) {
                whenWhole.accept(Bytes.wrap(body));
            } else {
                whenNot.accept(incomplete());
            }
        });
    }

    /** Jetty would answer 200 without a body if nobody set another status. */
    @Override
    public void onError(Throwable error) {
        LOG.debug("a body broke off", error);
        end(() -> whenNot.accept(
                error instanceof TimeoutException || error.getCause() instanceof TimeoutException
                        ? tooSlow()
                        : incomplete()));
    }

    private void end(Runnable last) {
        if (!ended) {
            ended = true;
            last.run();
        }
    }

    private Problem incomplete() {
        return Problem.of(
                        ProblemCode.BODY_INCOMPLETE,
                        "The body ended or broke off after " + received + " of the " + body.length
                                + " bytes that Content-Length announced. Nothing was written.")
                .with(WriteFate.NONE);
    }

    private static Problem tooSlow() {
        return tooSlowToReceive();
    }

    static Problem tooSlowToReceive() {
        return Problem.of(
                        ProblemCode.REQUEST_TIMEOUT,
                        "The body did not arrive within the request's time. Nothing was written. Send it again, with a"
                                + " longer Bellwether-Timeout if the way is slow.")
                .with(WriteFate.NONE);
    }
}
