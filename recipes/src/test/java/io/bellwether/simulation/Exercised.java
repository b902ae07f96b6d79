package io.bellwether.simulation;

import io.bellwether.gateway.ReadLevel;
import io.bellwether.gateway.ReadVerdict;
import io.bellwether.gateway.WriteOutcome;
import io.bellwether.replication.ControlRecord;
import io.bellwether.replication.Coordination;
import io.bellwether.replication.DepartureOutcome;
import io.bellwether.replication.Entry;
import io.bellwether.replication.Envelope;
import io.bellwether.replication.HandOffOutcome;
import io.bellwether.replication.LogWrite;
import io.bellwether.replication.Message;
import io.bellwether.replication.NodeId;
import io.bellwether.replication.Notice;
import io.bellwether.replication.ReplicaId;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Which rules of PROTOCOL.md a world has exercised, as far as it shows from outside: in messages, notices, answers and
 * what lands on disks. A rule that no world comes across is not tested by any, however many there are.
 */
final class Exercised {
    private static final long LEADER_TIMEOUT_MICROS = 1_000_000;

    /** What can be seen of a rule. */
    enum Sight {
        FIRST_CLAIM("1.1 claimed the first record"),
        SILENT_LEADER("1.1 claimed after a leader fell silent"),
        ELECTION("1.1 claimed with no leader known"),
        PLACE_GONE("1.2 a claim failed with its place in the latch"),
        LEADER_RESTARTED("1.3 a leader's process started again on its store"),
        OLD_VIEW("1.4 an old view of the record was doubted"),
        CLAIM_STUCK("1.5 a claim without progress was given up"),
        PROMISE_ASKED("2.1 asked for a promise"),
        PROMISED("2.2 promised"),
        PULLED("2.4 took a better log than its own"),
        PULL_DIVERGED("2.5 a claimant's log diverged from its source"),
        SOURCE_LOST("2.6 chose another source"),
        HIGHER_GENERATION("2.7 a claim ended by a higher generation"),
        OTHER_STORE("3.1 passed over what was meant for an earlier store"),
        CONFLICT("3.2 a compare-and-set met another version"),
        UNKNOWN_ANSWER("3.3 a result of ZooKeeper was unknown"),
        SOMEBODY_ELSE("3.3 a claim was settled as somebody else's"),
        MISMATCHED("4.1 an append did not match"),
        EARLIER_EPOCH("4.2 committed entries of an earlier epoch with one of its own"),
        TOO_FEW("4.3 refused below the floor"),
        CUT("4.4 cut what conflicted"),
        FENCED("4.5 refused below the promise"),
        WITHOUT_DISK("4.6 acknowledged a heartbeat while the disk worked"),
        BEHIND("4.7 committed less than its leader had"),
        OVERLOADED("4.8 postponed beyond what may wait"),
        GATHERED("4.9 waited for more entries"),
        WAITED_IN_VAIN("4.9 waited for entries that did not come"),
        ADDED("5.1 added to the set"),
        REMOVED("5.4 removed from the set"),
        REPLACED("5.7 replaced by another at the floor"),
        SUSPENDED("6.1 suspended"),
        RESUMED("6.1 resumed"),
        DEPOSED("6.1 deposed by a higher epoch"),
        SUSPENSION_TOLD("6.2 told that it was suspended"),
        LEADER_DISK_HUNG("6.3 a leader's disk hung"),
        KNOCKED("7.1 knocked"),
        SILENCE_ASKED("7.2 asked whether anybody hears a leader"),
        SILENCE_SAID("7.2 said that it hears none"),
        LATCH_PASSED("7.3 passed the latch on"),
        COULD_NOT_LEAD("7.3 said that it could not lead"),
        READ_AT_LEADER("8.1 read at the leader"),
        READ_AT_FOLLOWER("8.2 read at a follower"),
        READ_LOCAL("8.3 read locally"),
        READ_BOUNDED("8.4 read within a bound"),
        TOO_STALE("8.4 was too stale for a bound"),
        INDEX_NOT_REACHED("8.5 waited for an index in vain"),
        FORWARDED("9.1 forwarded a write"),
        NO_EFFECT("9.2 a copy in the log took no effect"),
        KEY_REUSED("9.3 refused another request under a known key"),
        LATE("9.4 refused as late"),
        TICKED("9.6 moved log time on"),
        UNKNOWN_OUTCOME("9.7 said that it did not know"),
        DENIED("9.7 said that it had not happened"),
        HAND_OFF_REFUSED("10.1 refused a hand-off"),
        HAND_OFF_BEGUN("10.2 parked writes to hand leadership over"),
        RESIGNED("10.5 resigned"),
        RESIGNED_TO("10.5 claimed since the leader had resigned"),
        HAND_OFF_FAILED("10.6 went on after a hand-off that came to nothing"),
        HANDED_OFF("10.7 knew that leadership had moved"),
        FORCED("10.8 claimed since an operator wanted it"),
        LEAVING("10.9 said that it leaves"),
        LEFT("10.9 left the set"),
        STAYED("10.9 stayed, since the set was too small or nobody took over"),
        RECOVERED("10.11 led with what one replica had"),
        RECOVERY_REFUSED("10.11 refused to give anything up"),
        SET_ASIDE("10.12 set aside what was given up"),
        RESTORED_APART("11.3 a restored store neither joined nor claimed beside a cluster"),
        RESTORED("11.3 a restored store began a cluster"),
        NO_CLUSTER("11.2 dropped mail before it had met a cluster"),
        WRITE_FAILED("12.1 stopped at a failed write"),
        READ_FAILED("12.1 stopped at a failed read"),
        CUT_STAGED("12.2 cut and wrote again"),
        DAMAGE_REFUSED("12.3 refused a damaged store"),
        NO_ROOM("12.5 refused what there was no room for"),
        CUT_IN_FRONT("13.1 cut its log in front"),
        TOO_FAR_BEHIND("13.3 was told to take a snapshot"),
        INSTALLED("13.4 installed a snapshot"),
        PASSED_OVER("13.5 passed a snapshot over"),
        STATE_TOLD("14.2 told its state"),
        ODD("14.3 found a replica with another state"),
        ODD_LEADER("14.3 a leader found that its own state is another"),
        CONFESSED("14.4 said that its state is wrong"),
        BEGAN_ANEW("14.4 began anew"),
        UNDECIDED("14.5 could not tell which state is right"),
        PAUSED("15.1 saw that automation is off");

        private final String text;

        Sight(String text) {
            this.text = "rule " + text;
        }
    }

    private static final class Count {
        long times;
    }

    private final EnumMap<Sight, Count> seen = new EnumMap<>(Sight.class);
    /** Whom the latest claimant of each node pulls from. */
    private final Map<NodeId, Pulling> pulling = new HashMap<>();

    private record Pulling(String claim, NodeId source) {}

    private void see(Sight sight) {
        seen.computeIfAbsent(sight, unseen -> new Count()).times++;
    }

    void addTo(Totals totals) {
        seen.forEach((sight, count) -> totals.add(sight.text, count.times));
    }

    /** What each sight is counted as: all that thousands of worlds always come across. */
    static List<String> names() {
        return Arrays.stream(Sight.values())
                .filter(sight -> sight != Sight.HIGHER_GENERATION) // once in thousands of worlds
                .map(sight -> sight.text)
                .toList();
    }

    // --- messages --------------------------------------------------------------------------------------------------

    /** @param diskWorks whether something of the sender is on its way to its disk */
    void sent(Envelope envelope, boolean diskWorks) {
        Message message = envelope.message();
        if (message instanceof Message.Append append) {
            if (append.suspended()) {
                see(Sight.SUSPENSION_TOLD);
            }
        } else if (message instanceof Message.Appended) {
            if (diskWorks) {
                see(Sight.WITHOUT_DISK);
            }
        } else if (message instanceof Message.TakeSnapshot) {
            see(Sight.TOO_FAR_BEHIND);
        } else if (message instanceof Message.Forward) {
            see(Sight.FORWARDED);
        } else if (message instanceof Message.ReadIndexed) {
            see(Sight.READ_AT_FOLLOWER);
        } else if (message instanceof Message.Mismatched) {
            see(Sight.MISMATCHED);
        } else if (message instanceof Message.Refused) {
            see(Sight.FENCED);
        } else if (message instanceof Message.PromiseRequest) {
            see(Sight.PROMISE_ASKED);
        } else if (message instanceof Message.Promised) {
            see(Sight.PROMISED);
        } else if (message instanceof Message.Pull pull) {
            pulls(envelope, pull);
        } else if (message instanceof Message.PullMismatched) {
            see(Sight.PULL_DIVERGED);
        } else if (message instanceof Message.Resign) {
            see(Sight.RESIGNED);
        } else if (message instanceof Message.Leaving) {
            see(Sight.LEAVING);
        } else if (message instanceof Message.StateIs) {
            see(Sight.STATE_TOLD);
        } else if (message instanceof Message.Unsound) {
            see(Sight.CONFESSED);
        } else if (message instanceof Message.Suspect suspect) {
            see(suspect.question() == 0 ? Sight.KNOCKED : Sight.SILENCE_ASKED);
        } else if (message instanceof Message.Suspected answer) {
            suspects(answer);
        }
    }

    private void pulls(Envelope envelope, Message.Pull pull) {
        see(Sight.PULLED);
        Pulling before = pulling.put(envelope.from().node(), new Pulling(pull.claim(), envelope.to()));
        if (before != null
                && before.claim().equals(pull.claim())
                && !before.source().equals(envelope.to())) {
            see(Sight.SOURCE_LOST);
        }
    }

    private void suspects(Message.Suspected answer) {
        if (!answer.hearsLeader()) {
            see(Sight.SILENCE_SAID);
        }
        if (!answer.canLead()) {
            see(Sight.COULD_NOT_LEAD);
        }
    }

    /** A message reaches a node that is up, which has not seen it yet. */
    void delivered(Envelope envelope, SimulatedNode receiver) {
        if (envelope.message() instanceof Message.Append append) {
            boolean own = append.store().equals(receiver.replicaId().store());
            if (!own) {
                see(Sight.OTHER_STORE);
            } else if (append.commitIndex() > receiver.log().durableEnd()) {
                see(Sight.BEHIND);
            }
        }
        if (receiver.log().record().clusterId().isEmpty()
                && receiver.log().durableRecord().clusterId().isEmpty()) {
            see(Sight.NO_CLUSTER);
        }
    }

    // --- what nodes say of themselves ------------------------------------------------------------------------------

    void noticed(Notice notice) {
        String text = notice.text();
        if (text.startsWith("claiming ")) {
            see(claimedFor(text.substring(text.lastIndexOf('=') + 1)));
        } else if (text.startsWith("claim abandoned ")) {
            abandoned(text);
        } else if (text.startsWith("cut ")) {
            see(Sight.CUT);
        } else if (text.startsWith("in-sync set changed ")) {
            see(changeOfSet(text.substring(text.lastIndexOf('=') + 1)));
        } else if (text.startsWith("suspended ")) {
            see(Sight.SUSPENDED);
        } else if (text.startsWith("resumed ")) {
            see(Sight.RESUMED);
        } else if (text.startsWith("deposed ")) {
            see(Sight.DEPOSED);
        } else if (text.startsWith("leader silent ")) {
            see(Sight.LATCH_PASSED);
        } else if (text.startsWith("handing off ")) {
            see(Sight.HAND_OFF_BEGUN);
        } else if (text.startsWith("hand-off failed ")) {
            see(Sight.HAND_OFF_FAILED);
        } else if (text.startsWith("paused ")) {
            see(Sight.PAUSED);
        } else if (text.startsWith("guard: This store was restored")) {
            see(Sight.RESTORED_APART);
        } else if (text.startsWith("state differs ")) {
            see(Sight.ODD);
        } else if (text.startsWith("states differ ")) {
            see(Sight.UNDECIDED);
        } else if (text.startsWith("state is wrong ") && text.contains("that of the others")) {
            see(Sight.ODD_LEADER);
        }
    }

    private static Sight claimedFor(String cause) {
        return switch (cause) {
            case "bootstrap" -> Sight.FIRST_CLAIM;
            case "silent-leader" -> Sight.SILENT_LEADER;
            case "election" -> Sight.ELECTION;
            case "hand-off" -> Sight.RESIGNED_TO;
            case "forced" -> Sight.FORCED;
            case "recovered" -> Sight.RECOVERED;
            default -> throw new IllegalArgumentException("nobody claims for " + cause);
        };
    }

    private static Sight changeOfSet(String change) {
        if (!change.startsWith("-")) {
            return Sight.ADDED;
        }
        return change.contains("+") ? Sight.REPLACED : Sight.REMOVED;
    }

    private void abandoned(String text) {
        if (text.endsWith("the place in the latch is gone")) {
            see(Sight.PLACE_GONE);
        } else if (text.endsWith("somebody else claimed")) {
            see(Sight.SOMEBODY_ELSE);
        } else if (text.endsWith("makes no progress") || text.endsWith("in-sync set answer")) {
            see(Sight.CLAIM_STUCK);
        } else if (text.contains("a replica has seen generation ")) {
            see(Sight.HIGHER_GENERATION);
        }
    }

    /** @param doubted whether the replica finds that what it sees of ZooKeeper does not fit its store */
    void saw(boolean doubted) {
        if (doubted) {
            see(Sight.OLD_VIEW);
        }
    }

    void answered(Coordination.Answer answer) {
        if (answer == Coordination.Answer.CONFLICT) {
            see(Sight.CONFLICT);
        } else if (answer == Coordination.Answer.UNKNOWN) {
            see(Sight.UNKNOWN_ANSWER);
        }
    }

    /** @param record ZooKeeper's at this moment */
    void starts(ReplicaId replica, @Nullable ControlRecord record) {
        boolean led = record != null
                && record.leader().equals(replica.node())
                && record.inSync().contains(replica);
        if (led) {
            see(Sight.LEADER_RESTARTED);
        }
    }

    // --- disks -----------------------------------------------------------------------------------------------------

    void staged(LogWrite write) {
        if (write.cutFrom() > 0) {
            see(Sight.CUT_STAGED);
        }
        if (write.compactTo() > 0) {
            see(Sight.CUT_IN_FRONT);
        }
    }

    /** @param installed whether the snapshot that was fetched took the place of the state */
    void fetched(boolean installed) {
        see(installed ? Sight.INSTALLED : Sight.PASSED_OVER);
    }

    /** A store with what was given up gave way to an empty one. */
    void setAside() {
        see(Sight.SET_ASIDE);
    }

    void beganAnew() {
        see(Sight.BEGAN_ANEW);
    }

    /** @param inVain whether a leader still waits for entries when its patience ends */
    void gathered(boolean inVain) {
        see(inVain ? Sight.WAITED_IN_VAIN : Sight.GATHERED);
    }

    void synced(boolean leading, long tookMicros) {
        if (leading && tookMicros > LEADER_TIMEOUT_MICROS) {
            see(Sight.LEADER_DISK_HUNG);
        }
    }

    void stopped(DiskFailed.What why) {
        see(
                switch (why) {
                    case WRITE -> Sight.WRITE_FAILED;
                    case READ -> Sight.READ_FAILED;
                    case DAMAGED -> Sight.DAMAGE_REFUSED;
                });
    }

    /**
     * A replica was the first to apply this entry.
     *
     * @param epoch of the leader that it follows, or its own
     * @param tookEffect whether the application has seen it
     */
    void committed(Entry entry, long epoch, boolean tookEffect) {
        if (entry.epoch() < epoch) {
            see(Sight.EARLIER_EPOCH);
        }
        if (entry.kind() == Entry.Kind.TICK) {
            see(Sight.TICKED);
        }
        if (entry.kind() == Entry.Kind.COMMAND && !tookEffect) {
            see(Sight.NO_EFFECT);
        }
    }

    // --- operators -------------------------------------------------------------------------------------------------

    /** What became of a hand-off. */
    void told(HandOffOutcome outcome) {
        if (outcome instanceof HandOffOutcome.Refused) {
            see(Sight.HAND_OFF_REFUSED);
        } else if (outcome instanceof HandOffOutcome.Moved) {
            see(Sight.HANDED_OFF);
        }
    }

    /** What became of a recovery. */
    void toldOfRecovery(HandOffOutcome outcome) {
        if (outcome instanceof HandOffOutcome.Refused) {
            see(Sight.RECOVERY_REFUSED);
        }
    }

    /** A store that was made of a backup leads a cluster of its own. */
    void restored() {
        see(Sight.RESTORED);
    }

    void told(DepartureOutcome outcome) {
        see(outcome instanceof DepartureOutcome.Left ? Sight.LEFT : Sight.STAYED);
    }

    // --- clients ---------------------------------------------------------------------------------------------------

    void told(WriteOutcome outcome) {
        if (outcome instanceof WriteOutcome.Unknown) {
            see(Sight.UNKNOWN_OUTCOME);
        } else if (outcome instanceof WriteOutcome.KeyReused) {
            see(Sight.KEY_REUSED);
        } else if (outcome instanceof WriteOutcome.Refused refused) {
            see(
                    switch (refused.reason()) {
                        case TOO_FEW_IN_SYNC -> Sight.TOO_FEW;
                        case OVERLOADED -> Sight.OVERLOADED;
                        case LATE -> Sight.LATE;
                        case NO_ROOM -> Sight.NO_ROOM;
                        case NO_LEADER, SUSPENDED, STOPPING -> Sight.DENIED;
                    });
        }
    }

    void told(ReadLevel level, ReadVerdict verdict, boolean leading) {
        if (verdict instanceof ReadVerdict.TooStale) {
            see(Sight.TOO_STALE);
        } else if (verdict instanceof ReadVerdict.IndexNotReached) {
            see(Sight.INDEX_NOT_REACHED);
        } else if (verdict instanceof ReadVerdict.Ready) {
            if (level instanceof ReadLevel.Bounded) {
                see(Sight.READ_BOUNDED);
            } else if (level instanceof ReadLevel.Local) {
                see(Sight.READ_LOCAL);
            } else if (leading) {
                see(Sight.READ_AT_LEADER);
            }
        }
    }
}
