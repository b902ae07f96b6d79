package io.bellwether.service.trial;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AnswerReaderTest {
    private static final String WITH_LENGTH = "HTTP/1.1 200 OK\r\nETag: \"7\"\r\ncontent-LENGTH: 5\r\n\r\nhello";
    private static final String CHUNKED =
            "HTTP/1.1 201 Created\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\na\r\n0123456789\r\n0\r\n\r\n";
    private static final String EMPTY = "HTTP/1.1 503 Unavailable\r\nContent-Length: 0\r\n\r\n";
    private static final String WITHOUT_BODY = "HTTP/1.1 204 No Content\r\n\r\n";

    private final AnswerReader reader = new AnswerReader(128);

    @ParameterizedTest
    @ValueSource(strings = {WITH_LENGTH, CHUNKED, EMPTY, WITHOUT_BODY})
    void anAnswerIsWholeWithItsLastByteAndNotBefore(String answer) throws IOException {
        for (int i = 0; i < answer.length() - 1; i++) {
            receive(answer.substring(i, i + 1));
            assertThat(reader.isWhole()).as(answer.substring(0, i + 1)).isFalse();
        }
        receive(answer.substring(answer.length() - 1));

        assertThat(reader.isWhole()).isTrue();
    }

    @Test
    void tellsStatusAndLength() throws IOException {
        receive(WITH_LENGTH);

        assertThat(reader.isWhole()).isTrue();
        assertThat(reader.status()).isEqualTo(200);
        assertThat(reader.bodyLength()).isEqualTo(5);
    }

    @Test
    void theFramesOfChunksAreNotPartOfTheBody() throws IOException {
        receive(CHUNKED);

        assertThat(reader.isWhole()).isTrue();
        assertThat(reader.status()).isEqualTo(201);
        assertThat(reader.bodyLength()).isEqualTo(15);
    }

    @Test
    void theNextAnswerStartsAfresh() throws IOException {
        receive(CHUNKED);
        assertThat(reader.isWhole()).isTrue();

        reader.begin();
        receive(EMPTY);

        assertThat(reader.isWhole()).isTrue();
        assertThat(reader.status()).isEqualTo(503);
        assertThat(reader.bodyLength()).isZero();
    }

    @Test
    void anAnswerAsLongAsTheCapacityIsRead() throws IOException {
        receive("HTTP/1.1 200 OK\r\nContent-Length: 88\r\n\r\n" + "x".repeat(88 + 1));

        assertThat(reader.buffer().hasRemaining()).isFalse();
        assertThat(reader.isWhole()).isTrue();
    }

    @Test
    void aLongerAnswerIsAnError() {
        receive("HTTP/1.1 200 OK\r\nContent-Length: 90\r\n\r\n" + "x".repeat(89));

        assertThat(reader.buffer().hasRemaining()).isFalse();
        assertThatThrownBy(reader::isWhole).isInstanceOf(IOException.class).hasMessageContaining("longer than 128");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n",
                "HTTP/1.1 200 OK\r\nContent-Length: many\r\n\r\n",
                "SSH-2.0-OpenSSH_9.2p1 Debian\r\n\r\n"
            })
    void whatCanNotBeFramedIsAnError(String answer) {
        receive(answer);

        assertThatThrownBy(reader::isWhole).isInstanceOf(IOException.class);
    }

    private void receive(String text) {
        reader.buffer().put(text.getBytes(US_ASCII));
    }
}
