package dev.fovea.files;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Locale;

/**
 * Reads files that somebody else wrote: regular ones alone, since a pipe may never answer and a
 * device may never end, and no more of them than they say they have. Links are followed.
 */
public final class RegularFile {
  private RegularFile() {}

  /**
   * The whole file.
   *
   * @throws NoSuchFileException if it is not there
   * @throws IOException if it is no regular file, is larger than {@code maxBytes} or cannot be
   *     read; the message is one line and does not name the file
   */
  public static byte[] read(Path file, long maxBytes) throws IOException {
    long size = size(file);
    if (size > maxBytes) {
      throw new IOException(
          String.format(Locale.ROOT, "expected at most %d bytes, got %d", maxBytes, size));
    }
    try (InputStream in = Files.newInputStream(file)) {
      return in.readNBytes(Math.toIntExact(size));
    } catch (FileSystemException e) {
      throw explained(file, e);
    }
  }

  /**
   * Bytes of a file that {@link #read} would take, which is not opened.
   *
   * @throws NoSuchFileException if it is not there
   * @throws IOException if it is no regular file or cannot be looked at
   */
  public static long size(Path file) throws IOException {
    BasicFileAttributes attributes;
    try {
      attributes = Files.readAttributes(file, BasicFileAttributes.class);
    } catch (FileSystemException e) {
      throw explained(file, e);
    }
    if (!attributes.isRegularFile()) {
      String kind = attributes.isDirectory() ? "a directory" : "a device, pipe or socket";
      throw new IOException("expected a regular file, got " + kind);
    }
    return attributes.size();
  }

  /** Whether there is anything of this name, a link that leads nowhere included. */
  public static boolean isThere(Path file) {
    return Files.exists(file, LinkOption.NOFOLLOW_LINKS);
  }

  /** Left to themselves, such exceptions say the path and nothing else. */
  private static IOException explained(Path file, FileSystemException e) {
    if (e instanceof AccessDeniedException) {
      return new IOException("access denied", e);
    }
    if (e instanceof NoSuchFileException && !isThere(file)) {
      return e;
    }
    if (e instanceof NoSuchFileException) {
      return new IOException("expected a file, got a link that leads nowhere", e);
    }
    return e.getReason() == null ? e : new IOException(e.getReason(), e);
  }
}
