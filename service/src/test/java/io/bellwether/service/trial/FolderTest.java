package io.bellwether.service.trial;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FolderTest {
    @TempDir
    Path root;

    @Test
    void aKeyIsThePathInTheFolder() throws IOException {
        file("a file", 1);
        file("sub/dir/b.txt", 0);
        file("+&=?#\"", 1);

        Folder folder = read();

        assertThat(folder.files())
                .extracting(StoredFile::key)
                .containsExactly("quickstart/+&=?#\"", "quickstart/a file", "quickstart/sub/dir/b.txt");
        assertThat(folder.skipped()).isEmpty();
    }

    @Test
    void aFileOfTheLargestSizeIsStoredAndALargerOneIsSkipped() throws IOException {
        file("largest", 1 << 20);
        file("larger", (1 << 20) + 1);

        Folder folder = read();

        assertThat(folder.files()).extracting(StoredFile::key).containsExactly("quickstart/largest");
        assertThat(folder.skipped()).containsExactly("larger: it is larger than 1048576 bytes");
    }

    @Test
    void aNameThatIsNoKeyIsSkippedAndCanNotWriteOnTheTerminal() throws IOException {
        file("100%", 1);
        file("back\\slash", 1);
        file("semi;colon", 1);
        file("new\nline", 1);

        Folder folder = read();

        assertThat(folder.files()).isEmpty();
        assertThat(folder.skipped())
                .hasSize(4)
                .allSatisfy(line -> assertThat(line).contains("its name holds").doesNotContain("\n"));
    }

    @Test
    void aKeyOf512BytesIsStoredAndOneOf513IsSkipped() throws IOException {
        String parent = "d".repeat(250);
        int rest = 512 - Folder.PREFIX.length() - parent.length() - 1;
        file(parent + "/" + "f".repeat(rest), 1);
        file(parent + "/" + "g".repeat(rest + 1), 1);

        Folder folder = read();

        assertThat(folder.files()).hasSize(1);
        assertThat(folder.skipped()).hasSize(1).first().asString().endsWith("its key is longer than 512 bytes");
    }

    @Test
    void linksAreFollowedAndThoseThatLeadNowhereAreSkipped() throws IOException {
        file("there", 1);
        Files.createSymbolicLink(root.resolve("here"), root.resolve("there"));
        Files.createSymbolicLink(root.resolve("nowhere"), root.resolve("gone"));
        Files.createSymbolicLink(root.resolve("circle"), root);

        Folder folder = read();

        assertThat(folder.files()).extracting(StoredFile::key).containsExactly("quickstart/here", "quickstart/there");
        assertThat(folder.skipped()).hasSize(2);
    }

    private Folder read() throws IOException {
        return Folder.read(root, List.of(root));
    }

    private void file(String name, int size) throws IOException {
        Path file = root.resolve(name);
        Files.createDirectories(file.getParent());
        Files.write(file, new byte[size]);
    }
}
