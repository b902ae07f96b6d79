package io.bellwether.service.http.peer;

import io.bellwether.replication.Entry;
import io.bellwether.replication.Message;
import io.bellwether.replication.Position;
import io.bellwether.replication.StoreId;
import java.util.List;

/**
 * Every kind of message with its number and the order of its fields. A number is never used again, and the fields of a
 * kind never change: another format is another {@link BatchFormat#VERSION}.
 */
final class MessageFormat {
    private static final int APPEND = 1;
    private static final int APPENDED = 2;
    private static final int MISMATCHED = 3;
    private static final int REFUSED = 4;
    private static final int ROLLED_BACK = 5;
    private static final int PROMISE_REQUEST = 6;
    private static final int PROMISED = 7;
    private static final int PULL = 8;
    private static final int PULLED = 9;
    private static final int PULL_MISMATCHED = 10;
    private static final int SUSPECT = 11;
    private static final int SUSPECTED = 12;
    private static final int READ_INDEX = 13;
    private static final int READ_INDEXED = 14;
    private static final int RESIGN = 15;
    private static final int FORWARD = 16;
    private static final int FORWARDED = 17;
    private static final int LEAVING = 18;
    private static final int HELD_BY_ALL = 19;
    private static final int TAKE_SNAPSHOT = 20;
    private static final int STATE_IS = 21;
    private static final int UNSOUND = 22;
    private static final int BEGIN_ANEW = 23;

    private MessageFormat() {}

    /** The number of the kind; whoever adds a kind to {@link Message} gives it one here, and its fields below. */
    static int numberOf(Message message) {
        if (message instanceof Message.Append) {
            return APPEND;
        } else if (message instanceof Message.Appended) {
            return APPENDED;
        } else if (message instanceof Message.Mismatched) {
            return MISMATCHED;
        } else if (message instanceof Message.Refused) {
            return REFUSED;
        } else if (message instanceof Message.RolledBack) {
            return ROLLED_BACK;
        } else if (message instanceof Message.PromiseRequest) {
            return PROMISE_REQUEST;
        } else if (message instanceof Message.Promised) {
            return PROMISED;
        } else if (message instanceof Message.Pull) {
            return PULL;
        } else if (message instanceof Message.Pulled) {
            return PULLED;
        } else if (message instanceof Message.PullMismatched) {
            return PULL_MISMATCHED;
        } else if (message instanceof Message.Suspect) {
            return SUSPECT;
        } else if (message instanceof Message.Suspected) {
            return SUSPECTED;
        } else if (message instanceof Message.ReadIndex) {
            return READ_INDEX;
        } else if (message instanceof Message.ReadIndexed) {
            return READ_INDEXED;
        } else if (message instanceof Message.Resign) {
            return RESIGN;
        } else if (message instanceof Message.Forward) {
            return FORWARD;
        } else if (message instanceof Message.Forwarded) {
            return FORWARDED;
        } else if (message instanceof Message.Leaving) {
            return LEAVING;
        } else if (message instanceof Message.HeldByAll) {
            return HELD_BY_ALL;
        } else if (message instanceof Message.TakeSnapshot) {
            return TAKE_SNAPSHOT;
        } else if (message instanceof Message.StateIs) {
            return STATE_IS;
        } else if (message instanceof Message.Unsound) {
            return UNSOUND;
        } else if (message instanceof Message.BeginAnew) {
            return BEGIN_ANEW;
        }
        throw new IllegalArgumentException(message.getClass() + " has no number in the format");
    }

    static void write(Message message, WireWriter out) {
        out.uint8(numberOf(message));
        if (message instanceof Message.Append append) {
            out.text(append.store().id());
            out.int64(append.epoch());
            out.int64(append.number());
            out.position(append.previous());
            out.int64(append.commitIndex());
            out.int64(append.acknowledged());
            out.int64(append.logTime());
            out.flag(append.suspended());
            out.int64(append.echoMillis());
            out.int64(append.confirmedAgeMillis());
            out.entries(append.entries());
        } else if (message instanceof Message.Appended appended) {
            out.int64(appended.epoch());
            out.int64(appended.number());
            out.int64(appended.acknowledged());
            out.int64(appended.matchIndex());
            out.int64(appended.durableEnd());
            out.int64(appended.sentMillis());
        } else if (message instanceof Message.Mismatched mismatched) {
            out.int64(mismatched.epoch());
            out.int64(mismatched.number());
            out.int64(mismatched.acknowledged());
            out.position(mismatched.hint());
            out.int64(mismatched.durableEnd());
            out.int64(mismatched.sentMillis());
        } else if (message instanceof Message.Refused refused) {
            out.int64(refused.epoch());
            out.int64(refused.promised());
        } else if (message instanceof Message.RolledBack rolledBack) {
            out.int64(rolledBack.epoch());
            out.int64(rolledBack.acknowledged());
            out.int64(rolledBack.durableEnd());
        } else if (message instanceof Message.PromiseRequest request) {
            out.int64(request.epoch());
            out.text(request.claim());
        } else if (message instanceof Message.Promised promised) {
            out.int64(promised.epoch());
            out.text(promised.claim());
            out.position(promised.last());
        } else if (message instanceof Message.Pull pull) {
            out.int64(pull.epoch());
            out.text(pull.claim());
            out.position(pull.previous());
        } else if (message instanceof Message.Pulled pulled) {
            out.int64(pulled.epoch());
            out.text(pulled.claim());
            out.position(pulled.previous());
            out.entries(pulled.entries());
            out.position(pulled.last());
        } else if (message instanceof Message.PullMismatched mismatched) {
            out.int64(mismatched.epoch());
            out.text(mismatched.claim());
            out.position(mismatched.hint());
        } else if (message instanceof Message.Suspect suspect) {
            out.int64(suspect.epoch());
            out.int64(suspect.question());
        } else if (message instanceof Message.Suspected suspected) {
            out.int64(suspected.epoch());
            out.int64(suspected.question());
            out.flag(suspected.hearsLeader());
            out.flag(suspected.canLead());
            out.text(suspected.process());
        } else if (message instanceof Message.ReadIndex readIndex) {
            out.int64(readIndex.epoch());
            out.int64(readIndex.question());
        } else if (message instanceof Message.ReadIndexed readIndexed) {
            out.int64(readIndexed.epoch());
            out.int64(readIndexed.question());
            out.int64(readIndexed.commitIndex());
        } else if (message instanceof Message.Resign resign) {
            out.int64(resign.epoch());
        } else if (message instanceof Message.Forward forward) {
            out.int64(forward.life());
            out.listOfBytes(forward.requests());
        } else if (message instanceof Message.Forwarded forwarded) {
            out.int64(forwarded.life());
            out.listOfBytes(forwarded.answers());
        } else if (message instanceof Message.Leaving leaving) {
            out.int64(leaving.epoch());
        } else if (message instanceof Message.HeldByAll held) {
            out.int64(held.epoch());
            out.int64(held.index());
        } else if (message instanceof Message.TakeSnapshot take) {
            out.text(take.store().id());
            out.int64(take.epoch());
            out.position(take.start());
        } else if (message instanceof Message.StateIs state) {
            out.int64(state.epoch());
            out.text(state.software());
            out.int64(state.index());
            out.int64(state.sum());
        } else if (message instanceof Message.Unsound unsound) {
            out.int64(unsound.epoch());
        } else if (message instanceof Message.BeginAnew anew) {
            out.text(anew.store().id());
            out.int64(anew.epoch());
        }
    }

    // Java evaluates arguments from left to right, so the order of the calls is the order of the fields.
    static Message read(WireReader in) throws MalformedBatchException {
        int number = in.uint8();
        return switch (number) {
            case APPEND -> append(in);
            case APPENDED ->
                new Message.Appended(in.int64(), in.int64(), in.int64(), in.int64(), in.int64(), in.int64());
            case MISMATCHED ->
                new Message.Mismatched(in.int64(), in.int64(), in.int64(), in.position(), in.int64(), in.int64());
            case REFUSED -> new Message.Refused(in.int64(), in.int64());
            case ROLLED_BACK -> new Message.RolledBack(in.int64(), in.int64(), in.int64());
            case PROMISE_REQUEST -> new Message.PromiseRequest(in.int64(), in.text());
            case PROMISED -> new Message.Promised(in.int64(), in.text(), in.position());
            case PULL -> new Message.Pull(in.int64(), in.text(), in.position());
            case PULLED -> new Message.Pulled(in.int64(), in.text(), in.position(), in.entries(), in.position());
            case PULL_MISMATCHED -> new Message.PullMismatched(in.int64(), in.text(), in.position());
            case SUSPECT -> new Message.Suspect(in.int64(), in.int64());
            case SUSPECTED -> new Message.Suspected(in.int64(), in.int64(), in.flag(), in.flag(), in.text());
            case READ_INDEX -> new Message.ReadIndex(in.int64(), in.int64());
            case READ_INDEXED -> new Message.ReadIndexed(in.int64(), in.int64(), in.int64());
            case RESIGN -> new Message.Resign(in.int64());
            case LEAVING -> new Message.Leaving(in.int64());
            case HELD_BY_ALL -> new Message.HeldByAll(in.int64(), in.int64());
            case TAKE_SNAPSHOT -> new Message.TakeSnapshot(BatchFormat.store(in.text()), in.int64(), in.position());
            case STATE_IS -> new Message.StateIs(in.int64(), in.text(), in.int64(), in.int64());
            case UNSOUND -> new Message.Unsound(in.int64());
            case BEGIN_ANEW -> new Message.BeginAnew(BatchFormat.store(in.text()), in.int64());
            case FORWARD -> new Message.Forward(in.int64(), in.listOfBytes());
            case FORWARDED -> new Message.Forwarded(in.int64(), in.listOfBytes());
            default -> throw new MalformedBatchException("no kind of message has the number " + number);
        };
    }

    private static Message append(WireReader in) throws MalformedBatchException {
        StoreId store = BatchFormat.store(in.text());
        long epoch = in.int64();
        long number = in.int64();
        Position previous = in.position();
        long commitIndex = in.int64();
        long acknowledged = in.int64();
        long logTime = in.int64();
        boolean suspended = in.flag();
        long echoMillis = in.int64();
        long confirmedAgeMillis = in.int64();
        List<Entry> entries = in.entries();
        return new Message.Append(
                store,
                epoch,
                number,
                previous,
                commitIndex,
                acknowledged,
                logTime,
                suspended,
                echoMillis,
                confirmedAgeMillis,
                entries);
    }
}
