package io.bellwether.service.http.peer;

import io.bellwether.replication.Envelope;
import io.bellwether.replication.Message;
import java.util.ArrayList;
import java.util.List;

/** What a held post waits for: the message with which this node will answer one that the post brought. */
sealed interface Awaited {
    boolean isAnsweredBy(Message message);

    /** The answers that the messages of a batch call for. None means that nothing is worth holding the post for. */
    static List<Awaited> by(List<Envelope> batch) {
        List<Awaited> awaited = new ArrayList<>();
        for (Envelope envelope : batch) {
            if (envelope.message() instanceof Message.Append append) {
                awaited.add(new ToAppend(append.epoch(), append.number()));
            } else if (envelope.message() instanceof Message.Pull pull) {
                awaited.add(new ToPull(pull.epoch(), pull.claim()));
            }
        }
        return awaited;
    }

    /** The answer to an append. A refusal doesn't repeat the number: it stands for all appends of the epoch. */
    record ToAppend(long epoch, long number) implements Awaited {
        @Override
        public boolean isAnsweredBy(Message message) {
            if (message instanceof Message.Appended appended) {
                return appended.epoch() == epoch && appended.number() == number;
            } else if (message instanceof Message.Mismatched mismatched) {
                return mismatched.epoch() == epoch && mismatched.number() == number;
            } else if (message instanceof Message.RolledBack rolledBack) {
                return rolledBack.epoch() == epoch;
            }
            return message instanceof Message.Refused refused && refused.epoch() == epoch;
        }
    }

    /** The answer to a pull. */
    record ToPull(long epoch, String claim) implements Awaited {
        @Override
        public boolean isAnsweredBy(Message message) {
            if (message instanceof Message.Pulled pulled) {
                return pulled.epoch() == epoch && pulled.claim().equals(claim);
            } else if (message instanceof Message.PullMismatched mismatched) {
                return mismatched.epoch() == epoch && mismatched.claim().equals(claim);
            }
            return message instanceof Message.Refused refused && refused.epoch() == epoch;
        }
    }
}
