package dev.fovea.model;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fovea.tensor.DType;
import dev.fovea.weights.SafetensorsFiles;
import dev.fovea.weights.SafetensorsFiles.Tensor;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

/**
 * A tiny random checkpoint and what transformers computed with it; {@code make_fixtures.py} makes
 * them.
 *
 * @param exact logits of the fp32 run by prompt, {@code [kept rows][V]}
 * @param rounded of the bf16 run
 */
record ParityFixture(
    Path directory,
    List<int[]> prompts,
    List<float[][]> exact,
    List<float[][]> rounded,
    Continuation continuation) {
  private static final ObjectMapper JSON = new ObjectMapper();
  static final Path ROOT = Path.of("src/test/resources/parity");

  /** Greedy tokens of the fp32 run after a prompt, and by how much each was ahead. */
  record Continuation(int[] prompt, int[] tokens, double[] margins) {}

  static List<Path> directories() {
    try (Stream<Path> all = Files.list(ROOT)) {
      return all.filter(Files::isDirectory).sorted().toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static ParityFixture read(Path directory) throws IOException {
    JsonNode expected = JSON.readTree(directory.resolve("expected.json").toFile());
    List<int[]> prompts = new ArrayList<>();
    expected.get("prompts").forEach(prompt -> prompts.add(ints(prompt)));
    int[] rows = ints(expected.get("keptRows"));
    double[] margins = new double[expected.get("greedyMargins").size()];
    for (int i = 0; i < margins.length; i++) {
      margins[i] = expected.get("greedyMargins").get(i).asDouble();
    }
    int[] prompt = prompts.get(expected.get("greedyFrom").asInt());
    ByteBuffer fp32 = little(directory.resolve("logits-fp32.bin"));
    ByteBuffer bf16 = little(directory.resolve("logits-bf16.bin"));
    int vocabulary = fp32.remaining() / 4 / java.util.Arrays.stream(rows).sum();
    List<float[][]> exact = new ArrayList<>();
    List<float[][]> rounded = new ArrayList<>();
    for (int count : rows) {
      float[][] full = new float[count][vocabulary];
      float[][] half = new float[count][vocabulary];
      for (int i = 0; i < count; i++) {
        for (int j = 0; j < vocabulary; j++) {
          full[i][j] = fp32.getFloat();
          half[i][j] = Float.intBitsToFloat(bf16.getShort() << 16);
        }
      }
      exact.add(full);
      rounded.add(half);
    }
    int[] tokens = ints(expected.get("greedyTokens"));
    Continuation continuation = new Continuation(prompt, tokens, margins);
    return new ParityFixture(directory, prompts, exact, rounded, continuation);
  }

  /** The checkpoint in another dtype: its bf16 values are exact in fp32. */
  Path as(DType dtype, Path scratch) throws IOException {
    return dtype == DType.BF16 ? directory : rewritten(scratch, tensor -> cast(tensor, dtype));
  }

  /** A copy with other weights. */
  Path rewritten(Path scratch, UnaryOperator<Tensor> change) throws IOException {
    return rewrittenFiles(scratch, tensors -> tensors.replaceAll((name, t) -> change.apply(t)));
  }

  /** A copy whose weight files were changed as a whole. */
  Path rewrittenFiles(Path scratch, java.util.function.Consumer<Map<String, Tensor>> change)
      throws IOException {
    Files.createDirectories(scratch);
    try (Stream<Path> files = Files.list(directory)) {
      for (Path file : files.toList()) {
        Path copy = scratch.resolve(file.getFileName());
        if (file.toString().endsWith(".safetensors")) {
          Map<String, Tensor> tensors = SafetensorsFiles.read(file);
          change.accept(tensors);
          SafetensorsFiles.write(copy, tensors);
        } else if (file.toString().endsWith(".json")) {
          Files.copy(file, copy);
        }
      }
    }
    return scratch;
  }

  /** A copy of the fp32 checkpoint with another config.json. */
  Path reconfigured(Path scratch, java.util.function.Consumer<ObjectNode> change)
      throws IOException {
    Path copy = as(DType.F32, scratch);
    Path file = copy.resolve(ModelConfig.FILE);
    ObjectNode config = (ObjectNode) JSON.readTree(file.toFile());
    change.accept(config);
    JSON.writeValue(file.toFile(), config);
    return copy;
  }

  private static Tensor cast(Tensor tensor, DType dtype) {
    if (!tensor.dtype().equals("BF16")) {
      return tensor;
    }
    ByteBuffer in = ByteBuffer.wrap(tensor.data()).order(ByteOrder.LITTLE_ENDIAN);
    int count = in.remaining() / 2;
    ByteBuffer out = ByteBuffer.allocate(count * dtype.bytes()).order(ByteOrder.LITTLE_ENDIAN);
    for (int i = 0; i < count; i++) {
      float value = Float.intBitsToFloat(in.getShort() << 16);
      if (dtype == DType.F32) {
        out.putFloat(value);
      } else {
        out.putShort(half(value));
      }
    }
    return new Tensor(dtype.name(), tensor.shape(), out.array());
  }

  /** IEEE binary16 of a bf16 value; magnitudes of these weights are between 2^-14 and 2^15 or 0. */
  private static short half(float value) {
    if (Math.abs(value) < 0x1p-14f) {
      return 0; // below the normal numbers: a difference of less than 1e-4 in a weight
    }
    int bits = Float.floatToRawIntBits(value);
    int exponent = (bits >>> 23 & 0xff) - 127 + 15;
    return (short) (bits >>> 16 & 0x8000 | exponent << 10 | bits >>> 13 & 0x3ff);
  }

  private static ByteBuffer little(Path file) throws IOException {
    return ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
  }

  private static int[] ints(JsonNode list) {
    int[] values = new int[list.size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = list.get(i).asInt();
    }
    return values;
  }
}
