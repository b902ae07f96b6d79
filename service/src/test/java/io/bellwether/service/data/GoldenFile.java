package io.bellwether.service.data;

import static org.assertj.core.api.Assertions.assertThat;

import io.bellwether.replication.Bytes;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Lines of {@code name = hexadecimal}. A line is never changed: what a version once wrote must be read for good. */
final class GoldenFile {
    private final Map<String, Bytes> lines = new TreeMap<>();
    private final Map<String, Bytes> asked = new TreeMap<>();

    GoldenFile(String name) {
        try (InputStream file = GoldenFile.class.getResourceAsStream("/golden/" + name)) {
            assertThat(file).as("golden/" + name).isNotNull();
            new String(file.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .filter(line -> !line.startsWith("#"))
                    .forEach(this::add);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    List<Bytes> lines() {
        return List.copyOf(lines.values());
    }

    void holds(String name, Bytes bytes) {
        asked.put(name, bytes);
        assertThat(HexFormat.of().formatHex(bytes.toArray()))
                .as(name)
                .isEqualTo(
                        lines.containsKey(name)
                                ? HexFormat.of().formatHex(lines.get(name).toArray())
                                : "no such line");
    }

    void holdsNothingElse() {
        assertThat(asked.keySet()).isEqualTo(lines.keySet());
    }

    private void add(String line) {
        String[] parts = line.split(" = ", 2);
        lines.put(parts[0], Bytes.wrap(HexFormat.of().parseHex(parts[1].strip())));
    }
}
