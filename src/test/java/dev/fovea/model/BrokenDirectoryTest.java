package dev.fovea.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fovea.weights.CheckpointException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Every file of a sharded checkpoint damaged at many points, before anything is loaded. */
class BrokenDirectoryTest {
  private static final int CUTS = 50;

  @TempDir Path directory;
  private List<Path> files;

  @BeforeEach
  void copyCheckpoint() throws IOException {
    try (Stream<Path> all = Files.list(ParityFixture.ROOT.resolve("qwen3-sharded"))) {
      for (Path file : all.toList()) {
        boolean isRead =
            file.toString().endsWith(".safetensors")
                || file.toString().endsWith("index.json")
                || file.endsWith("config.json");
        if (isRead) {
          Files.copy(file, directory.resolve(file.getFileName()));
        }
      }
    }
    try (Stream<Path> all = Files.list(directory)) {
      files = all.sorted().toList();
    }
    assertThat(files.size()).isGreaterThan(5);
    assertThat(ModelLoader.inspect(directory).config().family()).isEqualTo(Family.QWEN3);
  }

  @Test
  void aFileCutShortIsRefusedByName() throws IOException {
    for (Path file : files) {
      byte[] good = Files.readAllBytes(file);
      int last = lastMeaningful(good);
      for (int i = 0; i < CUTS; i++) {
        int length = (int) ((long) last * i / CUTS);
        Files.write(file, Arrays.copyOf(good, length));
        assertRefused(file, "%s cut to %d".formatted(file.getFileName(), length));
      }
      Files.write(file, good);
    }
  }

  @Test
  void aFileThatVanishedOrBecameADirectoryIsRefusedByName() throws IOException {
    for (Path file : files) {
      byte[] good = Files.readAllBytes(file);
      Files.delete(file);
      assertThatThrownBy(() -> ModelLoader.inspect(directory))
          .isInstanceOf(CheckpointException.class);
      Files.createDirectory(file);
      assertRefused(file, file.getFileName() + " as a directory");
      Files.delete(file);
      Files.write(file, good);
    }
  }

  @Test
  void swappedShardsAreTheSameCheckpoint() throws IOException {
    List<Path> shards =
        files.stream().filter(file -> file.toString().endsWith(".safetensors")).toList();
    for (int i = 1; i < shards.size(); i++) {
      byte[] first = Files.readAllBytes(shards.get(0));
      byte[] other = Files.readAllBytes(shards.get(i));
      Files.write(shards.get(0), other);
      Files.write(shards.get(i), first);
      assertThat(ModelLoader.inspect(directory).warnings())
          .singleElement()
          .asString()
          .contains("disagrees with its files");
      Files.write(shards.get(0), first);
      Files.write(shards.get(i), other);
    }
  }

  private void assertRefused(Path file, String what) {
    assertThatThrownBy(() -> ModelLoader.inspect(directory))
        .as(what)
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining(file.getFileName() + ": ")
        .message()
        .doesNotContain("\n");
  }

  /** Index of the last byte that is not white space: a cut there still takes something away. */
  private static int lastMeaningful(byte[] bytes) {
    int last = bytes.length - 1;
    while (Character.isWhitespace(bytes[last])) {
      last--;
    }
    return last;
  }
}
