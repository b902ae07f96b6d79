package io.bellwether.coordination;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bellwether.replication.ControlRecord;
import io.bellwether.replication.Coordination.LatchPlace;
import io.bellwether.replication.Member;
import io.bellwether.replication.NodeId;
import io.bellwether.replication.ReplicaId;
import io.bellwether.replication.StoreId;
import io.bellwether.replication.WriteQuorum;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class JsonTest {
    private static final ReplicaId N1 = new ReplicaId(new NodeId("n1"), new StoreId("9c1e"));
    private static final ReplicaId N2 = new ReplicaId(new NodeId("n2"), new StoreId("b0\"7a"));
    private static final ControlRecord RECORD =
            new ControlRecord("5d0c", 9, 7, new NodeId("n1"), "claim", WriteQuorum.ALL, 2, List.of(N1, N2));
    private static final String TEXT = "{\"clusterId\":\"5d0c\",\"generation\":9,\"epoch\":7,\"leader\":\"n1\","
            + "\"claim\":\"claim\",\"writeQuorum\":\"all\",\"minInSync\":2,"
            + "\"inSync\":[{\"node\":\"n1\",\"store\":\"9c1e\"},{\"node\":\"n2\",\"store\":\"b0\\\"7a\"}]}";

    @Test
    void theRecordIsWrittenAsTheDesignSays() throws Exception {
        assertThat(new String(Json.write(RECORD), UTF_8)).isEqualTo(TEXT);
        assertThat(Json.readRecord(TEXT.getBytes(UTF_8))).isEqualTo(RECORD);
    }

    @Test
    void aFieldThatALaterVersionAddsIsLeftAlone() throws Exception {
        String later = TEXT.replace("\"epoch\":7", "\"epoch\":7,\"colour\":\"blue\"");

        assertThat(Json.readRecord(later.getBytes(UTF_8))).isEqualTo(RECORD);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "\"epoch\":7        | \"epoch\":7.5                   | 'epoch' is no whole number",
                "\"epoch\":7        | \"epoch\":99999999999999999999  | 'epoch' is no whole number",
                "\"epoch\":7        | \"epoch\":0                     | at least 1",
                "\"epoch\":7        | \"epoch\":7,\"epoch\":8         | Duplicate field",
                "\"epoch\":7,       | ``                              | 'epoch' is no whole number",
                "\"minInSync\":2    | \"minInSync\":3000000000        | overflow",
                "\"leader\":\"n1\"  | \"leader\":null                 | 'leader' is no text",
                "\"leader\":\"n1\"  | \"leader\":\"n 1\"              | a node id is made of",
                "\"all\"            | \"most\"                        | 'majority' or 'all'",
                "\"inSync\":[       | \"inSync\":[7,                  | 'node' is no text",
                "}]}                | }]                              | no JSON",
                "}]}                | }]} and more                    | no JSON",
            })
    void whatIsNoRecordIsRefusedWithTheReason(String right, String wrong, String reason) {
        String text = TEXT.replace(right, wrong);
        assertThat(text).isNotEqualTo(TEXT);

        assertThatThrownBy(() -> Json.readRecord(text.getBytes(UTF_8)))
                .isInstanceOf(MalformedNodeException.class)
                .hasMessageContaining(reason);
    }

    @Test
    void anEmptyNodeIsNoRecord() {
        assertThatThrownBy(() -> Json.readRecord(null))
                .isInstanceOf(MalformedNodeException.class)
                .hasMessageContaining("no content");
        assertThatThrownBy(() -> Json.readRecord(new byte[0]))
                .isInstanceOf(MalformedNodeException.class)
                .hasMessageContaining("no JSON object");
    }

    @Test
    void aMemberIsWrittenWithoutItsNodeWhichIsTheNameOfTheNode() throws Exception {
        Member member = new Member(N1, "http://127.0.0.1:8080", "1.0.0", "2026-01-05T10:00:00Z");

        byte[] written = Json.write(member);

        assertThat(new String(written, UTF_8))
                .isEqualTo("{\"store\":\"9c1e\",\"url\":\"http://127.0.0.1:8080\",\"version\":\"1.0.0\","
                        + "\"started\":\"2026-01-05T10:00:00Z\"}");
        assertThat(Json.readMember("n1", written)).isEqualTo(member);
    }

    @Test
    void aLatchIdNamesNodeStoreAndProcess() throws Exception {
        String id = Json.latchId(N2, "life 3");

        assertThat(Json.readPlace("/latch/x", id.getBytes(UTF_8))).isEqualTo(new LatchPlace("/latch/x", N2, "life 3"));
    }
}
