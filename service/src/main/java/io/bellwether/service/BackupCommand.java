package io.bellwether.service;

import io.bellwether.service.storage.BackupFile;
import io.bellwether.service.storage.BackupHead;
import io.dropwizard.core.cli.Cli;
import io.dropwizard.core.cli.Command;
import io.dropwizard.core.setup.Bootstrap;
import java.io.IOException;
import java.nio.file.Path;
import net.sourceforge.argparse4j.inf.Namespace;
import net.sourceforge.argparse4j.inf.Subparser;
import org.jspecify.annotations.Nullable;

/**
 * {@code verify-backup FILE} and {@code restore-backup FILE DIR}: whether a backup is whole, and a data directory made of
 * it. Both print one line of JSON that says what it is.
 */
final class BackupCommand extends Command {
    private final boolean restores;

    private BackupCommand(String name, String description, boolean restores) {
        super(name, description);
        this.restores = restores;
    }

    static BackupCommand verify() {
        return new BackupCommand("verify-backup", "Looks whether a backup is whole", false);
    }

    static BackupCommand restore() {
        return new BackupCommand(
                "restore-backup", "Makes a data directory of a backup, with which a node begins a new cluster", true);
    }

    @Override
    public void configure(Subparser arguments) {
        arguments.addArgument("file").help("the backup, as GET /v1/snapshot gave it");
        if (restores) {
            arguments.addArgument("directory").help("becomes the data directory of one node; empty or missing");
        }
    }

    @Override
    public void run(Bootstrap<?> bootstrap, Namespace arguments) throws IOException {
        BackupFile file = new BackupFile(Path.of(arguments.getString("file")));
        BackupHead head = restores ? file.restore(Path.of(arguments.getString("directory"))) : file.verify();
        System.out.println(bootstrap
                .getObjectMapper()
                .writeValueAsString(new Told(
                        head.clusterId(),
                        head.node(),
                        head.taken().toString(),
                        head.position().epoch(),
                        head.position().index(),
                        head.fileBytes())));
    }

    /** What a backup is, in JSON. */
    private record Told(String clusterId, String node, String taken, long epoch, long index, long bytes) {}

    @Override
    public void onError(Cli cli, @Nullable Namespace arguments, Throwable failure) {
        StartFailure.print(getName(), failure, cli.getStdErr());
    }
}
