package io.bellwether.service.storage;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.bellwether.replication.StoreId;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.Map;
import java.util.zip.CRC32C;

/**
 * Whose store it is: what stands in the file {@code identity}, in lines, the last of which is a checksum of those before.
 *
 * @param node the node that it belongs to
 * @param store its own name
 * @param cluster the name of the cluster
 */
record StoreIdentity(String node, StoreId store, String cluster) {
    /** The number of the folder's layout. A program that does not know the number leaves the folder alone. */
    static final int FORMAT = 1;

    private static final String SUM = "sum";

    /**
     * @throws StoreRefused if another version has written it
     * @throws StoreDamaged if it is not as it was written
     */
    static StoreIdentity read(Path file) throws IOException {
        String text = new String(Files.readAllBytes(file), UTF_8); // damage may have made it no text at all
        Map<String, String> values = DataDirectory.parse(text);
        int sumAt = text.lastIndexOf(SUM + ' ');
        if (sumAt < 0 || !sumOf(text.substring(0, sumAt)).equals(values.get(SUM))) {
            throw new StoreDamaged(folderOf(file), "its file 'identity' is not as it was written.", null);
        }
        String format = values.getOrDefault("format", "none");
        if (!format.equals("" + FORMAT)) {
            throw new StoreRefused("The data directory " + folderOf(file) + " has the format " + format
                    + ", and this version of Bellwether knows only " + FORMAT
                    + ". Start the version that wrote it, or give this node an empty directory.");
        }
        return new StoreIdentity(
                values.getOrDefault("node", ""),
                new StoreId(values.getOrDefault("store", "")),
                values.getOrDefault("cluster", ""));
    }

    void write(Path file) throws IOException {
        DurableFiles.replace(file, encode(FORMAT).getBytes(UTF_8));
    }

    /** As a version with that format would write it. */
    String encode(int format) {
        String text = "format " + format + "\nnode " + node + "\nstore " + store + "\ncluster " + cluster + "\n";
        return text + SUM + ' ' + sumOf(text) + '\n';
    }

    private static String sumOf(String text) {
        CRC32C sum = new CRC32C();
        sum.update(text.getBytes(UTF_8));
        return HexFormat.of().toHexDigits((int) sum.getValue());
    }

    private static Path folderOf(Path file) {
        Path folder = file.getParent();
        return folder == null ? file : folder;
    }
}
