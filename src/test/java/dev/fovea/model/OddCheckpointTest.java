package dev.fovea.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fovea.kernel.Kernels;
import dev.fovea.tensor.DType;
import dev.fovea.weights.CheckpointException;
import dev.fovea.weights.SafetensorsFiles;
import dev.fovea.weights.SafetensorsFiles.Tensor;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Checkpoints that are not to the letter and say what they mean give the right logits. */
class OddCheckpointTest {
  private static final String EMBEDDING = "model.embed_tokens.weight";
  private static final String HEAD = "lm_head.weight";

  @TempDir Path scratch;

  /** The first reads what Java maps, the last what native code does. */
  static List<Backends> eachMapping() {
    List<Backends> all = Backends.available();
    return all.size() == 1 ? all : List.of(all.get(0), all.get(all.size() - 1));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "model.rotary_emb.inv_freq",
        "model.layers.0.self_attn.rotary_emb.inv_freq",
        "model.layers.0.self_attn.rotary_emb.cos_cached",
        "model.layers.1.self_attn.rotary_emb.sin_cached",
        "model.layers.0.self_attn.k_proj.k_scale",
        "model.layers.0.self_attn.v_scale",
        "model.layers.0.self_attn.attn.kv_scale",
        "model.layers.0.self_attn.v_proj.output_scale",
        "model.layers.0.self_attn.masked_bias",
        "model.layers.0.mlp.up_proj._extra_state",
        "model.layers.0.mlp.up_proj.bias",
        "lm_head.bias",
        "model.layers.2.mlp.up_proj.weight",
        "model.layers.61.enorm.weight",
        "v_head.summary.weight",
        "score.weight",
        "medusa_head.0.0.linear.weight",
        "mtp.layers.0.mlp.up_proj.weight",
      })
  void tensorsThatChangeNothingAreLeftOutAndNamed(String name) throws IOException {
    Path odd = changed("llama-mha", tensors -> tensors.put(name, zeros(3)));
    assertThat(ModelLoader.inspect(odd).warnings())
        .containsExactly(
            "LlamaForCausalLM does not use some tensors and leaves them out: 1, such as '"
                + name
                + "'");
  }

  @Test
  void theWarningCountsAndGivesAnExample() throws IOException {
    Path odd =
        changed(
            "llama-mha",
            tensors -> {
              tensors.put("model.layers.0.mlp.unheard_of", zeros(0));
              tensors.put("score.weight", zeros(1));
              tensors.put("v_head.weight", zeros(1));
            });
    assertThat(ModelLoader.inspect(odd).warnings())
        .singleElement()
        .asString()
        .contains("3, such as 'model.layers.0.mlp.unheard_of'");
    assertSameLogits(odd, fixture("llama-mha").directory(), DType.BF16);
  }

  @Test
  void aBareModelsOtherHeadIsLeftOut() throws IOException {
    Path odd = changed("gpt2-bare", tensors -> tensors.put("score.weight", zeros(1)));
    assertSameLogits(odd, fixture("gpt2-bare").directory(), DType.BF16);
    Path unknown = changed("gpt2-bare", tensors -> tensors.put("wxe.weight", zeros(1)));
    assertRefused(unknown, "unknown tensor 'wxe.weight'");
  }

  @ParameterizedTest
  @MethodSource("eachMapping")
  void matricesOfAnotherTypeTakeThatOfMost(Backends backend) throws IOException {
    for (String name : new String[] {"llama-mha", "gpt2"}) {
      Path odd =
          changed(name, cast("F32", key -> key.contains("layers.1.mlp.") || key.contains("h.1.")));
      ModelLoader.Inspection seen = ModelLoader.inspect(odd);
      assertThat(seen.weights().dtype()).isEqualTo(DType.BF16);
      assertThat(seen.conversion()).hasValueSatisfying(l -> assertThat(l).contains("F32 to BF16"));
      assertThat(logits(odd, Optional.empty(), backend))
          .isDeepEqualTo(logits(fixture(name).directory(), Optional.empty(), backend));
    }
  }

  @ParameterizedTest
  @MethodSource("eachMapping")
  void vectorsOfFewerBitsKeepThem(Backends backend) throws IOException {
    Path wide = fixture("qwen2-gqa").as(DType.F32, scratch.resolve("wide"));
    Path odd =
        changed(
            "qwen2-gqa", cast("F32", key -> !key.contains("norm") && !key.contains("k_proj.bias")));
    assertThat(ModelLoader.inspect(odd).conversion())
        .hasValueSatisfying(line -> assertThat(line).contains("BF16 to F32"));
    assertThat(logits(odd, Optional.empty(), backend))
        .isDeepEqualTo(logits(wide, Optional.empty(), backend));
  }

  @ParameterizedTest
  @EnumSource(
      value = DType.class,
      names = {"F32", "BF16"})
  void everyTypeIsComputedInTheOneAskedFor(DType wanted) throws IOException {
    DType stored = wanted == DType.F32 ? DType.BF16 : DType.F32;
    for (String name : new String[] {"qwen3-sharded", "gpt2"}) {
      Path right = fixture(name).as(wanted, scratch.resolve(name + " right"));
      Path odd = fixture(name).as(stored, scratch.resolve(name + " odd"));
      for (Backends backend : eachMapping()) {
        assertThat(logits(odd, Optional.of(wanted), backend))
            .isDeepEqualTo(logits(right, Optional.empty(), backend));
      }
    }
  }

  @Test
  void whatIsConvertedIsCountedAsMemory() throws IOException {
    ModelLoader.Weights plain = ModelLoader.inspect(fixture("llama-mha").directory()).weights();
    assertThat(plain.copiedBytes()).isZero();
    ModelLoader.Weights wide =
        ModelLoader.inspect(fixture("llama-mha").directory(), Optional.of(DType.F32)).weights();
    assertThat(wide.bytes()).isEqualTo(2 * plain.bytes());
    assertThat(wide.copiedBytes()).isEqualTo(wide.bytes() - wide.bytes() % 4);
    ModelLoader.Weights turned = ModelLoader.inspect(fixture("gpt2").directory()).weights();
    assertThat(turned.copiedBytes()).isPositive().isLessThan(turned.bytes());
  }

  @Test
  void aValueBeyondTheTypeAskedForIsRefused() throws IOException {
    Path odd =
        changed(
            "llama-mha",
            tensors ->
                tensors.computeIfPresent(
                    "model.layers.0.mlp.up_proj.weight",
                    (key, tensor) -> {
                      byte[] data = tensor.data().clone();
                      ByteBuffer.wrap(data).order(ByteOrder.LITTLE_ENDIAN).putShort((short) 0x7000);
                      return new Tensor("BF16", tensor.shape(), data);
                    }));
    Backends backend = Backends.available().get(0);
    assertThatThrownBy(() -> logits(odd, Optional.of(DType.F16), backend))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("up_proj.weight': its value")
        .hasMessageContaining("beyond what F16 holds");
  }

  @Test
  void eitherNameOfATiedMatrixWillDo() throws IOException {
    Path odd = changed("llama-llama3", tensors -> tensors.put(HEAD, tensors.remove(EMBEDDING)));
    assertThat(ModelLoader.inspect(odd).warnings()).isEmpty();
    assertSameLogits(odd, fixture("llama-llama3").directory(), DType.BF16);
    Path both = changed("llama-llama3", tensors -> tensors.put(HEAD, tensors.get(EMBEDDING)));
    ModelLoader.Inspection seen = ModelLoader.inspect(both);
    assertThat(seen.warnings()).isEmpty();
    assertThat(seen.config().block().tiedEmbeddings()).isTrue();
    assertSameLogits(both, fixture("llama-llama3").directory(), DType.BF16);
  }

  /**
   * What transformers 5.18 does: two matrices that differ are not tied, whatever config.json says.
   */
  @Test
  void aTiedHeadThatDiffersIsUsedAndSaid() throws IOException {
    Consumer<Map<String, Tensor>> otherHead =
        tensors -> {
          byte[] data = tensors.get(EMBEDDING).data().clone();
          ByteBuffer bytes = ByteBuffer.wrap(data).order(ByteOrder.LITTLE_ENDIAN);
          for (int i = 0; i < data.length; i += 2) {
            bytes.putShort(i, (short) (bytes.getShort(i) ^ 0x8000));
          }
          tensors.put(HEAD, new Tensor("BF16", tensors.get(EMBEDDING).shape(), data));
        };
    Path odd = changed("llama-llama3", otherHead);
    ModelLoader.Inspection seen = ModelLoader.inspect(odd);
    assertThat(seen.config().block().tiedEmbeddings()).isFalse();
    assertThat(seen.warnings()).singleElement().asString().contains("ties 'lm_head.weight'");
    float[][] tied = logits(fixture("llama-llama3").directory(), Optional.empty(), first());
    float[][] got = logits(odd, Optional.empty(), first());
    assertThat(got[0][0]).isEqualTo(-tied[0][0]).isNotZero();
    Path turned =
        changed(
            "llama-llama3",
            tensors -> tensors.put(HEAD, new Tensor("F32", new long[] {1}, new byte[4])));
    assertRefused(turned, "expected [64, 64] as the embedding it is tied to, got [1]");
  }

  @Test
  void headersSayWhereATensorIsWhateverTheIndexSays() throws IOException {
    Path sharded = fixture("qwen3-sharded").rewrittenFiles(scratch.resolve("moved"), t -> {});
    Path index = sharded.resolve("model.safetensors.index.json");
    String right = Files.readString(index);
    Path first = shards(sharded)[0];
    Path second = shards(sharded)[1];
    String moved = SafetensorsFiles.read(first).keySet().iterator().next();
    String entry = "\"" + moved + "\": \"" + first.getFileName() + "\"";
    assertThat(right).contains(entry);

    Files.writeString(index, right.replace(entry, entry.replace(name(first), name(second))));
    assertIndexIsNotNeeded(sharded, "about some tensors: 1, such as '" + moved + "'");
    Files.writeString(index, right.replace(entry, "\"not there\": \"" + name(first) + "\""));
    assertIndexIsNotNeeded(sharded, "about some tensors: 2, such as");
    Files.writeString(index, right.replaceAll("\"total_size\": \\d+", "\"total_size\": \"many\""));
    assertThat(ModelLoader.inspect(sharded).warnings()).isEmpty();

    Files.writeString(index, right);
    Map<String, Tensor> withCopy = SafetensorsFiles.read(second);
    withCopy.put(moved, zeros(1));
    SafetensorsFiles.write(second, withCopy);
    assertIndexIsNotNeeded(sharded, "about some tensors: 1, such as '" + moved + "'");
    Files.writeString(index, right.replace(entry, entry.replace(moved, "not there")));
    assertRefused(sharded, "tensor '" + moved + "' is in " + name(first) + " too");
    Files.delete(second);
    assertRefused(sharded, name(second) + ": shard not found");
  }

  private void assertIndexIsNotNeeded(Path directory, String warning) throws IOException {
    assertThat(ModelLoader.inspect(directory).warnings())
        .singleElement()
        .asString()
        .startsWith("model.safetensors.index.json disagrees with its files")
        .contains(warning);
    assertSameLogits(directory, fixture("qwen3-sharded").directory(), DType.BF16);
  }

  private static Path[] shards(Path directory) throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      return files.filter(f -> f.toString().endsWith(".safetensors")).sorted().toArray(Path[]::new);
    }
  }

  private static String name(Path file) {
    return file.getFileName().toString();
  }

  private static Consumer<Map<String, Tensor>> cast(String dtype, Predicate<String> which) {
    return tensors ->
        tensors.replaceAll((name, tensor) -> which.test(name) ? widened(tensor, dtype) : tensor);
  }

  private static Tensor widened(Tensor tensor, String dtype) {
    ByteBuffer in = ByteBuffer.wrap(tensor.data()).order(ByteOrder.LITTLE_ENDIAN);
    float[] values = new float[tensor.data().length / 2];
    for (int i = 0; i < values.length; i++) {
      values[i] = Float.intBitsToFloat(in.getShort() << 16);
    }
    return Tensor.of(dtype, tensor.shape(), values);
  }

  private static Tensor zeros(int count) {
    return Tensor.of("F32", new long[] {count}, new float[count]);
  }

  private Path changed(String fixture, Consumer<Map<String, Tensor>> change) throws IOException {
    return fixture(fixture).rewrittenFiles(Files.createTempDirectory(scratch, "odd"), change);
  }

  private static ParityFixture fixture(String name) throws IOException {
    return ParityFixture.read(ParityFixture.ROOT.resolve(name));
  }

  private static Backends first() {
    return Backends.available().get(0);
  }

  private static void assertSameLogits(Path odd, Path plain, DType dtype) throws IOException {
    assertThat(ModelLoader.inspect(odd).weights().dtype()).isEqualTo(dtype);
    assertThat(logits(odd, Optional.empty(), first()))
        .isDeepEqualTo(logits(plain, Optional.empty(), first()));
  }

  private static float[][] logits(Path directory, Optional<DType> wanted, Backends backend)
      throws IOException {
    int[] prompt = {3, 1, 4, 1, 5, 9, 2, 6};
    try (Kernels kernels = backend.open().get();
        TestSession session = new TestSession(directory, wanted, kernels, backend.mapping())) {
      return session.logits(Arrays.copyOf(prompt, prompt.length), TestSession.MAX_TOKENS);
    }
  }

  private static void assertRefused(Path directory, String message) {
    assertThatThrownBy(() -> ModelLoader.inspect(directory))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining(message)
        .message()
        .doesNotContain("\n");
  }
}
