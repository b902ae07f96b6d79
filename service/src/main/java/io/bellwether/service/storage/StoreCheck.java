package io.bellwether.service.storage;

import io.bellwether.replication.Position;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.rocksdb.ReadOptions;
import org.rocksdb.RocksDBException;

/**
 * What was found in a store that nobody has open, and that is as it was written: its identity, the mark of what is durable,
 * every file of the log and the tables, every entry, and the rows of the state, whose sum was kept. Nothing is changed.
 *
 * @param node whose it is
 * @param store its name
 * @param cluster the name of the cluster
 * @param clusterId the cluster that it belongs to; empty if it has met none
 * @param logStart the log holds the entries behind this one
 * @param logEnd its last entry
 * @param applied the entry up to which the state is
 * @param rows of the state
 * @param bytes of these rows, keys and values
 */
public record StoreCheck(
        String node,
        String store,
        String cluster,
        String clusterId,
        Position logStart,
        Position logEnd,
        Position applied,
        long rows,
        long bytes) {
    /**
     * Looks through the store in this folder.
     *
     * @throws StoreRefused if there is none, or a process has it open
     * @throws StoreDamaged if something is not as it was written
     * @throws StorageFailure if the disk does not work
     */
    public static StoreCheck of(Path folder, StoreSettings settings) {
        if (!Files.isDirectory(folder)) {
            throw new StoreRefused("There is no folder " + folder + ".");
        }
        try (DataDirectory directory = DataDirectory.lock(folder);
                RocksFamily family = new RocksFamily(directory.folder(), settings, failed -> {})) {
            return of(directory, family);
        } catch (IOException e) {
            throw new StorageFailure(folder, "Reading the data directory", e);
        }
    }

    private static StoreCheck of(DataDirectory directory, RocksFamily family) throws IOException {
        StoreIdentity identity = directory.identity();
        if (!DurableMark.isWhole(directory.durableMark())) {
            throw new StoreDamaged(directory.folder(), "its file 'durable-mark' is not as it was written.", null);
        }
        try (LogDatabase log = LogDatabase.look(directory, family)) {
            log.check(Pace.FULL);
            TablesDatabase.RowsFound found = rows(directory, family, directory.state(log.stateFolder()));
            log.checkContains(found.position());
            return new StoreCheck(
                    identity.node(),
                    identity.store().toString(),
                    identity.cluster(),
                    log.record().clusterId(),
                    log.start(),
                    log.latest().end(),
                    found.position(),
                    found.rows(),
                    found.bytes());
        }
    }

    private static TablesDatabase.RowsFound rows(DataDirectory directory, RocksFamily family, Path tables) {
        try {
            TablesDatabase database = new TablesDatabase(tables, family.openTables(tables, RocksFamily.Opening.SURVEY));
            try (ReadOptions once = new ReadOptions().setFillCache(false)) {
                database.checkFiles(Pace.FULL);
                TablesDatabase.RowsFound found = database.addUp(once, Pace.FULL);
                if (found == null) {
                    throw new IllegalStateException("nothing has stopped it");
                }
                RocksTables.refuseUnlessItAddsUp(directory, tables, found);
                return found;
            } finally {
                database.release();
            }
        } catch (RocksDBException e) {
            throw RocksTables.explained(directory, tables, "Reading the tables", e);
        }
    }
}
