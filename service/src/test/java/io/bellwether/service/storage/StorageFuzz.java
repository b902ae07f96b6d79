package io.bellwether.service.storage;

import io.bellwether.fuzzing.FuzzTarget;
import io.bellwether.replication.Bytes;
import io.bellwether.replication.Entry;
import io.bellwether.replication.Position;
import io.bellwether.replication.Promise;
import io.bellwether.replication.StoreRecord;
import java.util.List;
import java.util.function.Consumer;

/** What a disk gives back. */
public final class StorageFuzz {
    private static final long INDEX = 12;

    private StorageFuzz() {}

    public static List<FuzzTarget> targets() {
        return List.of(
                new OnDisk(
                        "entries of the log",
                        List.of(
                                EntryFormat.encode(
                                        Entry.of(INDEX, 3, 1_000, Entry.Kind.COMMAND, Bytes.utf8("command"))),
                                EntryFormat.encode(Entry.of(INDEX, 3, 1_000, Entry.Kind.TICK, Bytes.EMPTY))),
                        input -> EntryFormat.decode(INDEX, input)),
                new OnDisk(
                        "records of a store",
                        List.of(
                                EntryFormat.encode(new StoreRecord("5d0c", new Promise(7, "n1-1-1"), 12)),
                                EntryFormat.encode(StoreRecord.NEW)),
                        EntryFormat::decodeRecord),
                new OnDisk("positions", List.of(EntryFormat.encode(new Position(7, 102))), EntryFormat::decodePosition),
                new OnDisk(
                        "marks of the tables",
                        List.of(
                                new Applied(new Position(7, 102), 0x123456789L).encode(),
                                new Applied(new Position(7, 102), null).encode()),
                        Applied::decode));
    }

    private record OnDisk(String name, List<byte[]> samples, Consumer<byte[]> reader) implements FuzzTarget {
        @Override
        public boolean take(byte[] input) {
            try {
                reader.accept(input);
                return true;
            } catch (IllegalArgumentException refused) {
                return false;
            }
        }
    }
}
