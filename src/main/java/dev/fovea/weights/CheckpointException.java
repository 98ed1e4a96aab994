package dev.fovea.weights;

import java.nio.file.Path;

/** A model directory cannot be used; the message is one line: file, what, expected, got. */
public final class CheckpointException extends RuntimeException {
  private static final long serialVersionUID = 1L;
  private static final int MAX_LENGTH = 1000;

  /**
   * @param message that names the file
   */
  CheckpointException(String message) {
    super(oneLine(message));
  }

  public CheckpointException(Path file, String problem) {
    this(file, problem, null);
  }

  public CheckpointException(Path file, String problem, Throwable cause) {
    super(oneLine(file + ": " + problem), cause);
  }

  /** Names from hostile files may hold anything: a log line must stay one line, and short. */
  public static String oneLine(String text) {
    String line = text.replaceAll("[\\p{Cc}\\p{Cf}\\p{Zl}\\p{Zp}]", "?");
    return line.length() <= MAX_LENGTH ? line : line.substring(0, MAX_LENGTH) + " ...";
  }
}
