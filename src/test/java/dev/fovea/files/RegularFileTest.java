package dev.fovea.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Pipes, devices and files without end are refused at once; what is regular is read whole. */
class RegularFileTest {
  private static final long LIMIT = 100;

  @TempDir Path directory;

  @Test
  void aRegularFileIsReadUpToTheLimitAlsoThroughALink() throws IOException {
    Path file = Files.write(directory.resolve("file"), new byte[100]);
    Path link = Files.createSymbolicLink(directory.resolve("link"), file);
    assertThat(RegularFile.read(file, LIMIT)).hasSize(100);
    assertThat(RegularFile.read(link, LIMIT)).hasSize(100);
    Files.write(file, new byte[101]);
    assertRefused(link, "expected at most 100 bytes, got 101");
  }

  @Test
  void whatIsNoRegularFileIsRefusedAtOnce() throws IOException, InterruptedException {
    Path pipe = directory.resolve("pipe");
    assertThat(new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor()).isZero();
    assertRefused(pipe, "expected a regular file, got a device, pipe or socket");
    assertRefused(Path.of("/dev/zero"), "expected a regular file, got a device, pipe or socket");
    assertRefused(directory, "expected a regular file, got a directory");
    Path zero = Files.createSymbolicLink(directory.resolve("zero"), Path.of("/dev/zero"));
    assertRefused(zero, "expected a regular file, got a device, pipe or socket");
  }

  @Test
  void whatIsNotThereIsToldFromALinkThatLeadsNowhere() throws IOException {
    Path absent = directory.resolve("absent");
    assertThatThrownBy(() -> RegularFile.read(absent, LIMIT))
        .isInstanceOf(NoSuchFileException.class);
    assertThat(RegularFile.isThere(absent)).isFalse();
    Path dangling = Files.createSymbolicLink(directory.resolve("dangling"), absent);
    assertThat(RegularFile.isThere(dangling)).isTrue();
    assertRefused(dangling, "a link that leads nowhere");
    Path loop = directory.resolve("loop");
    Files.createSymbolicLink(loop, loop);
    assertRefused(loop, "symbolic links");
  }

  /** The system's own files say that they are empty, and some of them never end. */
  @Test
  void noMoreIsReadThanAFileSaysItHas() throws IOException {
    assertThat(RegularFile.read(Path.of("/proc/self/maps"), LIMIT)).isEmpty();
  }

  private static void assertRefused(Path file, String message) {
    Assertions.assertTimeoutPreemptively(
        Duration.ofSeconds(5),
        () ->
            assertThatThrownBy(() -> RegularFile.read(file, LIMIT))
                .isInstanceOf(IOException.class)
                .hasMessageContaining(message)
                .message()
                .doesNotContain("\n"));
  }
}
