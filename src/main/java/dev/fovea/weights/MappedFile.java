package dev.fovea.weights;

import dev.fovea.tensor.Buffer;
import java.io.IOException;
import java.nio.file.Path;

/** A file's bytes in memory, read-only, loaded by the system as they are touched. */
sealed interface MappedFile extends AutoCloseable permits NativeMapping, WindowMapping {

  /**
   * Bytes {@code at .. at + count - 1}.
   *
   * @throws CheckpointException if this way of mapping cannot hold so many
   */
  Window window(long at, long count);

  @Override
  void close();

  /** A place in a buffer. */
  record Window(Buffer buffer, long byteOffset) {}

  static MappedFile open(Path file, Mapping mapping) {
    try {
      return switch (mapping) {
        case NATIVE -> new NativeMapping(file);
        case JAVA -> new WindowMapping(file);
      };
    } catch (IOException e) {
      throw new CheckpointException(file, "cannot be mapped: " + e.getMessage(), e);
    }
  }
}
