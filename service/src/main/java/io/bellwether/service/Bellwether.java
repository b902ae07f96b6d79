package io.bellwether.service;

import io.dropwizard.configuration.SubstitutingSourceProvider;
import io.dropwizard.core.Application;
import io.dropwizard.core.setup.Bootstrap;
import io.dropwizard.core.setup.Environment;

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
    public void run(BellwetherConfiguration configuration, Environment environment) {}
}
