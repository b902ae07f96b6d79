package io.bellwether.service.storage;

import io.bellwether.replication.Position;

/**
 * What a store is made of that begins with a backup.
 *
 * @param position the last entry that the state contains
 * @param logTime not before that entry's
 * @param clusterId the cluster that the backup was taken from
 */
record Restored(Position position, long logTime, String clusterId) {}
