package io.bellwether.service;

import io.dropwizard.core.Application;
import io.dropwizard.core.cli.Cli;
import io.dropwizard.core.cli.ServerCommand;
import net.sourceforge.argparse4j.inf.Namespace;
import org.jspecify.annotations.Nullable;

/** {@code server config.yml}: runs a node. */
final class NodeCommand extends ServerCommand<BellwetherConfiguration> {
    NodeCommand(Application<BellwetherConfiguration> application) {
        super(application, "server", "Runs a node");
    }

    @Override
    public void onError(Cli cli, @Nullable Namespace arguments, Throwable failure) {
        StartFailure.print(getName(), failure, cli.getStdErr());
    }
}
