package io.bellwether.service;

import jakarta.validation.constraints.NotNull;

/**
 * How this node reaches the others.
 *
 * @param urls addresses that override the advertised ones
 * @param secret shared by all nodes; empty for none
 */
public record PeersConfiguration(
        @NotNull PeerUrls urls, @NotNull String secret) {
    /** Without the secret: configurations get printed. */
    @Override
    public String toString() {
        return "PeersConfiguration[urls=" + urls + ", secret=" + (secret.isEmpty() ? "none" : "***") + "]";
    }
}
