package io.bellwether.service.http;

import io.bellwether.gateway.ReadLevel;
import io.bellwether.gateway.RequestId;
import io.bellwether.replication.Bytes;
import io.bellwether.service.data.Command;
import io.bellwether.service.data.CommandCodec;
import io.bellwether.service.data.Condition;
import io.bellwether.service.node.Requests;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.LongSupplier;
import org.eclipse.jetty.ee10.servlet.ServletContextRequest;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpHeader;

/**
 * The records, to clients: {@code /v1/kv/{key}} and the list {@code /v1/kv}. A servlet of its own and no Jersey resource:
 * this is the way that every read and write takes, and Jersey costs half as much again. No thread is parked on the way:
 * Jetty's reads the request, the node's answers, and {@link Answers} writes.
 */
final class RecordsServlet extends HttpServlet {
    static final String PATH = "/v1/kv";
    private static final String KEYS = PATH + "/";
    private static final String METHODS_OF_KEYS = "GET, HEAD, PUT, DELETE, OPTIONS";
    private static final String READING_METHODS = "GET, HEAD, OPTIONS";
    private static final List<String> PARAMETERS_OF_GET = List.of(ReadWish.CONSISTENCY, ReadWish.MAX_STALENESS);

    private final transient Requests requests;
    private final transient Limits limits;
    private final transient Answers answers;
    private final transient Answers pages;
    private final transient WriteAnswer writeAnswer;
    private final transient ReadAnswer readAnswer;
    private final transient LongSupplier nanoTime;
    private final transient WriteMeter meter;
    private final String node;
    private final transient Receiving receiving;

    /** @param pages writes what may take long, apart from {@code answers} */
    RecordsServlet(
            Requests requests,
            Limits limits,
            Identity identity,
            Answers answers,
            Answers pages,
            LongSupplier nanoTime,
            WriteMeter meter) {
        this.requests = requests;
        this.limits = limits;
        this.receiving = new Receiving(limits.maxReceivingSize());
        this.answers = answers;
        this.pages = pages;
        this.node = identity.node();
        this.writeAnswer = new WriteAnswer(node);
        this.readAnswer = new ReadAnswer(node, limits);
        this.nanoTime = nanoTime;
        this.meter = meter;
    }

    @Override
    protected void service(HttpServletRequest request, HttpServletResponse response) throws IOException {
        try {
            route(request, response);
        } catch (ProblemException refused) {
            refuse(request, response, refused.problem().with(isWrite(request.getMethod()) ? WriteFate.NONE : null));
        }
    }

    /** Answered in its turn: who sends one bad request after another must not keep the reading thread for itself. */
    private void refuse(HttpServletRequest request, HttpServletResponse response, Problem problem) {
        Exchange exchange =
                Exchange.begin(request, response, node, limits.defaultTimeout(), problem, problem, () -> {});
        answers.execute(() -> exchange.fail(problem));
    }

    /** Whether a request with this method may change something, as far as one can tell from outside. */
    static boolean isWrite(String method) {
        return switch (method) {
            case "GET", "HEAD", "OPTIONS", "TRACE" -> false;
            default -> true;
        };
    }

    /** Whether requests for this path come here. */
    static boolean serves(String canonicalPath) {
        return canonicalPath.startsWith(KEYS) || canonicalPath.equals(PATH);
    }

    /** Which methods there are for a path. All but the records can only be read, so far. */
    static String methodsOf(String path) {
        return path.startsWith(KEYS) ? METHODS_OF_KEYS : READING_METHODS;
    }

    private void route(HttpServletRequest request, HttpServletResponse response) throws IOException {
        String path = request.getRequestURI();
        boolean list = path.equals(PATH);
        if (!list && !path.startsWith(KEYS)) {
            // The container found us behind a '..', a ';' or an escape, where no key begins.
            throw new ProblemException(
                    ProblemCode.INVALID_PATH,
                    "The path '" + PercentEncoding.shown(path) + "' leads here, but is not written as " + KEYS + "….");
        }
        switch (request.getMethod()) {
            case "GET" -> read(request, response, path, list, true);
            case "HEAD" -> read(request, response, path, list, false);
            case "OPTIONS" -> options(request, response, path, list);
            case "PUT" -> {
                refuseOnList(list, request, response);
                put(request, response, KeyPath.parse(path, KEYS.length()));
            }
            case "DELETE" -> {
                refuseOnList(list, request, response);
                delete(request, response, KeyPath.parse(path, KEYS.length()));
            }
            default -> throw notAllowed(request, response, list ? READING_METHODS : METHODS_OF_KEYS);
        }
    }

    private static void refuseOnList(boolean list, HttpServletRequest request, HttpServletResponse response) {
        if (list) {
            throw notAllowed(request, response, READING_METHODS);
        }
    }

    private static ProblemException notAllowed(
            HttpServletRequest request, HttpServletResponse response, String methods) {
        response.setHeader("Allow", methods);
        return new ProblemException(
                ProblemCode.METHOD_NOT_ALLOWED,
                PercentEncoding.shown(request.getMethod()) + " is not for "
                        + PercentEncoding.shown(request.getRequestURI()) + "; there are " + methods + ".");
    }

    private void options(HttpServletRequest request, HttpServletResponse response, String path, boolean list) {
        Query.parse(request.getQueryString(), List.of());
        if (!list) {
            KeyPath.parse(path, KEYS.length());
        }
        Reply reply = Reply.of(204, HttpFields.build().put(HttpHeader.ALLOW, list ? READING_METHODS : METHODS_OF_KEYS));
        Exchange exchange = beginRead(request, response, limits.defaultTimeout(), ReadAnswer.nodeHangs());
        answers.execute(() -> exchange.answer(reply));
    }

    private void read(
            HttpServletRequest request, HttpServletResponse response, String path, boolean list, boolean withBody) {
        if (list) {
            list(request, response, withBody);
        } else {
            get(request, response, KeyPath.parse(path, KEYS.length()), withBody);
        }
    }

    private void get(HttpServletRequest request, HttpServletResponse response, Bytes key, boolean withBody) {
        RequestFields fields = fields(request);
        ReadLevel level = ReadWish.level(Query.parse(request.getQueryString(), PARAMETERS_OF_GET));
        ReadAnswer.GetWish wish =
                new ReadAnswer.GetWish(key, withBody, level, fields.ifNoneMatchOfRead(), fields.ifMatchOfRead());
        long minIndex = fields.minIndex();
        Duration timeout = fields.timeout(limits);
        Exchange exchange = beginRead(request, response, timeout, ReadAnswer.recordTooSlow());
        Thread asking = InTurnConnection.holdsMore(request) ? null : Thread.currentThread();
        requests.read(level, minIndex, timeout, outcome -> {
            exchange.advance();
            answers.executeFor(asking, () -> readAnswer.record(exchange, wish, outcome));
        });
    }

    private void list(HttpServletRequest request, HttpServletResponse response, boolean withBody) {
        RequestFields fields = fields(request);
        ListWish wish = ListWish.parse(request.getQueryString(), limits);
        long minIndex = fields.minIndex();
        Duration timeout = fields.timeout(limits);
        Exchange exchange = beginRead(request, response, timeout, ReadAnswer.pageTooSlow());
        // A page may be megabytes: written apart, so that no short answer waits for it.
        requests.read(wish.level(), minIndex, timeout, outcome -> {
            exchange.advance();
            pages.execute(() -> readAnswer.page(exchange, wish, withBody, outcome));
        });
    }

    /** @param tooSlow what the client hears if the time is over when the node has let the read go on */
    private Exchange beginRead(
            HttpServletRequest request, HttpServletResponse response, Duration timeout, Problem tooSlow) {
        return Exchange.begin(request, response, node, timeout, ReadAnswer.nodeHangs(), tooSlow, () -> {});
    }

    private void put(HttpServletRequest request, HttpServletResponse response, Bytes key) throws IOException {
        long started = nanoTime.getAsLong();
        Query.parse(request.getQueryString(), List.of());
        RequestFields fields = fields(request);
        Condition condition = fields.conditionOfPut();
        fields.checkIdempotencyKey();
        String contentType = fields.contentType();
        Duration timeout = fields.timeout(limits);
        int length = (int) fields.length(limits.maxValueSize());
        Receiving.Place place = receiving.reserve(length);
        Exchange exchange = beginWrite(request, response, timeout, place::close);
        ReceivedBody body = new ReceivedBody(
                request.getInputStream(),
                length,
                value -> {
                    place.close();
                    Command command = new Command.Put(key, condition, contentType, value);
                    submit(exchange, command, fields.idempotencyKey(command), timeout, started);
                },
                exchange::fail);
        request.getInputStream().setReadListener(body);
    }

    private void delete(HttpServletRequest request, HttpServletResponse response, Bytes key) {
        long started = nanoTime.getAsLong();
        Query.parse(request.getQueryString(), List.of());
        RequestFields fields = fields(request);
        fields.refuseContentEncoding();
        fields.checkIdempotencyKey();
        Command command = new Command.Delete(key, fields.conditionOfDelete());
        Duration timeout = fields.timeout(limits);
        Exchange exchange = beginWrite(request, response, timeout, () -> {});
        submit(exchange, command, fields.idempotencyKey(command), timeout, started);
    }

    private Exchange beginWrite(
            HttpServletRequest request, HttpServletResponse response, Duration timeout, Runnable whenOver) {
        return Exchange.begin(
                request, response, node, timeout, ReceivedBody.tooSlowToReceive(), WriteAnswer.unknown(), whenOver);
    }

    private void submit(
            Exchange exchange, Command command, Optional<RequestId.Keyed> key, Duration timeout, long started) {
        long submitted = nanoTime.getAsLong();
        Duration left = timeout.minusNanos(submitted - started);
        if (left.isNegative() || left.isZero()) {
            exchange.fail(ReceivedBody.tooSlowToReceive());
            return;
        }
        if (exchange.advance()) {
            requests.write(
                    CommandCodec.encode(command),
                    key,
                    left,
                    outcome -> answers.execute(() -> {
                        meter.ended(outcome, nanoTime.getAsLong() - submitted);
                        exchange.answer(writeAnswer.reply(command.key().utf8(), outcome));
                    }));
        }
    }

    private static RequestFields fields(HttpServletRequest request) {
        return RequestFields.of(
                ServletContextRequest.getServletContextRequest(request).getHeaders());
    }
}
