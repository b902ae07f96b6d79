package io.bellwether.service.trial;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/**
 * Requests made ready in advance, one per key, in the words of one system: what a request costs to write must not be
 * measured. The same keys and values for both systems.
 *
 * @param requests whole HTTP/1.1 requests; each names one key
 * @param leastBodyLength an answer with a shorter body, in bytes, is an error: it can't hold the value
 */
record Workload(List<byte[]> requests, int leastBodyLength) {
    private static final int KEYS = 10_000;
    private static final int VALUE_LENGTH = 256;
    private static final long SEED = 42;

    Workload {
        requests = List.copyOf(requests);
    }

    /** Bellwether's REST. */
    static Workload bellwether(Operation operation) {
        String question = operation == Operation.GET_LOCAL ? "?consistency=local" : "";
        List<byte[]> requests = new ArrayList<>();
        List<byte[]> values = values();
        for (int key = 0; key < KEYS; key++) {
            String path = "/v1/kv/" + name(key) + question;
            requests.add(
                    operation.writes()
                            ? request("PUT", path, "application/octet-stream", values.get(key))
                            : request("GET", path, null, new byte[0]));
        }
        return new Workload(requests, operation.writes() ? 0 : VALUE_LENGTH);
    }

    /** The JSON gateway of etcd v3, in which keys and values are base64. A serializable range is a local read. */
    static Workload etcd(Operation operation) {
        Base64.Encoder base64 = Base64.getEncoder();
        List<byte[]> requests = new ArrayList<>();
        List<byte[]> values = values();
        for (int key = 0; key < KEYS; key++) {
            String encodedKey = base64.encodeToString(name(key).getBytes(US_ASCII));
            String body = operation.writes()
                    ? "{\"key\":\"" + encodedKey + "\",\"value\":\"" + base64.encodeToString(values.get(key)) + "\"}"
                    : "{\"key\":\"" + encodedKey + "\",\"serializable\":" + (operation == Operation.GET_LOCAL) + "}";
            String path = operation.writes() ? "/v3/kv/put" : "/v3/kv/range";
            requests.add(request("POST", path, "application/json", body.getBytes(US_ASCII)));
        }
        return new Workload(requests, operation.writes() ? 0 : VALUE_LENGTH * 4 / 3);
    }

    private static String name(int key) {
        return "bench/key-%05d".formatted(key);
    }

    private static List<byte[]> values() {
        SplittableRandom dice = new SplittableRandom(SEED);
        List<byte[]> values = new ArrayList<>();
        for (int key = 0; key < KEYS; key++) {
            byte[] value = new byte[VALUE_LENGTH];
            dice.nextBytes(value);
            values.add(value);
        }
        return values;
    }

    private static byte[] request(String method, String path, @Nullable String type, byte[] body) {
        String head = method + " " + path + " HTTP/1.1\r\nHost: 127.0.0.1\r\n"
                + (type == null ? "" : "Content-Type: " + type + "\r\nContent-Length: " + body.length + "\r\n")
                + "\r\n";
        byte[] headBytes = head.getBytes(US_ASCII);
        byte[] request = new byte[headBytes.length + body.length];
        System.arraycopy(headBytes, 0, request, 0, headBytes.length);
        System.arraycopy(body, 0, request, headBytes.length, body.length);
        return request;
    }
}
