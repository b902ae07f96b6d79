package io.bellwether.service;

import io.bellwether.service.http.NodeServerFactory;
import io.dropwizard.configuration.SubstitutingSourceProvider;
import io.dropwizard.core.Application;
import io.dropwizard.core.setup.Bootstrap;
import io.dropwizard.core.setup.Environment;
import java.io.IOException;

/**
 * One node of Bellwether: {@code server config.yml} runs it, {@code check config.yml} looks at its configuration, {@code
 * zookeeper} runs a ZooKeeper for trials, {@code verify-backup} and {@code restore-backup} are for backups, {@code verify-store} for
 * the data directory of a node that does not run.
 */
public final class Bellwether extends Application<BellwetherConfiguration> {
    public static void main(String[] arguments) throws Exception {
        new Bellwether().run(arguments);
    }

    @Override
    public String getName() {
        return "bellwether";
    }

    @Override
    public void initialize(Bootstrap<BellwetherConfiguration> bootstrap) {
        bootstrap.setConfigurationSourceProvider(new SubstitutingSourceProvider(
                bootstrap.getConfigurationSourceProvider(), new Variables(System.getenv())));
        NodeServerFactory.byDefault(bootstrap.getObjectMapper());
        bootstrap.addCommand(new ZooKeeperCommand());
        bootstrap.addCommand(BackupCommand.verify());
        bootstrap.addCommand(BackupCommand.restore());
        bootstrap.addCommand(new VerifyStoreCommand());
    }

    @Override
    protected void addDefaultCommands(Bootstrap<BellwetherConfiguration> bootstrap) {
        bootstrap.addCommand(new NodeCommand(this));
        bootstrap.addCommand(new CheckConfigurationCommand());
    }

    @Override
    public void run(BellwetherConfiguration configuration, Environment environment)
            throws IOException, InterruptedException {
        Halt halt = new Halt();
        Thread.setDefaultUncaughtExceptionHandler(halt);
        environment
                .lifecycle()
                .manage(new RunningNode(configuration, () -> zooKeeper(configuration, environment), environment, halt));
    }

    /** Where ZooKeeper is; an embedded one is started for that. */
    private static String zooKeeper(BellwetherConfiguration configuration, Environment environment)
            throws IOException, InterruptedException {
        if (!configuration.zookeeper().embedded()) {
            return configuration.zookeeper().connect();
        }
        EmbeddedZooKeeper embedded = EmbeddedZooKeeper.start(RunningNode.embeddedZooKeeperData(configuration));
        environment.lifecycle().manage(embedded);
        return embedded.connect();
    }
}
