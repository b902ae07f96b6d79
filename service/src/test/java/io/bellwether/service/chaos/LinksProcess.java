package io.bellwether.service.chaos;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.bellwether.service.cluster.Link;
import io.bellwether.service.cluster.Mood;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;

/**
 * The proxies of one machine, on that machine. Each argument is {@code port=host:port}: where one is entered, and where it
 * leads. A line of the standard input is a proxy's place among them and its new mood; the process ends with its input.
 */
final class LinksProcess {
    private LinksProcess() {}

    public static void main(String[] arguments) throws IOException {
        List<Link> links = new ArrayList<>();
        for (String argument : arguments) {
            String[] parts = argument.split("[=:]", -1);
            links.add(
                    new Link(Integer.parseInt(parts[0]), new InetSocketAddress(parts[1], Integer.parseInt(parts[2]))));
        }
        BufferedReader orders = new BufferedReader(new InputStreamReader(System.in, UTF_8));
        for (String order = orders.readLine(); order != null; order = orders.readLine()) {
            String[] parts = order.split(" ", -1);
            links.get(Integer.parseInt(parts[0])).mood(Mood.parse(parts[1]));
        }
        links.forEach(Link::close);
    }
}
