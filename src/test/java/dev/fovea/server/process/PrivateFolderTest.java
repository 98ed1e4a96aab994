package dev.fovea.server.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Where native libraries are unpacked, nobody else can put any. */
class PrivateFolderTest {
  private static final String NO_HOME = "?";

  @TempDir private Path place;
  private Path home;
  private Path temporary;

  @BeforeEach
  void makeAMachine() throws IOException {
    home = Files.createDirectory(place.resolve("home"));
    temporary = Files.createDirectory(place.resolve("tmp"));
  }

  @Test
  void itIsAmongTheUsersCaches() throws IOException {
    assertPrivate(find(home.toString()), home.resolve(".cache/fovea"));
    assertThat(
            PrivateFolder.find(
                Map.of("XDG_CACHE_HOME", place.resolve("caches").toString()),
                home.toString(),
                temporary.toString()))
        .hasValue(place.resolve("caches/fovea"));
  }

  @Test
  void withoutAHomeItIsTheUsersOwnAmongTemporaryFiles() throws IOException {
    Path found = find(NO_HOME);
    assertPrivate(found, found);
    assertThat(found.getParent()).isEqualTo(temporary);
    assertThat(find(NO_HOME)).as("the next time").isEqualTo(found);
  }

  @Test
  void whatOthersMayReadBecomesPrivate() throws IOException {
    Path made = Files.createDirectories(home.resolve(".cache/fovea"));
    permit(made, "rwxrwxr-x");
    assertPrivate(find(home.toString()), made);
  }

  @ParameterizedTest
  @CsvSource({"all may write to it,rwxrwxrwx", "others may,rwxr-xrwx"})
  void whatOthersMayWriteToIsNotTaken(String how, String mode) throws IOException {
    permit(Files.createDirectories(home.resolve(".cache/fovea")), mode);
    Path found = find(home.toString());
    assertPrivate(found, found);
    assertThat(found.getParent()).as(how).isEqualTo(temporary);
    assertThat(PrivateFolder.isOwn(home.resolve(".cache/fovea"))).isFalse();
  }

  @Test
  void whereOthersMayReplaceItIsNoPlace() throws IOException {
    permit(Files.createDirectory(home.resolve(".cache")), "rwxrwxrwx");
    assertThat(find(home.toString()).getParent()).isEqualTo(temporary);
    permit(temporary, "rwxrwxrwx");
    assertThat(PrivateFolder.find(Map.of(), NO_HOME, temporary.toString())).isEmpty();
  }

  @Test
  void aNameThatIsTakenLeavesANewOne() throws IOException {
    Path usual = find(NO_HOME);
    Files.delete(usual);
    Files.createSymbolicLink(usual, home);
    Path found = find(NO_HOME);
    assertPrivate(found, found);
    assertThat(found).isNotEqualTo(usual);
    assertThat(found.getParent()).isEqualTo(temporary);
  }

  @Test
  void whereNothingCanBeMadeIsNoPlace() {
    assertThat(PrivateFolder.isOwn(Path.of("/proc/fovea"))).isFalse();
    assertThat(PrivateFolder.isOwn(Path.of("/dev/null/fovea"))).isFalse();
  }

  private Path find(String home) {
    return PrivateFolder.find(Map.of(), home, temporary.toString()).orElseThrow();
  }

  private static void assertPrivate(Path found, Path expected) throws IOException {
    assertThat(found).isEqualTo(expected);
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(found)))
        .isEqualTo("rwx------");
  }

  private static void permit(Path folder, String mode) throws IOException {
    Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString(mode));
  }
}
