package io.bellwether.service.trial;

import java.io.IOException;
import java.util.List;
import java.util.function.Function;

/** A system that is measured: its servers, its words, and how to find its leader. */
final class Contestant {
    private final String title;
    private final List<Server> servers;
    private final Function<Operation, Workload> workloads;
    private final LeaderTest leads;

    private interface LeaderTest {
        boolean leads(Server server) throws IOException;
    }

    private Contestant(String title, List<Server> servers, Function<Operation, Workload> workloads, LeaderTest leads) {
        this.title = title;
        this.servers = List.copyOf(servers);
        this.workloads = workloads;
        this.leads = leads;
    }

    static Contestant bellwether(List<Server> nodes, Questions questions) {
        LeaderTest leads = node ->
                questions.leaderOfBellwether(node).filter(node.name()::equals).isPresent();
        return new Contestant("Bellwether", nodes, Workload::bellwether, leads);
    }

    static Contestant etcd(List<Server> members, Questions questions) {
        return new Contestant("etcd", members, Workload::etcd, questions::leadsEtcd);
    }

    String title() {
        return title;
    }

    Workload workload(Operation operation) {
        return workloads.apply(operation);
    }

    ServerProcesses processes() {
        return new ServerProcesses(servers.stream().map(Server::process).toList());
    }

    /** The server that an operation is for, as things stand now: leaders change. */
    Server serverFor(Operation operation) throws IOException {
        for (Server server : servers) {
            if (leads.leads(server) == operation.atLeader()) {
                return server;
            }
        }
        throw new IOException(title + " has no " + (operation.atLeader() ? "leader" : "follower") + " at the moment");
    }
}
