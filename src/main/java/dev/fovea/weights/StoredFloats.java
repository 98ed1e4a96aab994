package dev.fovea.weights;

import dev.fovea.tensor.DType;
import dev.fovea.tensor.Floats;
import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.LongStream;

/**
 * A floating tensor of a file, read piece by piece and not mapped: for copies, conversions and
 * comparisons. Pieces are read on all processors; a file that ends too early is an exception.
 *
 * @param name for messages
 */
record StoredFloats(String name, Path file, SafetensorsHeader.Entry entry) {
  private static final int PIECE = 1 << 20;

  /** Looks at elements {@code from .. from + count - 1}; false ends the looking. */
  private interface Look {
    boolean at(FileChannel channel, long from, int count) throws IOException;
  }

  /**
   * Fills memory with the elements as {@code dtype}: bit for bit where they are stored so, else
   * rounded to nearest even.
   *
   * @throws CheckpointException if the file cannot be read, or a finite value is beyond the dtype
   */
  void into(OwnedMemory memory, DType dtype) {
    boolean isPlain = entry.type().dtype().equals(Optional.of(dtype));
    everywhere(
        (channel, from, count) -> {
          ByteBuffer source = bytes(channel, from, count);
          ByteBuffer target = memory.window(from * dtype.bytes(), count * dtype.bytes());
          if (isPlain) {
            target.put(source);
          } else {
            convert(source, dtype, target);
          }
          return true;
        });
  }

  /** Whether every bit is zero. */
  boolean isZero() {
    return everywhere(
        (channel, from, count) -> {
          ByteBuffer bytes = bytes(channel, from, count);
          return bytes.equals(ByteBuffer.allocate(bytes.remaining()));
        });
  }

  /** Whether another tensor of as many elements has the same values, whatever its type. */
  boolean hasValuesOf(StoredFloats other) {
    try (FileChannel others = FileChannel.open(other.file)) {
      return everywhere(
          (channel, from, count) -> {
            ByteBuffer mine = bytes(channel, from, count);
            ByteBuffer theirs = other.bytes(others, from, count);
            return entry.type() == other.entry.type()
                ? mine.equals(theirs)
                : Arrays.equals(floats(mine), other.floats(theirs));
          });
    } catch (IOException e) {
      throw unreadable(e);
    }
  }

  private boolean everywhere(Look look) {
    long elements = entry.shape().elements();
    try (FileChannel channel = FileChannel.open(file)) {
      return LongStream.range(0, (elements + PIECE - 1) / PIECE)
          .parallel()
          .allMatch(
              piece -> {
                long from = piece * PIECE;
                try {
                  return look.at(channel, from, (int) Math.min(PIECE, elements - from));
                } catch (IOException e) {
                  throw new UncheckedIOException(e);
                }
              });
    } catch (UncheckedIOException e) {
      throw unreadable(e.getCause());
    } catch (IOException e) {
      throw unreadable(e);
    }
  }

  private ByteBuffer bytes(FileChannel channel, long from, int count) throws IOException {
    int width = entry.type().bytes();
    ByteBuffer bytes = ByteBuffer.allocate(count * width).order(ByteOrder.LITTLE_ENDIAN);
    long start = entry.begin() + from * width;
    while (bytes.hasRemaining()) {
      if (channel.read(bytes, start + bytes.position()) < 0) {
        throw new EOFException("truncated while it was read");
      }
    }
    return bytes.flip();
  }

  private float[] floats(ByteBuffer bytes) {
    float[] values = new float[bytes.remaining() / entry.type().bytes()];
    if (entry.type() == StoredType.F64) {
      for (int i = 0; i < values.length; i++) {
        values[i] = narrowed(bytes.getDouble(i * Double.BYTES));
      }
    } else {
      Floats.decode(entry.type().dtype().orElseThrow(), bytes, FloatBuffer.wrap(values));
    }
    return values;
  }

  private float narrowed(double value) {
    float narrow = (float) value;
    if (Float.isInfinite(narrow) && Double.isFinite(value)) {
      throw beyond(value, DType.F32);
    }
    return narrow;
  }

  private void convert(ByteBuffer source, DType dtype, ByteBuffer target) {
    float[] values = floats(source);
    Floats.encode(dtype, FloatBuffer.wrap(values), target);
    if (dtype != DType.F32) {
      float[] rounded = new float[values.length];
      Floats.decode(dtype, target, FloatBuffer.wrap(rounded));
      for (int i = 0; i < values.length; i++) {
        if (Float.isInfinite(rounded[i]) && Float.isFinite(values[i])) {
          throw beyond(values[i], dtype);
        }
      }
    }
  }

  private CheckpointException beyond(double value, DType dtype) {
    return new CheckpointException(
        file,
        String.format(
            Locale.ROOT, "tensor '%s': its value %s is beyond what %s holds", name, value, dtype));
  }

  private CheckpointException unreadable(IOException e) {
    return new CheckpointException(
        file,
        String.format(Locale.ROOT, "tensor '%s': cannot be read: %s", name, e.getMessage()),
        e);
  }
}
