package io.bellwether.service;

import io.dropwizard.configuration.SubstitutingSourceProvider;
import io.dropwizard.core.Application;
import io.dropwizard.core.setup.Bootstrap;
import io.dropwizard.core.setup.Environment;
import java.io.IOException;

/** One node of Bellwether: {@code server config.yml} runs it, {@code zookeeper} runs a ZooKeeper for trials. */
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
        bootstrap.addCommand(new ZooKeeperCommand());
    }

    @Override
    public void run(BellwetherConfiguration configuration, Environment environment)
            throws IOException, InterruptedException {
        String connect = configuration.zookeeper().connect();
        if (configuration.zookeeper().embedded()) {
            EmbeddedZooKeeper embedded = EmbeddedZooKeeper.start(RunningNode.embeddedZooKeeperData(configuration));
            environment.lifecycle().manage(embedded);
            connect = embedded.connect();
        }
        environment.lifecycle().manage(new RunningNode(configuration, connect, environment, new Halt()));
    }
}
