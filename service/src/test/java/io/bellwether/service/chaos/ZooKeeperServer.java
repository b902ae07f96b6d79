package io.bellwether.service.chaos;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import io.bellwether.service.cluster.FreePorts;
import io.bellwether.service.cluster.ServerProcess;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** One server of an ensemble, as ZooKeeper itself starts it. */
final class ZooKeeperServer implements AutoCloseable {
    private static final String MAIN = "org.apache.zookeeper.server.quorum.QuorumPeerMain";
    private static final int PATIENCE_MILLIS = 2_000;
    private static final String LOGGING = """
            <configuration>
              <appender name="out" class="ch.qos.logback.core.ConsoleAppender">
                <encoder><pattern>%-5level [%d] %logger{0}: %msg%n%ex{3}</pattern></encoder>
              </appender>
              <root level="WARN"><appender-ref ref="out"/></root>
            </configuration>
            """;

    private final String machine;
    private final Network network;
    private final Path folder;
    private final InetSocketAddress client;
    private final int quorumPort = FreePorts.next();
    private final int electionPort = FreePorts.next();
    private final ServerProcess process;

    ZooKeeperServer(String machine, Network network, Path folder) {
        this.machine = machine;
        this.network = network;
        this.folder = folder.resolve("zookeeper-" + machine);
        this.client = new InetSocketAddress(network.address(machine), FreePorts.next());
        this.process = new ServerProcess(machine, folder);
    }

    /** Writes what each of them must know of all. */
    void configure(List<ZooKeeperServer> ensemble) {
        List<String> lines = new ArrayList<>(List.of(
                "tickTime=500",
                "initLimit=20",
                "syncLimit=10",
                "maxClientCnxns=0",
                "admin.enableServer=false",
                "4lw.commands.whitelist=srvr",
                "dataDir=" + folder,
                "clientPortAddress=" + client.getAddress().getHostAddress(),
                "clientPort=" + client.getPort()));
        for (int i = 0; i < ensemble.size(); i++) {
            ZooKeeperServer server = ensemble.get(i);
            lines.add("server." + (i + 1) + "=" + server.client.getAddress().getHostAddress() + ":" + server.quorumPort
                    + ":" + server.electionPort);
        }
        try {
            Files.createDirectories(folder);
            Files.writeString(folder.resolve("myid"), Integer.toString(ensemble.indexOf(this) + 1), UTF_8);
            Files.write(folder.resolve("zoo.cfg"), lines, UTF_8);
            Files.writeString(folder.resolve("logback.xml"), LOGGING, UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    String machine() {
        return machine;
    }

    InetSocketAddress address() {
        return client;
    }

    void start() {
        process.startJava(
                network.prefix(machine),
                Map.of(),
                List.of(
                        "-Xmx96m",
                        "-Dlogback.configurationFile=" + folder.resolve("logback.xml"),
                        "-cp",
                        ServerProcess.jar().toString(),
                        MAIN,
                        folder.resolve("zoo.cfg").toString()));
    }

    ServerProcess process() {
        return process;
    }

    boolean serves() {
        return mode().equals("leader") || mode().equals("follower");
    }

    /** {@code leader}, {@code follower}, or empty if it doesn't serve. */
    String mode() {
        try (Socket socket = new Socket()) {
            socket.connect(client, PATIENCE_MILLIS);
            socket.setSoTimeout(PATIENCE_MILLIS);
            socket.getOutputStream().write("srvr".getBytes(US_ASCII));
            socket.getOutputStream().flush();
            String answer = new String(socket.getInputStream().readAllBytes(), US_ASCII);
            return answer.lines()
                    .filter(line -> line.startsWith("Mode: "))
                    .map(line -> line.substring("Mode: ".length()).strip())
                    .findFirst()
                    .orElse("");
        } catch (IOException e) {
            return ""; // not up, or not answering
        }
    }

    @Override
    public void close() {
        process.close();
    }

    @Override
    public String toString() {
        return machine;
    }
}
