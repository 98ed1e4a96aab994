package dev.fovea.server.process;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * A folder into which nobody but this process's user can put anything, because what lies there is
 * run. Linux alone: elsewhere there is none.
 */
final class PrivateFolder {
  private static final Set<PosixFilePermission> OWNER_ONLY =
      PosixFilePermissions.fromString("rwx------");
  private static final FileAttribute<?> AS_OWNER_ONLY =
      PosixFilePermissions.asFileAttribute(OWNER_ONLY);
  private static final Path SELF = Path.of("/proc/self");
  private static final int ROOT = 0;
  private static final int OTHERS_MAY_WRITE = 0002;
  private static final int STICKY = 01000;

  private PrivateFolder() {}

  /**
   * The first of these that can be had: among the user's caches, in what lasts as long as the user
   * is logged in, by a name of the user's own among everybody's temporary files, and, where
   * somebody else has taken that name, by one that is new.
   */
  static Optional<Path> find(Map<String, String> environment, String home, String temporary) {
    return Stream.of(
            below(environment.get("XDG_CACHE_HOME"), "fovea"),
            below(home, ".cache/fovea"),
            below(environment.get("XDG_RUNTIME_DIR"), "fovea"),
            below(temporary, "fovea-" + userName()))
        .flatMap(Optional::stream)
        .filter(PrivateFolder::isSafe)
        .findFirst()
        .or(() -> below(temporary, "new").flatMap(PrivateFolder::newBeside));
  }

  private static Optional<Path> newBeside(Path other) {
    try {
      if (othersMayReplace(other.getParent())) {
        return Optional.empty();
      }
      return Optional.of(Files.createTempDirectory(other.getParent(), "fovea-", AS_OWNER_ONLY));
    } catch (IOException | UnsupportedOperationException | IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  /** A place that is not said with its whole path is none: "?" stands for an unknown home. */
  private static Optional<Path> below(String folder, String name) {
    return Optional.ofNullable(folder)
        .map(Path::of)
        .filter(Path::isAbsolute)
        .map(path -> path.resolve(name));
  }

  /** As {@link #isOwn}, in a place where it stays so. */
  private static boolean isSafe(Path folder) {
    try {
      Files.createDirectories(folder.getParent(), AS_OWNER_ONLY);
      return !othersMayReplace(folder.getParent()) && make(folder);
    } catch (IOException | UnsupportedOperationException | IllegalArgumentException e) {
      return false;
    }
  }

  /** Whether this is a private folder now; made where it was missing. */
  static boolean isOwn(Path folder) {
    try {
      Files.createDirectories(folder.getParent(), AS_OWNER_ONLY);
      return make(folder);
    } catch (IOException | UnsupportedOperationException | IllegalArgumentException e) {
      return false;
    }
  }

  private static boolean make(Path folder) throws IOException {
    try {
      Files.createDirectory(folder, AS_OWNER_ONLY);
    } catch (FileAlreadyExistsException e) {
      boolean isOurs =
          Files.isDirectory(folder, LinkOption.NOFOLLOW_LINKS)
              && number(folder, "uid") == number(SELF, "uid")
              && (number(folder, "mode") & OTHERS_MAY_WRITE) == 0;
      if (!isOurs) {
        return false;
      }
      Files.setPosixFilePermissions(folder, OWNER_ONLY);
    }
    return Files.isWritable(folder);
  }

  /** In a folder that all may write, only the sticky bit keeps others from moving what is ours. */
  private static boolean othersMayReplace(Path parent) throws IOException {
    int owner = number(parent, "uid");
    int mode = number(parent, "mode");
    return (owner != ROOT && owner != number(SELF, "uid"))
        || ((mode & OTHERS_MAY_WRITE) != 0 && (mode & STICKY) == 0);
  }

  private static int number(Path file, String attribute) throws IOException {
    return (Integer) Files.getAttribute(file, "unix:" + attribute);
  }

  private static String userName() {
    try {
      return Integer.toString(number(SELF, "uid"));
    } catch (IOException | UnsupportedOperationException | IllegalArgumentException e) {
      return System.getProperty("user.name");
    }
  }
}
