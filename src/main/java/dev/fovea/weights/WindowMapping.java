package dev.fovea.weights;

import dev.fovea.tensor.HostBuffer;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.Path;
import java.util.Locale;

/** Windows of a file mapped by the JDK; the garbage collector unmaps them. */
final class WindowMapping implements MappedFile {
  private final Path file;
  private final FileChannel channel;

  WindowMapping(Path file) throws IOException {
    this.file = file;
    this.channel = FileChannel.open(file);
  }

  @Override
  public Window window(long at, long count) {
    if (count > Integer.MAX_VALUE) {
      throw new CheckpointException(
          file,
          String.format(
              Locale.ROOT,
              "a tensor of %d bytes: the Java reference kernels read at most 2 GiB",
              count));
    }
    try {
      return new Window(HostBuffer.wrap(channel.map(MapMode.READ_ONLY, at, count)), 0);
    } catch (IOException e) {
      throw new CheckpointException(file, "cannot be mapped: " + e.getMessage(), e);
    }
  }

  @Override
  public void close() {
    try {
      channel.close();
    } catch (IOException e) {
      throw new CheckpointException(file, "cannot be closed: " + e.getMessage(), e);
    }
  }
}
