package io.bellwether.service.http;

/**
 * That leadership has moved: the JSON that answers {@code POST /v1/cluster/handoff}.
 *
 * @param epoch of the new leader; of the present one after a dry run
 * @param millis from the request until an entry of that epoch was known to be committed; 0 after a dry run, and if the
 *     target led already
 */
record HandOffReply(String from, String to, long epoch, long millis, boolean dryRun) {}
