package io.bellwether.service.trial;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.File;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;

/** The cluster that {@code scripts/cluster} started. That script alone starts and ends processes. */
final class TrialCluster {
    private final String script;

    TrialCluster(String script) {
        this.script = script;
    }

    /** The nodes that run now. */
    List<Server> nodes() throws IOException {
        List<Server> nodes = new ArrayList<>();
        for (JsonNode process :
                new ObjectMapper().readTree(run("status", "-o", "json")).path("processes")) {
            String name = process.path("name").asText();
            if (name.matches("n\\d+") && process.path("state").asText().equals("runs")) {
                nodes.add(new Server(
                        name,
                        URI.create(process.path("address").asText()),
                        process.path("pid").asLong()));
            }
        }
        return nodes;
    }

    /** With {@code kill -9}; it is gone when this returns. */
    void kill(Server node) throws IOException {
        run("kill", node.name());
    }

    /** Starts what doesn't run, and waits until all are in sync. */
    void start() throws IOException {
        run("start");
    }

    private String run(String... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of(script));
        command.addAll(List.of(arguments));
        Process process = new ProcessBuilder(command)
                .redirectInput(ProcessBuilder.Redirect.from(new File("/dev/null")))
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        try {
            String output = new String(process.getInputStream().readAllBytes(), UTF_8);
            int code = process.waitFor();
            if (code != 0) {
                throw new IOException(String.join(" ", command) + " ended with " + code);
            }
            return output;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("Interrupted while running " + script);
        }
    }
}
