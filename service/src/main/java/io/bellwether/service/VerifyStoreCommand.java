package io.bellwether.service;

import io.bellwether.replication.Position;
import io.bellwether.service.storage.StoreCheck;
import io.bellwether.service.storage.StoreSettings;
import io.dropwizard.core.cli.Cli;
import io.dropwizard.core.cli.Command;
import io.dropwizard.core.setup.Bootstrap;
import java.io.IOException;
import java.nio.file.Path;
import net.sourceforge.argparse4j.inf.Namespace;
import net.sourceforge.argparse4j.inf.Subparser;
import org.jspecify.annotations.Nullable;

/**
 * {@code verify-store DIR}: whether the store of a node that does not run is as it was written. Prints one line of JSON that
 * says what it is.
 */
final class VerifyStoreCommand extends Command {
    VerifyStoreCommand() {
        super("verify-store", "Looks whether the store of a stopped node is as it was written");
    }

    @Override
    public void configure(Subparser arguments) {
        arguments.addArgument("directory").help("a data directory that no node has open");
    }

    @Override
    public void run(Bootstrap<?> bootstrap, Namespace arguments) throws IOException {
        StoreCheck found = StoreCheck.of(Path.of(arguments.getString("directory")), StoreSettings.DEFAULT);
        System.out.println(bootstrap
                .getObjectMapper()
                .writeValueAsString(new Told(
                        found.node(),
                        found.store(),
                        found.cluster(),
                        found.clusterId(),
                        found.logStart().index() + 1,
                        Place.of(found.logEnd()),
                        Place.of(found.applied()),
                        found.rows(),
                        found.bytes())));
    }

    /** What a store is, in JSON. */
    private record Told(
            String node,
            String store,
            String cluster,
            String clusterId,
            long firstIndex,
            Place last,
            Place applied,
            long rows,
            long bytes) {}

    private record Place(long epoch, long index) {
        static Place of(Position position) {
            return new Place(position.epoch(), position.index());
        }
    }

    @Override
    public void onError(Cli cli, @Nullable Namespace arguments, Throwable failure) {
        StartFailure.print(getName(), failure, cli.getStdErr());
    }
}
