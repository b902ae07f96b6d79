package io.bellwether.service.chaos;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What this machine permits, and why not what it doesn't. */
final class Means {
    private static final List<Path> CLOCK_LIBRARIES = List.of(
            Path.of("/usr/lib/x86_64-linux-gnu/faketime/libfaketime.so.1"),
            Path.of("/usr/lib/aarch64-linux-gnu/faketime/libfaketime.so.1"));

    /** What a kind of fault may need. */
    enum Need {
        NOTHING,
        /** Network namespaces with a packet filter. */
        PACKET_FILTER,
        PACKET_LOSS,
        /** Any partition, by the packet filter or by proxies. */
        PARTITIONS,
        /** A disk of a node's own, which can be full. */
        OWN_DISK,
        /** A disk whose cache can be lost, and which can fail. */
        BLOCK_DISK,
        SYSTEM_CALLS,
        CLOCK
    }

    private final Map<Need, String> missing = new EnumMap<>(Need.class);

    /** @param namespaces null if there are none */
    Means(@Nullable Namespaces namespaces) {
        boolean root = Commands.run("id", "-u").strip().equals("0");
        boolean filter = namespaces != null && namespaces.canCut();
        if (!filter) {
            missing.put(Need.PACKET_FILTER, "needs root, ip netns and iptables");
        }
        if (namespaces != null && !filter) {
            missing.put(Need.PARTITIONS, "iptables does not work in namespaces here");
        }
        if (namespaces == null || !filter || !namespaces.canLosePackets()) {
            missing.put(Need.PACKET_LOSS, "needs root, ip netns and iptables with its statistic match");
        }
        if (!root || !Commands.exist("mount")) {
            missing.put(Need.OWN_DISK, "needs root, to mount");
        }
        if (!root
                || !Commands.exist("nbdkit", "nbdfuse", "mkfs.ext4", "mount", "losetup")
                || !new File("/dev/fuse").exists()
                || !new File("/dev/loop-control").exists()) {
            missing.put(Need.BLOCK_DISK, "needs root, /dev/fuse, /dev/loop-control, nbdkit and nbdfuse (libnbd-bin)");
        }
        if (!Commands.succeeds("strace", "-o", "/dev/null", "-e", "inject=fsync:delay_exit=1", "true")) {
            missing.put(Need.SYSTEM_CALLS, "needs strace, and the right to trace");
        }
        if (clockLibrary().isEmpty()) {
            missing.put(Need.CLOCK, "needs libfaketime");
        }
    }

    /** Why a need isn't met; empty if it is. */
    Optional<String> missing(Need need) {
        return Optional.ofNullable(missing.get(need));
    }

    boolean meets(Need need) {
        return missing(need).isEmpty();
    }

    /** It turned out not to work. */
    void lacks(Need need, String why) {
        missing.put(need, why);
    }

    Optional<Path> clockLibrary() {
        return CLOCK_LIBRARIES.stream().filter(Files::exists).findFirst();
    }
}
