package dev.fovea.weights;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.fovea.tensor.Shape;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * The header of a safetensors file: 8 bytes little-endian length, that many bytes of JSON, then the
 * tensors' bytes without gap or overlap (format description of the safetensors project).
 */
final class SafetensorsHeader {
  static final int MAX_HEADER_BYTES = 100_000_000;
  private static final int LENGTH_BYTES = Long.BYTES;
  private static final int MAX_TENSORS = 200_000;
  private static final int MAX_RANK = 8;

  private final Path file;
  private final long dataBytes;
  private final Map<String, Entry> entries = new LinkedHashMap<>();

  /**
   * Where a tensor lies.
   *
   * @param begin of its bytes, from the start of the file
   * @param byteSize the product of shape and element size
   */
  record Entry(StoredType type, Shape shape, long begin, long byteSize) {}

  private SafetensorsHeader(Path file, long dataBytes) {
    this.file = file;
    this.dataBytes = dataBytes;
  }

  /**
   * Reads and checks the header; the tensors' bytes are not touched.
   *
   * @return entries by name, in file order
   * @throws CheckpointException if anything in it is not as the format says
   */
  static Map<String, Entry> read(Path file, FileChannel channel) throws IOException {
    long fileBytes = channel.size();
    if (fileBytes < LENGTH_BYTES) {
      throw new CheckpointException(file, "truncated: expected at least 8 bytes, got " + fileBytes);
    }
    long length = readBytes(file, channel, 0, LENGTH_BYTES).getLong();
    if (length < 2 || length > MAX_HEADER_BYTES) {
      throw new CheckpointException(
          file,
          String.format(
              Locale.ROOT,
              "header length: expected 2 to %d bytes, got %s (not a safetensors file?)",
              MAX_HEADER_BYTES,
              Long.toUnsignedString(length)));
    }
    if (length > fileBytes - LENGTH_BYTES) {
      throw new CheckpointException(
          file,
          String.format(
              Locale.ROOT,
              "truncated: expected a header of %d bytes, the file has %d in all",
              length,
              fileBytes));
    }
    ByteBuffer json = readBytes(file, channel, LENGTH_BYTES, (int) length);
    if (json.get(0) != '{') {
      throw new CheckpointException(file, "header: expected a JSON object from its first byte");
    }
    long dataStart = LENGTH_BYTES + length;
    SafetensorsHeader header = new SafetensorsHeader(file, fileBytes - dataStart);
    try (JsonParser parser = JsonFile.parser(json.array())) {
      header.parse(parser, dataStart);
      JsonFile.expectEnd(file, parser);
    } catch (IOException e) {
      throw JsonFile.invalid(file, e);
    }
    header.checkLayout(dataStart);
    return header.entries;
  }

  private static ByteBuffer readBytes(Path file, FileChannel channel, long at, int count)
      throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(count).order(ByteOrder.LITTLE_ENDIAN);
    while (bytes.hasRemaining()) {
      if (channel.read(bytes, at + bytes.position()) < 0) {
        throw new CheckpointException(file, "truncated while it was read");
      }
    }
    return bytes.flip();
  }

  private void parse(JsonParser parser, long dataStart) throws IOException {
    require(parser.nextToken() == JsonToken.START_OBJECT, "header: expected a JSON object");
    while (parser.nextToken() == JsonToken.FIELD_NAME) {
      String name = parser.currentName();
      JsonToken value = parser.nextToken();
      require(value == JsonToken.START_OBJECT, "header: '%s' is not an object", name);
      if (name.equals("__metadata__")) {
        parser.skipChildren();
      } else {
        require(entries.size() < MAX_TENSORS, "header: more than %d tensors", MAX_TENSORS);
        entries.put(name, parseEntry(parser, name, dataStart));
      }
    }
  }

  private Entry parseEntry(JsonParser parser, String name, long dataStart) throws IOException {
    String type = null;
    long[] dims = null;
    long[] offsets = null;
    while (parser.nextToken() == JsonToken.FIELD_NAME) {
      String key = parser.currentName();
      JsonToken value = parser.nextToken();
      switch (key) {
        case "dtype" -> {
          require(value == JsonToken.VALUE_STRING, "tensor '%s': dtype is not a string", name);
          type = parser.getText();
        }
        case "shape" -> dims = parseNumbers(parser, name, key);
        case "data_offsets" -> offsets = parseNumbers(parser, name, key);
        default -> throw refusal("tensor '%s': unknown key '%s'", name, key);
      }
    }
    require(
        type != null && dims != null && offsets != null,
        "tensor '%s': expected dtype, shape and data_offsets",
        name);
    return checkedEntry(name, type, dims, offsets, dataStart);
  }

  private long[] parseNumbers(JsonParser parser, String name, String key) throws IOException {
    require(
        parser.currentToken() == JsonToken.START_ARRAY,
        "tensor '%s': %s is not a list of numbers",
        name,
        key);
    long[] numbers = new long[MAX_RANK];
    int count = 0;
    while (parser.nextToken() != JsonToken.END_ARRAY) {
      require(count < MAX_RANK, "tensor '%s': %s has more than %d numbers", name, key, MAX_RANK);
      boolean isLong =
          parser.currentToken() == JsonToken.VALUE_NUMBER_INT
              && parser.getNumberType() != JsonParser.NumberType.BIG_INTEGER;
      long number = isLong ? parser.getLongValue() : -1;
      require(number >= 0, "tensor '%s': %s holds something else than a size", name, key);
      numbers[count++] = number;
    }
    return Arrays.copyOf(numbers, count);
  }

  private Entry checkedEntry(
      String name, String typeName, long[] dims, long[] offsets, long dataStart) {
    StoredType type =
        StoredType.named(typeName)
            .orElseThrow(() -> refusal("tensor '%s': unknown dtype '%s'", name, typeName));
    require(offsets.length == 2, "tensor '%s': data_offsets: expected two numbers", name);
    long begin = offsets[0];
    long end = offsets[1];
    require(
        begin <= end && end <= dataBytes,
        "tensor '%s': data_offsets: expected a range within %d bytes of data, got [%d, %d]"
            + " (truncated?)",
        name,
        dataBytes,
        begin,
        end);
    Shape shape;
    long byteSize;
    try {
      shape = Shape.of(dims);
      byteSize = Math.multiplyExact(shape.elements(), type.bytes());
    } catch (ArithmeticException e) {
      throw refusal("tensor '%s': its shape overflows 64 bits", name);
    }
    require(
        byteSize == end - begin,
        "tensor '%s': expected %d bytes for %s %s, got %d",
        name,
        byteSize,
        shape,
        type,
        end - begin);
    return new Entry(type, shape, dataStart + begin, byteSize);
  }

  /** The format allows neither holes nor overlaps nor bytes after the last tensor. */
  private void checkLayout(long dataStart) {
    List<Map.Entry<String, Entry>> ordered = new ArrayList<>(entries.entrySet());
    ordered.sort(
        Comparator.<Map.Entry<String, Entry>>comparingLong(e -> e.getValue().begin())
            .thenComparingLong(e -> e.getValue().byteSize()));
    long expected = dataStart;
    for (Map.Entry<String, Entry> tensor : ordered) {
      long begin = tensor.getValue().begin();
      require(
          begin == expected,
          "tensor '%s': expected its bytes at %d, where the one before it ends, got %d (%s)",
          tensor.getKey(),
          expected - dataStart,
          begin - dataStart,
          begin < expected ? "overlap" : "hole");
      expected = begin + tensor.getValue().byteSize();
    }
    require(
        expected == dataStart + dataBytes,
        "expected %d bytes of tensors as the header says, got %d",
        expected - dataStart,
        dataBytes);
  }

  private void require(boolean holds, String format, Object... values) {
    if (!holds) {
      throw refusal(format, values);
    }
  }

  private CheckpointException refusal(String format, Object... values) {
    return new CheckpointException(file, String.format(Locale.ROOT, format, values));
  }
}
