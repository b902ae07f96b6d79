package io.bellwether.service.data;

import io.bellwether.fuzzing.FuzzTarget;
import io.bellwether.replication.Bytes;
import io.bellwether.replication.MalformedBytes;
import java.util.List;

/** Commands and their results, as they stand in the log and in the table of outcomes. */
public final class DataFuzz {
    private DataFuzz() {}

    public static List<FuzzTarget> targets() {
        Bytes key = Bytes.utf8("a/b");
        return List.of(
                new Coded(
                        "commands",
                        encoded(
                                CommandCodec.encode(
                                        new Command.Put(key, Condition.ALWAYS, "text/plain", Bytes.utf8("value"))),
                                CommandCodec.encode(new Command.Put(
                                        key, new Condition.MadeBy(List.of(1L, 2L)), "text/plain", Bytes.EMPTY)),
                                CommandCodec.encode(new Command.Delete(key, Condition.PRESENT))),
                        CommandCodec::decode),
                new Coded(
                        "results",
                        encoded(
                                ResultCodec.encode(new Result.Created()),
                                ResultCodec.encode(new Result.ConditionFailed(4_698))),
                        ResultCodec::strictly));
    }

    private static List<byte[]> encoded(Bytes... samples) {
        return java.util.Arrays.stream(samples).map(Bytes::toArray).toList();
    }

    private interface Reader {
        Object read(Bytes bytes) throws MalformedBytes;
    }

    private record Coded(String name, List<byte[]> samples, Reader reader) implements FuzzTarget {
        @Override
        public boolean take(byte[] input) {
            try {
                return reader.read(Bytes.wrap(input)) != null;
            } catch (MalformedBytes refused) {
                return false;
            }
        }
    }
}
