package io.bellwether.service.trial;

import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/** The threads that store files through all nodes, several connections to each. A request that fails isn't repeated. */
final class Writers {
    private static final int PER_NODE = 4;

    private final Course course;
    private final List<Thread> threads = new ArrayList<>();
    private final Map<String, Fingerprint> stored = new ConcurrentHashMap<>();

    Writers(Course course) {
        this.course = course;
    }

    void start(List<Server> nodes) {
        for (Server node : nodes) {
            for (int i = 1; i <= PER_NODE; i++) {
                Thread thread = new Thread(() -> write(node), "writer-" + i + "-at-" + node.name());
                thread.setDaemon(true);
                threads.add(thread);
                thread.start();
            }
        }
    }

    /** Waits until all have ended. */
    void join(Duration patience) throws InterruptedException {
        long deadline = System.nanoTime() + patience.toNanos();
        for (Thread thread : threads) {
            thread.join(
                    Math.max(1, Duration.ofNanos(deadline - System.nanoTime()).toMillis()));
        }
    }

    /** What the last acknowledged write of each key held. */
    Map<String, Fingerprint> stored() {
        return stored;
    }

    private void write(Server node) {
        try (NodeClient client = new NodeClient(node)) {
            Optional<Course.Task> task = course.next(node.name());
            while (task.isPresent()) {
                write(client, node, task.get());
                task = course.next(node.name());
            }
        }
    }

    private void write(NodeClient client, Server node, Course.Task task) {
        String key = task.file().key();
        try {
            byte[] value = Files.readAllBytes(task.file().path());
            NodeClient.Answer answer = client.put(key, value);
            if (answer.status() == 200 || answer.status() == 201) {
                stored.put(key, Fingerprint.of(value));
                course.acknowledged(node.name(), task, answer.index());
            } else {
                course.failed(node.name(), task, answer.toString());
            }
        } catch (IOException e) {
            course.failed(node.name(), task, e.toString());
        }
    }
}
