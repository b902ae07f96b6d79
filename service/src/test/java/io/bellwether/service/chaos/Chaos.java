package io.bellwether.service.chaos;

import io.bellwether.service.chaos.Findings.Promise;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/**
 * One run of chaos, started by {@code scripts/chaos}: a world, clients, a storm, an inquest, a report.
 *
 * <p>Ends with 0 if all promises were kept, 2 if one was broken, 1 if the run itself failed or too few kinds of faults came.
 */
final class Chaos {
    private static final int FAILED = 1;
    private static final int BROKEN = 2;
    private static final Duration START = Duration.ofMinutes(3);
    private static final Duration LAST_WORDS = Duration.ofSeconds(20);

    private final Options options;
    private final Waiting waiting;
    private final Journal journal;
    private final Findings findings;

    private Chaos(Options options, Waiting waiting, Journal journal) {
        this.options = options;
        this.waiting = waiting;
        this.journal = journal;
        this.findings = new Findings(journal);
    }

    public static void main(String[] arguments) throws IOException {
        Options options = Options.parse(arguments);
        Files.createDirectories(options.folder());
        Waiting waiting = new Waiting();
        CountDownLatch cleaned = new CountDownLatch(1);
        Thread interrupted = new Thread(() -> {
            waiting.end();
            awaitQuietly(cleaned);
        });
        Runtime.getRuntime().addShutdownHook(interrupted);
        int code = FAILED;
        try (Journal journal = new Journal(options.folder().resolve("journal.txt"))) {
            code = new Chaos(options, waiting, journal).runAndTell();
        } finally {
            cleaned.countDown();
            Runtime.getRuntime().halt(code);
        }
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            if (!latch.await(LAST_WORDS.toMillis(), TimeUnit.MILLISECONDS)) {
                System.err.println("what is left is ended from outside");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** What it fails with is told here: the halt at the end would keep it to itself. */
    private int runAndTell() {
        try {
            return run();
        } catch (IOException | RuntimeException | AssertionError e) {
            StringWriter trace = new StringWriter();
            e.printStackTrace(new PrintWriter(trace, true));
            journal.say("the run itself failed: " + trace);
            return FAILED;
        }
    }

    private int run() throws IOException {
        for (String name : options.faults()) {
            if (allKinds().stream().noneMatch(kind -> kind.name().startsWith(name))) {
                journal.say("no kind of fault is called '" + name + "' or begins so; these can be asked for: "
                        + allKinds().stream().map(FaultKind::name).collect(Collectors.joining(", ")));
                return FAILED;
            }
        }
        String names = options.namespaces();
        Namespaces namespaces = names == null ? null : new Namespaces(names);
        Means means = new Means(namespaces);
        Network network = namespaces == null ? new Loopback() : namespaces;
        try (World world = new World(network, means, options.folder(), findings, journal, waiting)) {
            return run(world, means);
        }
    }

    private int run(World world, Means means) throws IOException {
        Map<String, String> notRun = new LinkedHashMap<>();
        List<FaultKind> kinds = kinds(means, notRun);
        journal.say("seed " + options.seed() + ", " + kinds.size() + " kinds of faults, " + notRun.size() + " not run");
        if (kinds.isEmpty()) {
            journal.say("no kind of fault is left");
            return FAILED;
        }
        Random dice = new Random(options.seed());
        Storm storm = new Storm(world, new Schedule(kinds, dice.nextLong()));
        try (Recorder recorder = new Recorder(options.folder().resolve("history.txt"))) {
            world.start();
            if (!world.awaitWell(START)) {
                journal.say("the cluster didn't come up: " + world.state());
                return FAILED;
            }
            Clients clients = new Clients(world, recorder);
            clients.start(dice);
            boolean recovered = storm.rage(options.time());
            clients.finish();
            if (waiting.ended()) {
                return FAILED;
            }
            Inquest inquest = new Inquest(world, recorder);
            if (recovered && world.awaitWell(START)) {
                inquest.hold();
            } else {
                findings.add(Promise.VIOLATION, "no node was looked at: they did not recover");
            }
            inquest.check();
            new Report(options.seed(), kinds, notRun, storm, recorder.counts(), findings).print(System.out);
        }
        if (storm.struck().size() < options.leastKinds()) {
            journal.say("fewer than " + options.leastKinds() + " kinds of faults have struck");
            return FAILED;
        }
        return findings.any() ? BROKEN : 0;
    }

    private List<FaultKind> allKinds() {
        List<FaultKind> all = new ArrayList<>();
        all.addAll(ProcessFaults.all());
        all.addAll(NetworkFaults.all());
        all.addAll(LinkFaults.all());
        all.addAll(ZooKeeperFaults.all(options.outageMillis()));
        all.addAll(ClockFaults.all());
        all.addAll(DiskFaults.all());
        all.addAll(FileFaults.all());
        all.addAll(OperatorFaults.all());
        return all;
    }

    private List<FaultKind> kinds(Means means, Map<String, String> notRun) {
        List<FaultKind> kinds = new ArrayList<>();
        for (FaultKind kind : allKinds()) {
            Optional<String> missing = means.missing(kind.need());
            if (!options.wants(kind)) {
                notRun.put(kind.name(), "not asked for");
            } else if (missing.isPresent()) {
                notRun.put(kind.name(), missing.get());
            } else {
                kinds.add(kind);
            }
        }
        return kinds;
    }
}
