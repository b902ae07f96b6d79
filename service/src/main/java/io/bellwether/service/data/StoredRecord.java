package io.bellwether.service.data;

import io.bellwether.replication.Bytes;

/**
 * A key's value with what is known of it.
 *
 * @param index of the write that made it as it is: its ETag
 * @param createdIndex of the write that created it
 * @param version writes since it was created; the creation is the first
 * @param lastModified log time of the last write, in milliseconds since 1970
 */
public record StoredRecord(
        long index, long createdIndex, long version, long lastModified, String contentType, Bytes value) {}
