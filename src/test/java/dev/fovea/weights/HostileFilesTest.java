package dev.fovea.weights;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import dev.fovea.tensor.DType;
import dev.fovea.tensor.TensorView;
import dev.fovea.weights.SafetensorsFiles.Tensor;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Whatever a weight file holds: a {@link CheckpointException} of one line, or tensors in bounds.
 */
class HostileFilesTest {
  private static final int MUTATIONS = 3000;
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  @TempDir Path directory;
  private Path file;
  private byte[] good;

  @BeforeEach
  void writeGoodFile() throws IOException {
    file = directory.resolve("model.safetensors");
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    tensors.put("model.embed.weight", Tensor.of("BF16", new long[] {2, 3}, 1, 2, 3, 4, 5, 6));
    tensors.put("model.norm.weight", Tensor.of("F32", new long[] {3}, 1, 2, 3));
    SafetensorsFiles.write(file, tensors);
    good = Files.readAllBytes(file);
  }

  static Stream<Arguments> lyingHeaders() {
    String ok = "\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}";
    return Stream.of(
        lie("{" + ok + "," + ok + "}", 8, "Duplicate field 'a'"),
        lie("{" + ok + "} x", 8, "not valid JSON"),
        lie("{" + ok + "}{}", 8, "expected nothing after"),
        lie("[1]", 0, "expected a JSON object"),
        lie("   {" + ok + "}", 8, "from its first byte"),
        lie("{" + ok + "}", 7, "data_offsets: expected a range within 7 bytes"),
        lie("{" + ok + "}", 9, "expected 8 bytes of tensors"),
        lie("{}", 1, "expected 0 bytes of tensors"),
        lie(tensor("F32", "[3]", "[0,8]"), 8, "expected 12 bytes"),
        lie(tensor("F32", "[2]", "[8,0]"), 8, "expected a range within"),
        lie(tensor("F32", "[2]", "[-8,0]"), 8, "something else than a size"),
        lie(tensor("F32", "[2]", "[0]"), 8, "expected two numbers"),
        lie(tensor("F32", "[2]", "[0,8,9]"), 8, "expected two numbers"),
        lie(tensor("F32", "[2]", "[0,8.0]"), 8, "something else than a size"),
        lie(tensor("F32", "[2]", "[0,\"8\"]"), 8, "something else than a size"),
        lie(tensor("F32", "[-2]", "[0,8]"), 8, "something else than a size"),
        lie(tensor("F32", "2", "[0,8]"), 8, "not a list of numbers"),
        lie(tensor("F32", "[1,1,1,1,1,1,1,1,2]", "[0,8]"), 8, "more than 8 numbers"),
        // Products that are small again modulo 2^64 or 2^32.
        lie(tensor("F32", "[4611686018427387905,4]", "[0,16]"), 16, "overflows 64 bits"),
        lie(tensor("F32", "[4611686018427387906]", "[0,8]"), 8, "overflows 64 bits"),
        lie(tensor("F32", "[65536,65536]", "[0,0]"), 0, "expected 17179869184 bytes"),
        lie(tensor("F32", "[99999999999999999999]", "[0,8]"), 8, "something else than a size"),
        lie(tensor("F99", "[2]", "[0,8]"), 8, "unknown dtype 'F99'"),
        lie("{\"a\":{\"dtype\":32,\"shape\":[2],\"data_offsets\":[0,8]}}", 8, "not a string"),
        lie("{\"a\":{\"shape\":[2],\"data_offsets\":[0,8]}}", 8, "expected dtype, shape"),
        lie("{\"a\":{\"dtype\":\"F32\",\"data_offsets\":[0,8]}}", 8, "expected dtype, shape"),
        lie("{\"a\":{\"dtype\":\"F32\",\"shape\":[2]}}", 8, "expected dtype, shape"),
        lie("{\"a\":[]}", 0, "'a' is not an object"),
        lie("{\"a\":{\"dtype\":\"F32\",\"dtype\":\"F32\"}}", 8, "Duplicate field"),
        lie("{" + ok + "," + ok.replace("\"a\"", "\"b\"") + "}", 8, "(overlap)"),
        lie(
            "{" + ok + "," + ok.replace("\"a\"", "\"b\"").replace("[0,8]", "[12,20]") + "}",
            20,
            "(hole)"),
        lie("{\"a\":" + "[".repeat(100_000), 0, "is not an object"),
        lie("{\"__metadata__\":" + "{\"x\":".repeat(100_000), 0, "not valid JSON"));
  }

  private static Arguments lie(String header, int dataBytes, String message) {
    return Arguments.of(header, dataBytes, message);
  }

  private static String tensor(String dtype, String shape, String offsets) {
    return "{\"a\":{\"dtype\":\"%s\",\"shape\":%s,\"data_offsets\":%s}}"
        .formatted(dtype, shape, offsets);
  }

  @ParameterizedTest(name = "{2}")
  @MethodSource("lyingHeaders")
  void aLyingHeaderIsRefusedInOneLine(String header, int dataBytes, String message)
      throws IOException {
    Files.write(file, CheckpointTest.concat(SafetensorsFiles.unpadded(header), dataBytes));
    assertRefused(message);
  }

  @Test
  void absurdLengthsAreRefusedBeforeAnythingIsAllocated() throws IOException {
    for (long length : new long[] {-1, Long.MIN_VALUE, Long.MAX_VALUE, 100_000_001, 1, 0}) {
      byte[] bytes = good.clone();
      for (int i = 0; i < 8; i++) {
        bytes[i] = (byte) (length >>> 8 * i);
      }
      Files.write(file, bytes);
      assertRefused("header length");
    }
    byte[] bytes = good.clone();
    bytes[3] = 5; // 80 MB: allowed, but beyond the file
    Files.write(file, bytes);
    assertRefused("truncated");
  }

  @Test
  void aFileCutAnywhereIsRefused() throws IOException {
    for (int length = 0; length < good.length; length++) {
      Files.write(file, Arrays.copyOf(good, length));
      assertRefused("");
    }
  }

  @Test
  void aFlippedBitIsRefusedOrHarmless() {
    assertTimeoutPreemptively(
        PATIENCE,
        () -> {
          int refused = 0;
          for (int bit = 0; bit < 8 * headerEnd(); bit++) {
            byte[] bytes = good.clone();
            bytes[bit / 8] ^= (byte) (1 << bit % 8);
            refused += isRefused(bytes) ? 1 : 0;
          }
          assertThat(refused).isGreaterThan(headerEnd());
        });
  }

  @Test
  void mutatedHeadersAreRefusedOrHarmless() {
    long seed = 20261123;
    Random random = new Random(seed);
    String header = new String(good, 8, headerEnd() - 8, StandardCharsets.UTF_8);
    byte[] data = Arrays.copyOfRange(good, headerEnd(), good.length);
    assertTimeoutPreemptively(
        PATIENCE,
        () -> {
          int refused = 0;
          for (int i = 0; i < MUTATIONS; i++) {
            String mutated = JsonMutations.mutate(header, random);
            byte[] start = SafetensorsFiles.unpadded(mutated);
            byte[] bytes = Arrays.copyOf(start, start.length + data.length);
            System.arraycopy(data, 0, bytes, start.length, data.length);
            refused += isRefused(bytes) ? 1 : 0;
          }
          assertThat(refused).as("seed %d", seed).isGreaterThan(MUTATIONS / 2);
        });
  }

  @Test
  void mutatedIndexesAreRefusedOrHarmless() throws IOException {
    Files.move(file, directory.resolve("s-1.safetensors"));
    String index =
        """
        {"metadata": {"total_size": 24}, "weight_map": {"model.embed.weight": "s-1.safetensors",
        "model.norm.weight": "s-1.safetensors"}}""";
    Random random = new Random(11);
    assertTimeoutPreemptively(
        PATIENCE,
        () -> {
          int refused = 0;
          for (int i = 0; i < MUTATIONS / 3; i++) {
            Files.writeString(
                directory.resolve("model.safetensors.index.json"),
                JsonMutations.mutate(index, random));
            try (Checkpoint checkpoint = Checkpoint.open(directory, Mapping.JAVA)) {
              assertThat(checkpoint.totalBytes()).isEqualTo(24);
            } catch (CheckpointException e) {
              refused++;
            }
          }
          assertThat(refused).isBetween(MUTATIONS / 6, MUTATIONS / 3 - 1);
        });
  }

  @Test
  void aHeaderOfEndlessTensorsIsRefused() throws IOException {
    StringBuilder header = new StringBuilder("{");
    for (int i = 0; i <= 200_000; i++) {
      String entry = ",\"%x\":{\"dtype\":\"F32\",\"shape\":[0],\"data_offsets\":[0,0]}";
      header.append(entry.formatted(i).substring(i == 0 ? 1 : 0));
    }
    Files.write(file, SafetensorsFiles.unpadded(header.append("}").toString()));
    assertRefused("more than 200000 tensors");
  }

  @Test
  void headersInAnotherEncodingAreRefused() throws IOException {
    byte[] text = "{ }".getBytes(StandardCharsets.UTF_16LE);
    byte[] bytes = new byte[8 + text.length];
    bytes[0] = (byte) text.length;
    System.arraycopy(text, 0, bytes, 8, text.length);
    Files.write(file, bytes);
    assertRefused("not valid JSON");
    bytes = good.clone();
    bytes[12] = (byte) 0xff;
    Files.write(file, bytes);
    assertRefused("UTF-8");
  }

  @Test
  void aNameWithLineBreaksStaysOneLine() throws IOException {
    String header =
        "{\"evil\\n2026-01-01 ERROR\":{\"dtype\":\"F9\",\"shape\":[],\"data_offsets\":[0,0]}}";
    Files.write(file, SafetensorsFiles.unpadded(header));
    assertRefused("evil?2026");
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("indexes")
  void aWrongIndexIsRefusedWithTheFileNamed(String index, String message) throws IOException {
    Files.move(file, directory.resolve("s-1.safetensors"));
    SafetensorsFiles.write(
        directory.resolve("s-2.safetensors"), Map.of("b", Tensor.of("F32", new long[] {1}, 2)));
    Files.writeString(directory.resolve("model.safetensors.index.json"), index);
    assertRefused(message);
  }

  static Stream<Arguments> indexes() {
    String both =
        "\"model.embed.weight\":\"s-1.safetensors\",\"model.norm.weight\":\"s-1.safetensors\"";
    return Stream.of(
        Arguments.of("{}", "weight_map"),
        Arguments.of("{\"weight_map\":[]}", "weight_map"),
        Arguments.of("{\"weight_map\":{}}", "weight_map"),
        Arguments.of("{\"weight_map\":{\"a\":1}}", "expected the name of a .safetensors file"),
        Arguments.of("{\"weight_map\":{\"a\":\"../s-1.safetensors\"}}", "expected the name"),
        Arguments.of("{\"weight_map\":{\"a\":\"/etc/x.safetensors\"}}", "expected the name"),
        Arguments.of("{\"weight_map\":{\"a\":\"pytorch_model.bin\"}}", "expected the name"),
        Arguments.of("{\"weight_map\":{\"a\":\"s-9.safetensors\"}}", "s-9.safetensors: shard not"),
        Arguments.of("{\"weight_map\":{" + both, "not valid JSON"));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("foreignFiles")
  void aForeignCheckpointIsRefusedByName(String name, String message) throws IOException {
    Files.move(file, directory.resolve(name));
    assertRefused(message);
  }

  static Stream<Arguments> foreignFiles() {
    return Stream.of(
        Arguments.of("pytorch_model.bin", "only PyTorch pickles (pytorch_model.bin)"),
        Arguments.of("pytorch_model-00001-of-00002.bin", "only PyTorch pickles"),
        Arguments.of("model-q4.gguf", "only GGUF (model-q4.gguf)"),
        Arguments.of("adapter_model.safetensors", "only an adapter"),
        Arguments.of("adapter_config.json", "only an adapter"),
        Arguments.of("consolidated.safetensors", "not a Hugging Face name"),
        Arguments.of("readme.txt", "found none"));
  }

  @Test
  void aMissingDirectoryIsRefused() {
    assertThatThrownBy(() -> Checkpoint.open(directory.resolve("none"), Mapping.JAVA))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("expected a model directory");
  }

  @Test
  void aPickleUnderASafetensorsNameIsRefused() throws IOException {
    Files.write(file, new byte[] {'P', 'K', 3, 4, 0, 0, 8, 8, 0, 0, 0, 0});
    assertRefused("not a safetensors file?");
  }

  private int headerEnd() {
    return 8 + (good[0] & 0xff | (good[1] & 0xff) << 8);
  }

  private void assertRefused(String message) {
    assertThatThrownBy(() -> Checkpoint.open(directory, Mapping.JAVA))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining(message)
        .message()
        .doesNotContain("\n");
  }

  /** Refused in the declared way, or every tensor can be read to its last byte. */
  private boolean isRefused(byte[] bytes) throws IOException {
    Files.write(file, bytes);
    try (Checkpoint checkpoint = Checkpoint.open(directory, Mapping.JAVA)) {
      for (String name : checkpoint.names()) {
        TensorView tensor =
            checkpoint.tensor(name, checkpoint.info(name).dtype().orElse(DType.F32));
        assertThat(tensor.bytes().remaining()).isEqualTo((int) tensor.byteSize());
      }
      return false;
    } catch (CheckpointException e) {
      assertThat(e.getMessage()).doesNotContain("\n").startsWith(file.toString());
      return true;
    }
  }
}
