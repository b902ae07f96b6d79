package io.bellwether.service.http;

import io.bellwether.gateway.Room;
import io.bellwether.replication.NodeId;
import io.bellwether.replication.StoreId;
import io.bellwether.service.node.Operations;
import io.bellwether.service.node.Requests;
import io.dropwizard.core.setup.Environment;
import jakarta.servlet.ServletRegistration;
import java.net.URI;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.SynchronousQueue;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.util.component.LifeCycle;
import org.jspecify.annotations.Nullable;

/**
 * The faces of a node to clients and operators, in one piece: the records at {@code /v1/kv}, the cluster, the node, its
 * status for peers, and every error as a problem. Needs {@code registerDefaultExceptionMappers: false}.
 */
public final class ClientFaces {
    private volatile boolean stopping;
    private @Nullable PeerStatusClient statusOfPeers;
    private @Nullable ClusterEvents clusterEvents;
    private @Nullable WayOut wayOut;

    private ClientFaces() {}

    /**
     * @param requests what stands behind the faces
     * @param operations what operators ask of this node
     * @param answers writes short answers
     * @param peerUrls addresses of peers that override the advertised ones
     * @param lowOnSpace whether this node's disk has less left than it should
     * @param nanoTime a monotonic clock
     * @param meter hears of each write that the node has decided on
     * @param broken hears, on any thread, of data that no node wrote: the process must stop
     */
    public static ClientFaces register(
            Environment environment,
            Requests requests,
            Operations operations,
            Answers answers,
            Limits limits,
            Identity identity,
            Map<NodeId, URI> peerUrls,
            BooleanSupplier lowOnSpace,
            LongSupplier nanoTime,
            WriteMeter meter,
            Consumer<Throwable> broken) {
        ClientFaces faces = new ClientFaces();
        registerProblems(environment, identity);
        registerRecords(environment, requests, answers, limits, identity, nanoTime, meter, broken);
        faces.registerOperators(environment, requests, operations, limits, identity, peerUrls, lowOnSpace);
        return faces;
    }

    /**
     * Backups, at {@value BackupServlet#PATH}; one at a time.
     *
     * @param requests asked how fresh the state is
     * @param rate of what goes out
     */
    public static void registerBackups(
            Environment environment,
            Requests requests,
            BackupSource source,
            SendingRate rate,
            Limits limits,
            Identity identity) {
        ExecutorService sender = environment
                .lifecycle()
                .executorService("backup-sender-%d")
                .minThreads(0)
                .maxThreads(1)
                .workQueue(new ArrayBlockingQueue<>(1))
                .build();
        ServletRegistration.Dynamic servlet = environment
                .servlets()
                .addServlet("backups", new BackupServlet(requests, source, sender, rate, limits, identity));
        servlet.setAsyncSupported(true);
        servlet.addMapping(BackupServlet.PATH);
    }

    /** For operators who want nothing to happen by itself. */
    public static void registerPause(Environment environment, PausedResource.Switch automation, Limits limits) {
        environment.jersey().register(new PausedResource(automation, limits));
    }

    /** From now on the node is not ready: the process was told to end. */
    public void stopping() {
        stopping = true;
    }

    /** Whoever listens for events is sent away: an open connection would hold up the end. */
    public void endEvents() {
        ClusterEvents events = clusterEvents;
        if (events != null) {
            events.close();
        }
    }

    /** Which store a node has that answers at this url; empty if none does within a second. Never blocks. */
    public CompletionStage<Optional<StoreId>> storeAnsweringAt(String url) {
        PeerStatusClient peers = Objects.requireNonNull(statusOfPeers, "the faces are registered");
        return peers.ask(URI.create(url)).thenApply(answer -> answer.map(status -> new StoreId(status.store())));
    }

    /** This node's disk is low on space: if it leads, one that has room is to take over. Never blocks, never fails. */
    public CompletionStage<Optional<Room>> moveToRoom() {
        return Objects.requireNonNull(wayOut, "the faces are registered").take();
    }

    private static void registerProblems(Environment environment, Identity identity) {
        JettyProblems problems = new JettyProblems();
        environment.getApplicationContext().setErrorHandler(problems);
        environment.getAdminContext().setErrorHandler(problems);
        environment.lifecycle().addEventListener(new LifeCycle.Listener() {
            /** Not earlier: Dropwizard sets another one when it builds the server. */
            @Override
            public void lifeCycleStarting(LifeCycle starting) {
                if (starting instanceof Server server) {
                    server.setErrorHandler(problems);
                }
            }
        });
        environment.jersey().register(new BodyLimit());
        environment.jersey().register(new JerseyProblems(identity.node()));
    }

    private static void registerRecords(
            Environment environment,
            Requests requests,
            Answers answers,
            Limits limits,
            Identity identity,
            LongSupplier nanoTime,
            WriteMeter meter,
            Consumer<Throwable> broken) {
        Answers pages = Answers.of(environment, "pages-%d", broken);
        RecordsServlet records = new RecordsServlet(requests, limits, identity, answers, pages, nanoTime, meter);
        ServletRegistration.Dynamic servlet = environment.servlets().addServlet("records", records);
        servlet.setAsyncSupported(true);
        servlet.addMapping(RecordsServlet.PATH + "/*");
    }

    private void registerOperators(
            Environment environment,
            Requests requests,
            Operations operations,
            Limits limits,
            Identity identity,
            Map<NodeId, URI> peerUrls,
            BooleanSupplier lowOnSpace) {
        ExecutorService operators = environment
                .lifecycle()
                .executorService("operators-%d")
                .minThreads(2)
                .maxThreads(2)
                .build();
        StatusQuestion question = new StatusQuestion(requests, operators);
        PeerStatusClient peers = new PeerStatusClient(operators);
        statusOfPeers = peers;
        PeerAddresses addresses = new PeerAddresses(peerUrls);
        ClusterSurvey survey = new ClusterSurvey(question, peers::ask, addresses, identity);
        environment.jersey().register(new ClusterResource(survey));
        registerEvents(environment, survey);
        environment.jersey().register(new NodeResource(question, () -> stopping));
        PeerOperations atPeers = new PeerOperations(operators);
        HandOffs handOffs = new HandOffs(question, operations, peers, atPeers, addresses, operators);
        wayOut = new WayOut(question, peers, addresses, handOffs);
        environment.jersey().register(new HandOffResource(handOffs, limits));
        environment.jersey().register(new RecoverResource(new Recoveries(survey, operations, operators), limits));
        Verifications verifications =
                new Verifications(survey, operations, atPeers, addresses, operators, identity.cluster());
        environment.jersey().register(new VerifyResource(question, verifications, limits));
        environment.jersey().register(new PeerVerifyResource(verifications, limits));
        environment.jersey().register(new HistoryResource(requests, operators, identity));
        environment.jersey().register(new PeerHandOffResource(handOffs, limits));
        environment.jersey().register(new DutyResource(question, operations, operators, limits));
        environment.jersey().register(new PeerStatusResource(question, lowOnSpace, identity));
    }

    private void registerEvents(Environment environment, ClusterSurvey survey) {
        ClusterEvents events = new ClusterEvents(
                survey,
                environment.getObjectMapper(),
                environment
                        .lifecycle()
                        .scheduledExecutorService("cluster-events")
                        .threads(1)
                        .build(),
                environment
                        .lifecycle()
                        .executorService("cluster-listener-%d")
                        .minThreads(0)
                        .maxThreads(ClusterEvents.MAX_LISTENERS)
                        .workQueue(new SynchronousQueue<>())
                        .build());
        clusterEvents = events;
        environment.jersey().register(new ClusterEventsResource(events));
    }
}
