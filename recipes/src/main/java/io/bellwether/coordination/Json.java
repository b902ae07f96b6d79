package io.bellwether.coordination;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.bellwether.replication.ControlRecord;
import io.bellwether.replication.Coordination.LatchPlace;
import io.bellwether.replication.Member;
import io.bellwether.replication.NodeId;
import io.bellwether.replication.ReplicaId;
import io.bellwether.replication.StoreId;
import io.bellwether.replication.WriteQuorum;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the znodes hold, as JSON (DESIGN 3). A field that is missing or of another type is refused, with its name; one
 * that is not known is left alone, so that a later version may add some.
 */
final class Json {
    private static final JsonMapper MAPPER = JsonMapper.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .disable(JsonParser.Feature.INCLUDE_SOURCE_IN_LOCATION)
            .build();

    private Json() {}

    static byte[] write(ControlRecord record) {
        ObjectNode json = MAPPER.createObjectNode();
        json.put("clusterId", record.clusterId());
        json.put("generation", record.generation());
        json.put("epoch", record.epoch());
        json.put("leader", record.leader().name());
        json.put("claim", record.claim());
        json.put("writeQuorum", record.writeQuorum().word());
        json.put("minInSync", record.minInSync());
        ArrayNode inSync = json.putArray("inSync");
        for (ReplicaId replica : record.inSync()) {
            inSync.addObject()
                    .put("node", replica.node().name())
                    .put("store", replica.store().id());
        }
        return bytes(json);
    }

    static ControlRecord readRecord(byte @Nullable [] data) throws MalformedNodeException {
        JsonNode json = object(data);
        try {
            return new ControlRecord(
                    text(json, "clusterId"),
                    number(json, "generation"),
                    number(json, "epoch"),
                    new NodeId(text(json, "leader")),
                    text(json, "claim"),
                    WriteQuorum.of(text(json, "writeQuorum")),
                    Math.toIntExact(number(json, "minInSync")),
                    replicas(json));
        } catch (IllegalArgumentException | ArithmeticException e) {
            throw new MalformedNodeException(String.valueOf(e.getMessage()), e);
        }
    }

    static byte[] write(Member member) {
        ObjectNode json = MAPPER.createObjectNode();
        json.put("store", member.replica().store().id());
        json.put("url", member.url());
        json.put("version", member.version());
        json.put("started", member.started());
        return bytes(json);
    }

    /** @param node the name of the znode */
    static Member readMember(String node, byte @Nullable [] data) throws MalformedNodeException {
        JsonNode json = object(data);
        try {
            ReplicaId replica = new ReplicaId(new NodeId(node), new StoreId(text(json, "store")));
            return new Member(replica, text(json, "url"), text(json, "version"), text(json, "started"));
        } catch (IllegalArgumentException e) {
            throw new MalformedNodeException(String.valueOf(e.getMessage()), e);
        }
    }

    /** The id of a latch node: whose it is, and which of its lives made it. */
    static String latchId(ReplicaId replica, String process) {
        return MAPPER.createObjectNode()
                .put("node", replica.node().name())
                .put("store", replica.store().id())
                .put("process", process)
                .toString();
    }

    static LatchPlace readPlace(String path, byte @Nullable [] data) throws MalformedNodeException {
        JsonNode json = object(data);
        return new LatchPlace(path, replica(json), text(json, "process"));
    }

    private static List<ReplicaId> replicas(JsonNode json) throws MalformedNodeException {
        JsonNode array = json.get("inSync");
        if (array == null || !array.isArray()) {
            throw new MalformedNodeException("'inSync' is no list");
        }
        List<ReplicaId> replicas = new ArrayList<>();
        for (JsonNode element : array) {
            replicas.add(replica(element));
        }
        return replicas;
    }

    private static ReplicaId replica(JsonNode json) throws MalformedNodeException {
        try {
            return new ReplicaId(new NodeId(text(json, "node")), new StoreId(text(json, "store")));
        } catch (IllegalArgumentException e) {
            throw new MalformedNodeException(String.valueOf(e.getMessage()), e);
        }
    }

    /** @param data null for a znode that was made without any, as ZooKeeper's shell does it */
    private static JsonNode object(byte @Nullable [] data) throws MalformedNodeException {
        if (data == null) {
            throw new MalformedNodeException("it has no content");
        }
        try {
            JsonNode json = MAPPER.readTree(data);
            if (!json.isObject()) {
                throw new MalformedNodeException("it is no JSON object");
            }
            return json;
        } catch (JacksonException e) {
            throw new MalformedNodeException("it is no JSON: " + e.getOriginalMessage(), e);
        } catch (IOException e) {
            throw new MalformedNodeException("it cannot be read: " + e.getMessage(), e);
        }
    }

    private static String text(JsonNode json, String field) throws MalformedNodeException {
        JsonNode value = json.get(field);
        if (value == null || !value.isTextual()) {
            throw new MalformedNodeException("'" + field + "' is no text");
        }
        return value.textValue();
    }

    private static long number(JsonNode json, String field) throws MalformedNodeException {
        JsonNode value = json.get(field);
        if (value == null || !value.isIntegralNumber() || !value.canConvertToLong()) {
            throw new MalformedNodeException("'" + field + "' is no whole number");
        }
        return value.longValue();
    }

    private static byte[] bytes(ObjectNode json) {
        try {
            return MAPPER.writeValueAsBytes(json);
        } catch (JacksonException e) {
            throw new IllegalStateException("a tree of texts and numbers is always JSON", e);
        }
    }
}
