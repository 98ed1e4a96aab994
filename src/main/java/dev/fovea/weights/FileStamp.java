package dev.fovea.weights;

import dev.fovea.files.RegularFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;

/**
 * How a file was when it was opened, to tell later whether somebody wrote to it.
 *
 * @param key the file's identity (device and inode), which a replaced file does not share
 */
public record FileStamp(Path file, long size, FileTime modified, Object key) {

  /**
   * @throws IOException if it is no regular file
   */
  static FileStamp of(Path file) throws IOException {
    RegularFile.size(file);
    return now(file);
  }

  private static FileStamp now(Path file) throws IOException {
    BasicFileAttributes attributes = Files.readAttributes(file, BasicFileAttributes.class);
    return new FileStamp(
        file, attributes.size(), attributes.lastModifiedTime(), attributes.fileKey());
  }

  /**
   * What has been done to the file itself since; empty if nothing has. A file that was removed, or
   * replaced by another of its name, is untouched: whoever mapped it still has it.
   */
  public Optional<String> damage() {
    FileStamp now;
    try {
      now = now(file);
    } catch (IOException e) {
      return Optional.empty();
    }
    if (!Objects.equals(now.key, key)) {
      return Optional.empty();
    }
    if (now.size != size) {
      return Optional.of(
          String.format(
              Locale.ROOT,
              "%s: expected %d bytes as when it was opened, got %d",
              file,
              size,
              now.size));
    }
    return now.modified.equals(modified)
        ? Optional.empty()
        : Optional.of(String.format(Locale.ROOT, "%s: written to since it was opened", file));
  }
}
