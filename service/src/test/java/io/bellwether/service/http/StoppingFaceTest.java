package io.bellwether.service.http;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A node that was told to end takes no new work from load balancers, and still serves what it has. */
class StoppingFaceTest {
    @RegisterExtension
    static final FacesServer SERVER = new FacesServer(Limits.DEFAULT);

    @Test
    void itIsNotReadyAnyMoreButLives() {
        Http http = SERVER.http();
        assertThat(http.get("/v1/node/ready").status()).isEqualTo(200);

        SERVER.faces().stopping();

        assertThat(http.get("/v1/node/ready").problem(503, ProblemCode.NOT_READY))
                .contains("being stopped");
        assertThat(http.get("/v1/node/live").status()).isEqualTo(200);
        assertThat(http.put("/v1/kv/a", "x").status()).isEqualTo(201);
    }
}
