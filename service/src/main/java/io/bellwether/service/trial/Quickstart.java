package io.bellwether.service.trial;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Stores the files of a folder through all nodes, kills the leader in the middle, reads every file back from every
 * node, compares each byte, and says what happened. Started by {@code scripts/quickstart}; the story goes to stdout,
 * progress to stderr. Ends with 0 if no request failed and nothing differs.
 */
public final class Quickstart {
    private static final int REFUSED = 2;
    private static final int USAGE = 1;
    private static final int NO_LEADER = 5;

    private static final Duration PATIENCE = Duration.ofSeconds(60);

    /** A large folder on a slow disk. */
    private static final Duration PATIENCE_WITH_FILES = Duration.ofMinutes(10);

    private final TrialCluster cluster;
    private final Progress progress;
    private final Questions questions = new Questions();

    private Quickstart(TrialCluster cluster, Progress progress) {
        this.cluster = cluster;
        this.progress = progress;
    }

    /** {@code CLUSTER-SCRIPT bar|lines text|json [FOLDER]} */
    public static void main(String[] arguments) throws InterruptedException {
        System.exit(run(List.of(arguments)));
    }

    private static int run(List<String> arguments) throws InterruptedException {
        Quickstart quickstart = new Quickstart(
                new TrialCluster(arguments.get(0)),
                new Progress(System.err, arguments.get(1).equals("bar")));
        try {
            Folder folder = arguments.size() > 3 ? folder(arguments.get(3)) : filesOfThisJava();
            if (folder.files().isEmpty()) {
                folder.skipped().forEach(System.err::println);
                return failed(USAGE, "there is no file to store");
            }
            Story story = quickstart.tell(folder);
            ObjectMapper mapper = new ObjectMapper();
            System.out.print(
                    arguments.get(2).equals("json")
                            ? story.json(mapper).toPrettyString() + System.lineSeparator()
                            : story.text());
            return story.isGood() ? 0 : failed(REFUSED, "this must not happen; please report it with the nodes' logs");
        } catch (IOException e) {
            return failed(NO_LEADER, e.toString());
        }
    }

    private static int failed(int code, String reason) {
        System.err.println("quickstart: " + reason);
        return code;
    }

    private static Folder folder(String name) throws IOException {
        Path root = Path.of(name);
        return Folder.read(root, List.of(root));
    }

    /** Every Java brings some hundred small files. */
    private static Folder filesOfThisJava() throws IOException {
        Path root = Path.of(System.getProperty("java.home"));
        List<Path> parts = Stream.of("conf", "legal")
                .map(root::resolve)
                .filter(Files::isDirectory)
                .toList();
        return Folder.read(root, parts);
    }

    private Story tell(Folder folder) throws IOException, InterruptedException {
        List<Server> nodes = cluster.nodes();
        List<StoredFile> files = folder.files();
        Course course = new Course(files, nodes.stream().map(Server::name).toList(), progress);
        Writers writers = new Writers(course);

        progress.begin("Storing " + files.size() + " files", files.size());
        writers.start(nodes);
        inTime(course, course.awaitMiddle(PATIENCE_WITH_FILES), "half of the files were stored");
        Server leader = leaderOf(nodes);
        inTime(course, course.retire(leader.name(), PATIENCE), "the last answer of " + leader.name() + " came");
        int killedAfter = course.killing();
        cluster.kill(leader);
        course.killed();
        boolean told = course.awaitEnd(PATIENCE_WITH_FILES);
        course.abandon();
        writers.join(PATIENCE);
        progress.end();

        List<Server> survivors =
                nodes.stream().filter(node -> !node.equals(leader)).toList();
        JsonNode view = questions.cluster(survivors.get(0));
        List<String> failures = new ArrayList<>(course.failures());
        if (!told && failures.isEmpty()) {
            failures.add("writes were not acknowledged any more after " + leader.name() + " had been killed");
        }

        Comparison comparison = new Comparison(writers.stored(), course.lastIndex());
        List<String> differences = new ArrayList<>();
        survivors.forEach(node -> differences.addAll(comparison.differencesAt(node, progress)));
        long restart = System.nanoTime();
        cluster.start();
        Duration back = Duration.ofNanos(System.nanoTime() - restart);
        for (Server node : cluster.nodes()) {
            if (node.name().equals(leader.name())) {
                differences.addAll(comparison.differencesAt(node, progress));
            }
        }

        return new Story(
                writers.stored().size(),
                writers.stored().values().stream()
                        .mapToLong(Fingerprint::length)
                        .sum(),
                course.acknowledged(),
                folder.skipped(),
                failures,
                differences,
                leader.name(),
                killedAfter,
                course.longestWait(),
                view.path("leader").asText("nobody"),
                view.path("epoch").asLong(),
                survivors.stream().map(Server::name).toList(),
                back);
    }

    private Server leaderOf(List<Server> nodes) throws IOException {
        Optional<String> leader = questions.leaderOfBellwether(nodes.get(0));
        return nodes.stream()
                .filter(node -> leader.equals(Optional.of(node.name())))
                .findFirst()
                .orElseThrow(() -> new IOException("there is no leader to kill: " + leader));
    }

    private static void inTime(Course course, boolean happened, String what) throws IOException {
        if (!happened) {
            course.abandon();
            course.failures().stream().limit(5).forEach(System.err::println);
            throw new IOException("it took too long until " + what);
        }
    }
}
