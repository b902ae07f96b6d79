package io.bellwether.service;

import io.dropwizard.core.cli.Cli;
import io.dropwizard.core.cli.ConfiguredCommand;
import io.dropwizard.core.setup.Bootstrap;
import net.sourceforge.argparse4j.inf.Namespace;
import org.jspecify.annotations.Nullable;

/** {@code check config.yml}: says that a configuration is right, or what is wrong with it. Starts and changes nothing. */
final class CheckConfigurationCommand extends ConfiguredCommand<BellwetherConfiguration> {
    CheckConfigurationCommand() {
        super("check", "Checks a configuration file, with the environment as it is");
    }

    @Override
    protected void run(
            Bootstrap<BellwetherConfiguration> bootstrap, Namespace arguments, BellwetherConfiguration configuration) {
        NodeConfiguration node = configuration.node();
        System.out.println("OK: node " + node.id() + " of cluster '" + node.cluster() + "', ZooKeeper "
                + configuration.zookeeper().connect() + ", data in "
                + node.data().toAbsolutePath().normalize());
    }

    @Override
    public void onError(Cli cli, @Nullable Namespace arguments, Throwable failure) {
        StartFailure.print(getName(), failure, cli.getStdErr());
    }
}
