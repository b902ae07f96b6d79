package io.bellwether.replication;

/**
 * The stable name of a node, such as {@code n1}. It survives restarts and new disks; see {@link StoreId} for what does
 * not.
 *
 * @param name 1 to 64 characters out of letters, digits, {@code .}, {@code _} and {@code -}
 */
public record NodeId(String name) implements Comparable<NodeId> {
    public NodeId {
        if (name.isEmpty() || name.length() > 64) {
            throw new IllegalArgumentException("a node id has 1 to 64 characters, but '" + name + "' does not");
        }
        for (int i = 0; i < name.length(); i++) {
            char c = name.charAt(i);
            boolean letterOrDigit = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
            if (!letterOrDigit && c != '.' && c != '_' && c != '-') {
                throw new IllegalArgumentException(
                        "a node id is made of letters, digits, '.', '_' and '-', but '" + name + "' is not");
            }
        }
    }

    @Override
    public int compareTo(NodeId other) {
        return name.compareTo(other.name);
    }

    @Override
    public String toString() {
        return name;
    }
}
