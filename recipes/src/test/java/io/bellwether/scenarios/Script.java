package io.bellwether.scenarios;

import io.bellwether.gateway.ReadLevel;
import io.bellwether.gateway.Room;
import io.bellwether.replication.ControlRecord;
import io.bellwether.replication.Coordination.LatchPlace;
import io.bellwether.replication.Envelope;
import io.bellwether.replication.HandOffWish;
import io.bellwether.replication.NodeId;
import io.bellwether.replication.WriteQuorum;
import io.bellwether.scenarios.StagedNetwork.Link;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The line language of the scenarios: package-info has all of it. Does one command, and hands out what came of it. */
final class Script {
    private static final long DEFAULT_TIMEOUT_MILLIS = 5_000;

    private final Stage stage = new Stage();
    private List<String> words = List.of();
    private int next;

    /** @return what the nodes said */
    List<String> perform(String command) {
        words = Arrays.asList(command.trim().split("\\s+"));
        next = 0;
        dispatch(word());
        if (next < words.size()) {
            throw new ScriptException("what is '" + words.get(next) + "' in '" + command + "'?");
        }
        stage.settle();
        return stage.takeSaid();
    }

    private void dispatch(String verb) {
        switch (verb) {
            case "cluster" -> cluster();
            case "pass" -> stage.pass(millis(word()));
            case "until" -> until();
            case "cut" -> forLinks(stage.network()::cut);
            case "join" -> join();
            case "hold" -> hold();
            case "unhold" -> forLinks(stage.network()::unhold);
            case "deliver" -> deliver();
            case "repeat" -> repeat();
            case "drop" -> stage.network().drop(link(), optionalWord());
            case "release" -> release();
            case "crash" -> crash();
            case "start" -> start();
            case "stop" -> node().stop();
            case "pause" -> node().pause();
            case "wake" -> node().wake();
            case "wipe" -> node().wipe();
            case "restore" -> restore();
            case "roll" -> rollBack();
            case "fsync" -> fsync();
            case "keep" -> node().keepEntries(number());
            case "flush" -> node().tables().settle();
            case "fetch" -> fetch();
            case "fetched" -> fetched();
            case "wall" -> node().wall(millis(word()));
            case "spoil" -> node().spoil(word());
            case "distrust" -> stage.distrust(new NodeId(word()));
            case "software" -> node().software(word());
            case "room" -> room();
            case "zookeeper" -> zooKeeper(word());
            case "write" -> write();
            case "read" -> read();
            case "hand" -> handOff();
            case "force" -> force();
            case "recover" -> recover();
            case "give" -> giveUp();
            case "leave" -> stage.leave(new NodeId(word()));
            case "return" -> stage.returnToDuty(new NodeId(word()));
            case "show" -> show();
            default -> throw new ScriptException("there is no command '" + verb + "'");
        }
    }

    // --- time ------------------------------------------------------------------------------------------------------

    private void cluster() {
        int size = number();
        WriteQuorum mode = taken("all") ? WriteQuorum.ALL : WriteQuorum.MAJORITY;
        stage.cluster(size, mode, taken("minInSync") ? number() : 1);
    }

    private void until() {
        if (taken("in")) {
            expect("sync");
            String wanted = String.join(",", rest());
            stage.until(() -> Stage.names(stage.inSync()).equals(wanted), "in sync " + wanted);
            return;
        }
        StagedNode node = node();
        String what = word();
        String goal = node.id() + " " + what;
        switch (what) {
            case "serves" ->
                stage.until(() -> node.up() && node.serving().replica().serving(), goal);
            case "leads" ->
                stage.until(() -> node.up() && node.serving().replica().leading(), goal);
            case "follows" ->
                stage.until(
                        () -> node.up()
                                && !node.serving().replica().leading()
                                && node.serving().replica().leader() != null,
                        goal);
            default -> throw new ScriptException("nobody waits until a node '" + what + "'");
        }
    }

    // --- links -----------------------------------------------------------------------------------------------------

    private void join() {
        if (taken("all")) {
            stage.network().joinAll();
        } else {
            forLinks(stage.network()::join);
        }
    }

    private void hold() {
        if (taken("disk")) {
            node().holdDisk();
        } else {
            List<Link> links = links(word());
            List<String> kinds = rest();
            links.forEach(link -> stage.network().hold(link, kinds));
        }
    }

    private void release() {
        if (taken("disk")) {
            node().releaseDisk();
        } else {
            forLinks(stage.network()::release);
        }
    }

    private void deliver() {
        Link link = link();
        String kind = optionalWord();
        List<Envelope> delivered = stage.network().deliver(link, kind, taken("all"));
        if (kind != null) {
            delivered.forEach(envelope -> describe(link, envelope));
        }
    }

    private void repeat() {
        Link link = link();
        describe(link, stage.network().repeat(link, word()));
    }

    private void describe(Link link, Envelope envelope) {
        stage.say(link + " " + StagedNetwork.describe(envelope.message()));
    }

    private Link link() {
        List<Link> links = links(word());
        if (links.size() != 1) {
            throw new ScriptException("one direction is needed, such as n1>n2");
        }
        return links.get(0);
    }

    private void forLinks(Consumer<Link> each) {
        links(word()).forEach(each);
    }

    /** {@code n1>n2} is one direction, {@code n1-n2} both, {@code n1} all that begin or end there. */
    private List<Link> links(String text) {
        int arrow = text.indexOf('>');
        int both = text.indexOf('-');
        List<Link> links = new ArrayList<>();
        if (arrow > 0) {
            links.add(new Link(new NodeId(text.substring(0, arrow)), new NodeId(text.substring(arrow + 1))));
        } else if (both > 0) {
            addBoth(links, new NodeId(text.substring(0, both)), new NodeId(text.substring(both + 1)));
        } else {
            NodeId one = new NodeId(text);
            stage.nodes().stream()
                    .map(StagedNode::id)
                    .filter(other -> !other.equals(one))
                    .forEach(other -> addBoth(links, one, other));
        }
        return links;
    }

    private static void addBoth(List<Link> links, NodeId one, NodeId other) {
        links.add(new Link(one, other));
        links.add(new Link(other, one));
    }

    // --- processes and disks ---------------------------------------------------------------------------------------

    private void crash() {
        StagedNode node = node();
        int writes = 0;
        int steps = 0;
        if (taken("keeping")) {
            writes = number();
            steps = next < words.size() && isNumber(words.get(next)) ? number() : 0;
        }
        node.crash(writes, steps, taken("forgetting") ? number() : 0);
    }

    private void start() {
        NodeId id = new NodeId(word());
        stage.start(id, taken("clock") ? millis(word()) : stage.nowMillis());
    }

    private void room() {
        StagedNode node = node();
        Room now = Room.valueOf(word().toUpperCase(Locale.ROOT));
        node.event(serving -> serving.room(now));
    }

    private void restore() {
        StagedNode restored = node();
        expect("from");
        restored.restore(node());
    }

    private void rollBack() {
        expect("back");
        StagedNode node = node();
        expect("to");
        int end = number();
        node.rollBack(end, taken("promise") ? number() : -1);
    }

    private void fsync() {
        StagedNode node = node();
        int staged = node.log().staged().size();
        node.fsync(next < words.size() ? number() : staged);
    }

    private void fetch() {
        StagedNode node = node();
        expect("from");
        node.copy(node());
    }

    private void fetched() {
        StagedNode node = node();
        node.fetched(taken("of") ? word() : Stage.CLUSTER_ID);
    }

    // --- ZooKeeper -------------------------------------------------------------------------------------------------

    private void zooKeeper(String verb) {
        switch (verb) {
            case "remember" -> stage.zooKeeper().remember();
            case "restore" -> stage.zooKeeper().restore();
            case "wipe" -> stage.zooKeeper().wipe();
            case "pause" -> stage.zooKeeper().pause(true);
            case "unpause" -> stage.zooKeeper().pause(false);
            case "expire" -> expire();
            case "oust" -> oust();
            case "away" -> forClients(StagedCoordination::away);
            case "back" -> forClients(StagedCoordination::back);
            case "hold" -> node().coordination().hold();
            case "release" -> node().coordination().release();
            case "serve" -> node().coordination().serve(!taken("unheard"));
            case "lose" -> node().coordination().lose();
            case "delay" -> node().coordination().delay();
            case "late" -> late();
            case "slow" -> slow();
            case "blind" -> node().coordination().blind();
            case "sighted" -> node().coordination().sighted();
            default -> throw new ScriptException("ZooKeeper does not '" + verb + "'");
        }
    }

    private void slow() {
        StagedNode node = node();
        node.coordination().slow(millis(word()));
    }

    private void forClients(Consumer<StagedCoordination> each) {
        if (taken("all")) {
            stage.nodes().stream().filter(StagedNode::up).forEach(node -> each.accept(node.coordination()));
        } else {
            each.accept(node().coordination());
        }
    }

    private void expire() {
        StagedNode node = node();
        stage.zooKeeper().expire(node.id());
        if (node.up()) {
            node.coordination().expired();
        }
    }

    private void oust() {
        StagedNode node = node();
        stage.zooKeeper()
                .deletePlaces(stage.zooKeeper().latch().stream()
                        .filter(place -> place.replica().equals(node.replicaId()))
                        .map(LatchPlace::path)
                        .toList());
    }

    private void late() {
        StagedNode node = node();
        stage.say("ZooKeeper answers nobody: " + node.coordination().arriveLate());
    }

    // --- clients ---------------------------------------------------------------------------------------------------

    private void write() {
        NodeId node = new NodeId(word());
        String text = word();
        String key = taken("key") ? word() : null;
        stage.write(node, text, key, timeout());
    }

    private void read() {
        NodeId node = new NodeId(word());
        ReadLevel level = new ReadLevel.Linearizable();
        if (taken("local")) {
            level = new ReadLevel.Local();
        } else if (taken("bounded")) {
            level = new ReadLevel.Bounded(millis(word()));
        }
        long minIndex = taken("at") ? number() : 0;
        stage.read(node, level, minIndex, timeout());
    }

    private long timeout() {
        return taken("within") ? millis(word()) : DEFAULT_TIMEOUT_MILLIS;
    }

    // --- operators -------------------------------------------------------------------------------------------------

    private void handOff() {
        expect("off");
        NodeId leader = new NodeId(word());
        NodeId to = taken("to") ? new NodeId(word()) : null;
        Long epoch = epoch();
        stage.handOff(leader, new HandOffWish(to, epoch, taken("dry")));
    }

    private void force() {
        NodeId claimant = new NodeId(word());
        stage.force(claimant, epoch());
    }

    private void recover() {
        NodeId claimant = new NodeId(word());
        Long epoch = epoch();
        stage.recover(claimant, epoch, taken("dry"));
    }

    private void giveUp() {
        expect("up");
        expect("beyond");
        stage.giveUpBeyond(node());
    }

    private @Nullable Long epoch() {
        return taken("epoch") ? (long) number() : null;
    }

    // --- what there is to see --------------------------------------------------------------------------------------

    private void show() {
        String what = optionalWord();
        if (what == null) {
            stage.nodes().forEach(node -> stage.say(node.show()));
        } else if (what.equals("record")) {
            showRecord();
        } else if (what.equals("latch")) {
            stage.zooKeeper().latch().forEach(place -> stage.say(place.process()));
        } else if (what.equals("mail")) {
            Link link = link();
            stage.network().waitingOn(link).forEach(envelope -> describe(link, envelope));
        } else if (what.equals("held")) {
            node().coordination().waitingRequests().forEach(stage::say);
        } else {
            stage.say(stage.node(new NodeId(what)).show());
        }
    }

    private void showRecord() {
        ControlRecord record = stage.zooKeeper().record().record();
        stage.say(
                record == null
                        ? "no record"
                        : "record epoch=" + record.epoch() + " leader=" + record.leader() + " inSync="
                                + Stage.names(record.inSync()));
    }

    // --- words -----------------------------------------------------------------------------------------------------

    private String word() {
        if (next >= words.size()) {
            throw new ScriptException("'" + String.join(" ", words) + "' ends too early");
        }
        return words.get(next++);
    }

    private @Nullable String optionalWord() {
        return next < words.size() ? word() : null;
    }

    private boolean taken(String expected) {
        boolean there = next < words.size() && words.get(next).equals(expected);
        next += there ? 1 : 0;
        return there;
    }

    private void expect(String expected) {
        if (!taken(expected)) {
            throw new ScriptException("'" + expected + "' is missing in '" + String.join(" ", words) + "'");
        }
    }

    private List<String> rest() {
        List<String> rest = List.copyOf(words.subList(next, words.size()));
        next = words.size();
        return rest;
    }

    private StagedNode node() {
        return stage.node(new NodeId(word()));
    }

    private int number() {
        String text = word();
        if (!isNumber(text)) {
            throw new ScriptException("'" + text + "' is no number");
        }
        return Integer.parseInt(text);
    }

    private static boolean isNumber(String text) {
        return text.matches("[0-9]{1,9}");
    }

    /** {@code 250ms}, {@code 3s}, {@code 2h}, and backwards with a minus. */
    private static long millis(String text) {
        if (!text.matches("-?[0-9]{1,9}(ms|s|h)")) {
            throw new ScriptException("'" + text + "' is no time, such as 250ms, 3s or 2h");
        }
        long unit = text.endsWith("ms") ? 1 : text.endsWith("s") ? 1_000 : 3_600_000;
        return unit * Long.parseLong(text.replaceAll("[a-z]", ""));
    }
}
