package io.bellwether.service.chaos;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.bellwether.service.cluster.FreePorts;
import io.bellwether.service.cluster.Mood;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.OutputStreamWriter;
import java.io.UncheckedIOException;
import java.lang.ProcessBuilder.Redirect;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A machine's ways to others, over proxies that run there. */
final class Links implements AutoCloseable {
    private final List<String> targets = new ArrayList<>();
    private final Map<String, Integer> ports = new LinkedHashMap<>();
    private final Process process;
    private final BufferedWriter orders;

    /** @param ways where each other machine listens */
    Links(Network network, String machine, Map<String, InetSocketAddress> ways, Path log) {
        List<String> command = new ArrayList<>(network.prefix(machine));
        command.addAll(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "-Xmx64m",
                "-cp",
                System.getProperty("java.class.path"),
                LinksProcess.class.getName()));
        ways.forEach((target, address) -> {
            int port = FreePorts.next();
            targets.add(target);
            ports.put(target, port);
            command.add(port + "=" + address.getAddress().getHostAddress() + ":" + address.getPort());
        });
        try {
            process = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(Redirect.appendTo(log.toFile()))
                    .start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        orders = new BufferedWriter(new OutputStreamWriter(process.getOutputStream(), UTF_8));
    }

    /** Where the way to another machine is entered, as {@code host:port}. */
    String entrance(String target) {
        return "127.0.0.1:" + ports.get(target);
    }

    synchronized void mood(String target, Mood mood) {
        try {
            orders.write(targets.indexOf(target) + " " + mood + "\n");
            orders.flush();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    void moodOfAll(Mood mood) {
        targets.forEach(target -> mood(target, mood));
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }
}
