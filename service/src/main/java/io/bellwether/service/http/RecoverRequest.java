package io.bellwether.service.http;

import org.jspecify.annotations.Nullable;

/**
 * That the node which is asked is to lead alone: the JSON of {@code POST /v1/cluster/recover}.
 *
 * @param epoch the one that was seen and is to end; may be left out of a dry run alone
 * @param dryRun only tell what is known, what would be lost, and whether it could be done
 */
record RecoverRequest(@Nullable Long epoch, boolean dryRun) {
    /** @throws ProblemException that names what is wrong */
    static RecoverRequest read(byte[] body) {
        RecoverRequest[] read = {new RecoverRequest(null, false)};
        JsonFields.read(body, (field, json) -> {
            RecoverRequest before = read[0];
            read[0] = switch (field) {
                case "epoch" -> new RecoverRequest(JsonFields.epoch(json), before.dryRun);
                case "dryRun" -> new RecoverRequest(before.epoch, JsonFields.flag(field, json));
                default -> throw JsonFields.unknown(field, "'epoch' and 'dryRun'");
            };
        });
        if (read[0].epoch == null && !read[0].dryRun) {
            throw JsonFields.refused("'epoch' is missing: the one that a dry run has told.");
        }
        return read[0];
    }
}
