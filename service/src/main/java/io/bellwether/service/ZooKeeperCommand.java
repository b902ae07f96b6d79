package io.bellwether.service;

import io.dropwizard.core.cli.Cli;
import io.dropwizard.core.cli.Command;
import io.dropwizard.core.setup.Bootstrap;
import java.io.IOException;
import java.nio.file.Path;
import net.sourceforge.argparse4j.impl.Arguments;
import net.sourceforge.argparse4j.inf.Namespace;
import net.sourceforge.argparse4j.inf.Subparser;
import org.jspecify.annotations.Nullable;

/** {@code zookeeper --port 2181 --data DIR}: a ZooKeeper in the foreground, for trials on one machine. */
final class ZooKeeperCommand extends Command {
    ZooKeeperCommand() {
        super("zookeeper", "Runs a standalone ZooKeeper on 127.0.0.1, for trials");
    }

    @Override
    public void configure(Subparser arguments) {
        arguments
                .addArgument("--port")
                .type(Integer.class)
                .choices(Arguments.range(1, 65_535))
                .setDefault(2181)
                .help("port to serve on");
        arguments.addArgument("--data").required(true).help("its directory; created if missing");
    }

    @Override
    public void run(Bootstrap<?> bootstrap, Namespace arguments) throws IOException {
        int port = arguments.getInt("port");
        Path data = Path.of(arguments.getString("data")).toAbsolutePath().normalize();
        Runnable whenServing = () -> System.out.println(
                "ZooKeeper serves on " + StandaloneZooKeeper.ADDRESS + ":" + port + ", data in " + data);
        try (StandaloneZooKeeper zooKeeper = new StandaloneZooKeeper(port, data, whenServing)) {
            zooKeeper.serve();
        }
        throw new IOException("ZooKeeper stopped by itself; its log above says why");
    }

    /** What went wrong, in a line; a stack trace tells an operator nothing about a port that is taken. */
    @Override
    public void onError(Cli cli, @Nullable Namespace arguments, Throwable error) {
        System.err.println("zookeeper: " + (error instanceof IOException ? error.getMessage() : error));
    }
}
