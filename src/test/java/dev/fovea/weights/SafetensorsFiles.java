package dev.fovea.weights;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Writes and rewrites safetensors files for tests, from the format description and without the code
 * that reads them.
 */
public final class SafetensorsFiles {
  private static final ObjectMapper JSON = new ObjectMapper();

  private SafetensorsFiles() {}

  /** A tensor as bytes; little-endian. */
  public record Tensor(String dtype, long[] shape, byte[] data) {

    /** A bf16 or fp32 tensor of the values. */
    public static Tensor of(String dtype, long[] shape, float... values) {
      int width = dtype.equals("F32") ? 4 : 2;
      ByteBuffer out = ByteBuffer.allocate(values.length * width).order(ByteOrder.LITTLE_ENDIAN);
      for (float value : values) {
        if (width == 4) {
          out.putFloat(value);
        } else {
          out.putShort((short) (Float.floatToRawIntBits(value) >>> 16));
        }
      }
      return new Tensor(dtype, shape, out.array());
    }
  }

  public static void write(Path file, Map<String, Tensor> tensors) throws IOException {
    ObjectNode header = JSON.createObjectNode();
    header.putObject("__metadata__").put("format", "pt");
    long offset = 0;
    for (Map.Entry<String, Tensor> tensor : tensors.entrySet()) {
      long end = offset + tensor.getValue().data().length;
      header.set(tensor.getKey(), entry(tensor.getValue(), offset, end));
      offset = end;
    }
    try (RandomAccessFile out = new RandomAccessFile(file.toFile(), "rw")) {
      out.setLength(0);
      out.write(framed(JSON.writeValueAsString(header)));
      for (Tensor tensor : tensors.values()) {
        out.write(tensor.data());
      }
    }
  }

  /** Length and text of a header, padded with spaces so that data begins at a multiple of eight. */
  public static byte[] framed(String header) {
    return unpadded(header + " ".repeat((8 - header.length() % 8) % 8));
  }

  /** Length and text of a header as they are. */
  public static byte[] unpadded(String header) {
    byte[] text = header.getBytes(StandardCharsets.UTF_8);
    return ByteBuffer.allocate(8 + text.length)
        .order(ByteOrder.LITTLE_ENDIAN)
        .putLong(text.length)
        .put(text)
        .array();
  }

  public static Map<String, Tensor> read(Path file) throws IOException {
    ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
    byte[] text = new byte[Math.toIntExact(bytes.getLong())];
    bytes.get(text);
    int start = bytes.position();
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    JsonNode header = JSON.readTree(text);
    header
        .fields()
        .forEachRemaining(
            field -> {
              if (!field.getKey().equals("__metadata__")) {
                tensors.put(field.getKey(), tensor(field.getValue(), bytes, start));
              }
            });
    return tensors;
  }

  private static Tensor tensor(JsonNode entry, ByteBuffer bytes, int start) {
    long[] shape = new long[entry.get("shape").size()];
    for (int i = 0; i < shape.length; i++) {
      shape[i] = entry.get("shape").get(i).asLong();
    }
    int begin = entry.get("data_offsets").get(0).asInt();
    byte[] data = new byte[entry.get("data_offsets").get(1).asInt() - begin];
    bytes.get(start + begin, data);
    return new Tensor(entry.get("dtype").asText(), shape, data);
  }

  private static ObjectNode entry(Tensor tensor, long begin, long end) {
    ObjectNode entry = JSON.createObjectNode().put("dtype", tensor.dtype());
    for (long dim : tensor.shape()) {
      entry.withArray("shape").add(dim);
    }
    if (tensor.shape().length == 0) {
      entry.putArray("shape");
    }
    entry.putArray("data_offsets").add(begin).add(end);
    return entry;
  }
}
