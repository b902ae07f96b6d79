package io.bellwether.service.http;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.List;
import java.util.Locale;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpHeader;
import org.jspecify.annotations.Nullable;

/**
 * Whether a page of somebody else's, open in a browser that reaches this node, wants to change something. Browsers say of each
 * such request which page's origin it comes from (RFC 6454, section 7); programs say nothing.
 */
final class CrossSite {
    private CrossSite() {}

    /** @param header with the {@code Host} that the client named */
    static boolean changes(String method, HttpFields header) {
        List<String> origins = header.getValuesList(HttpHeader.ORIGIN);
        if (origins.isEmpty() || !RecordsServlet.isWrite(method)) {
            return false;
        }
        String host = header.get(HttpHeader.HOST);
        return host == null
                || !origins.stream()
                        .allMatch(origin -> host.toLowerCase(Locale.ROOT).equals(host(origin)));
    }

    /** As {@code Host} would name it; null for an origin that has none ({@code null}, a file). */
    private static @Nullable String host(String origin) {
        try {
            String authority = new URI(origin).getRawAuthority();
            return authority == null ? null : authority.toLowerCase(Locale.ROOT);
        } catch (URISyntaxException e) {
            return null;
        }
    }
}
