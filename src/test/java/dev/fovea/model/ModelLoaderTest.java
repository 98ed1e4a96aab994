package dev.fovea.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fovea.kernel.ReferenceKernels;
import dev.fovea.model.LoadProgress.Phase;
import dev.fovea.tensor.DType;
import dev.fovea.weights.CheckpointException;
import dev.fovea.weights.Mapping;
import dev.fovea.weights.SafetensorsFiles.Tensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** A directory loads, or is refused with the file and the tensor named. */
class ModelLoaderTest {
  private static final Capacity SMALL = new Capacity(64, 4, 128, 1 << 28);
  private static final String GATE = "model.layers.1.mlp.gate_proj.weight";

  @TempDir Path scratch;

  private record Change(String what, Consumer<Map<String, Tensor>> change) {
    @Override
    public String toString() {
      return what;
    }
  }

  static Stream<Arguments> brokenWeights() {
    return Stream.of(
        broken(
            "a missing tensor", t -> t.remove(GATE), "expected tensor '" + GATE + "', found none"),
        broken("a missing head", t -> t.remove("lm_head.weight"), "'lm_head.weight', found none"),
        broken(
            "an unknown tensor",
            t -> t.put("model.layers.0.moe.gate.weight", scalar("F32")),
            "unknown tensor 'model.layers.0.moe.gate.weight'"),
        broken("a turned matrix", t -> t.compute(GATE, (k, v) -> shaped(v, 32, 128)), "[32, 128]"),
        broken("a flat matrix", t -> t.compute(GATE, (k, v) -> shaped(v, 4096)), "got [4096]"),
        broken("integers", t -> t.replaceAll((k, v) -> wide(v, "I64")), "got I64"),
        broken("bytes", t -> t.replaceAll((k, v) -> narrow(v, "F8_E4M3")), "got F8_E4M3"),
        broken("int8", t -> t.replaceAll((k, v) -> narrow(v, "I8")), "got I8"),
        broken(
            "GPTQ weights",
            t -> t.put("model.layers.0.mlp.gate_proj.qweight", scalar("I32")),
            "quantised checkpoint (tensor 'model.layers.0.mlp.gate_proj.qweight')"),
        broken(
            "FP8 scales",
            t -> t.put("model.layers.0.mlp.gate_proj.weight_scale_inv", scalar("F32")),
            "quantised checkpoint"),
        broken(
            "NVFP4 scales",
            t -> t.put("model.layers.0.mlp.gate_proj.weight_scale_2", scalar("F32")),
            "quantised checkpoint"),
        broken(
            "MXFP4 blocks",
            t -> t.put("model.layers.0.mlp.gate_proj_blocks", scalar("F32")),
            "quantised checkpoint"),
        broken(
            "an adapter beside its base model",
            t -> t.put("base_model.model.model.layers.0.mlp.up_proj.lora_A.weight", scalar("F32")),
            "merge it into its base model first"),
        broken(
            "an adapter within it",
            t -> t.put("model.layers.0.mlp.up_proj.lora_A.default.weight", scalar("F32")),
            "merge it into its base model first"),
        broken(
            "a bias that is not zero",
            t -> t.put("model.layers.0.mlp.up_proj.bias", Tensor.of("F32", new long[] {1}, 1)),
            "unknown tensor 'model.layers.0.mlp.up_proj.bias'"),
        broken(
            "a head's bias",
            t -> t.put("lm_head.bias", Tensor.of("F32", new long[] {1}, 1)),
            "unknown tensor 'lm_head.bias'"),
        broken(
            "head norms of another family",
            t -> t.put("model.layers.0.self_attn.q_norm.weight", scalar("F32")),
            "unknown tensor 'model.layers.0.self_attn.q_norm.weight'"),
        broken(
            "learned positions of another family",
            t -> t.put("model.embed_positions.weight", scalar("F32")),
            "unknown tensor 'model.embed_positions.weight'"),
        broken(
            "a norm after the last one",
            t -> t.put("model.norm2.weight", scalar("F32")),
            "unknown tensor 'model.norm2.weight'"),
        broken("no tensor at all", Map::clear, "found none"));
  }

  private static Arguments broken(
      String what, Consumer<Map<String, Tensor>> change, String message) {
    return Arguments.of(new Change(what, change), message);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("brokenWeights")
  void brokenWeightsAreRefused(Change change, String message) throws IOException {
    Path copy = llama().rewrittenFiles(scratch.resolve("broken"), change.change());
    assertRefused(copy, message);
    assertThatThrownBy(() -> ModelLoader.inspect(copy))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining(message);
  }

  @Test
  void aSwappedConfigurationIsRefused() throws IOException {
    Path copy = llama().rewrittenFiles(scratch.resolve("swapped"), t -> {});
    Files.copy(
        ParityFixture.ROOT.resolve("gpt2/config.json"),
        copy.resolve("config.json"),
        java.nio.file.StandardCopyOption.REPLACE_EXISTING);
    assertRefused(copy, "for GPT2LMHeadModel");
  }

  @Test
  void capacityBeyondModelOrMemoryIsRefusedWithNumbers() {
    Path directory = ParityFixture.ROOT.resolve("llama-mha");
    assertThatThrownBy(() -> load(directory, new Capacity(64, 4, 321, 1 << 28)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("at most the model's 320 tokens, got 321");
    assertThatThrownBy(() -> load(directory, new Capacity(64, 4, 0, 100_000)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("got 100000 bytes");
  }

  @Test
  void progressRisesThroughAllPhases() {
    List<Phase> phases = new ArrayList<>();
    List<Double> fractions = new ArrayList<>();
    LoadProgress progress =
        (phase, fraction) -> {
          phases.add(phase);
          fractions.add(fraction);
        };
    try (ReferenceKernels kernels = new ReferenceKernels();
        LoadedModel model =
            new ModelLoader(kernels, Mapping.JAVA)
                .load(ParityFixture.ROOT.resolve("llama-mha"), SMALL, progress)) {
      assertThat(model.dtype()).isEqualTo(DType.BF16);
    }
    assertThat(phases).isSorted().contains(Phase.values());
    assertThat(fractions).isSorted().endsWith(1.0).startsWith(0.0);
  }

  @Test
  void inspectionReadsHeadersOnly() {
    ModelLoader.Inspection seen = ModelLoader.inspect(ParityFixture.ROOT.resolve("gpt2-bare"));
    assertThat(seen.config().family()).isEqualTo(Family.GPT2);
    assertThat(seen.weights().dtype()).isEqualTo(DType.BF16);
    // 2 embeddings, 2 layers of 12 tensors, 2 of the final norm, 4 leftovers
    assertThat(seen.weights().numTensors()).isEqualTo(2 + 24 + 2 + 4);
    long perLayer = 128 * 384 + 384 + 128 * 128 + 128 + 2 * 128 * 64 + 64 + 128 + 4 * 128;
    assertThat(seen.weights().parameters()).isEqualTo((64 + 320) * 128 + 2 * perLayer + 2 * 128);
  }

  @Test
  void memoryIsSharedOutAsAsked() {
    MemoryPlan roomy = plan("llama-llama3", new Capacity(64, 4, 0, 1L << 30));
    assertThat(roomy.kvBytesPerToken()).isEqualTo(2 * 2 * 2 * 64 * 2);
    assertThat(roomy.maxContext()).isEqualTo(320);
    assertThat(roomy.numPages()).isEqualTo(4 * 5);
    long fixed = roomy.weightBytes() + roomy.workspaceBytes();
    long page = 64 * roomy.kvBytesPerToken();
    Capacity tight = new Capacity(64, 4, 0, fixed + 2 * page + page / 2);
    MemoryPlan plan = plan("llama-llama3", tight);
    assertThat(plan.numPages()).isEqualTo(2);
    assertThat(plan.maxContext()).isEqualTo(128);
    assertThat(plan.longestContext()).isEqualTo(128);
    assertThat(plan.totalBytes()).isLessThanOrEqualTo(tight.memoryBytes());
    assertThatThrownBy(() -> plan("llama-llama3", new Capacity(64, 4, 320, tight.memoryBytes())))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("128 tokens fit");
  }

  @Test
  void memoryKnowsHowManySequencesFit() {
    MemoryPlan plan = plan("llama-llama3", new Capacity(64, 4, 0, 1L << 30));
    assertThat(plan.numPages()).isEqualTo(20);
    assertThat(plan.sequencesOf(64)).isEqualTo(20);
    assertThat(plan.sequencesOf(65)).isEqualTo(10);
    assertThat(plan.sequencesOf(320)).isEqualTo(4);
    assertThat(plan.sequencesOf(20 * 64 + 1)).isZero();
  }

  @Test
  void aContextBeyondTheTrainedOneIsOnlyTakenIfAskedForAndPossible() {
    String fixture = "llama-dynamic-long";
    assertThat(plan(fixture, new Capacity(64, 4, 0, 1L << 30)).maxContext()).isEqualTo(128);
    MemoryPlan stretched = plan(fixture, new Capacity(64, 4, 320, 1L << 30));
    assertThat(stretched.maxContext()).isEqualTo(320);
    assertThat(stretched.longestContext()).isEqualTo(320);
    assertThatThrownBy(() -> plan(fixture, new Capacity(64, 4, 321, 1L << 30)))
        .hasMessage("context: expected at most the model's 320 tokens, got 321");
  }

  /** Norms may be wider than the matrices. */
  @Test
  void weightsAreCountedAsTheyAreStored() throws IOException {
    Path wide =
        llama()
            .rewrittenFiles(
                scratch.resolve("wide"),
                tensors ->
                    tensors.replaceAll(
                        (name, tensor) ->
                            tensor.shape().length == 1 ? wide(tensor, "F32", 2) : tensor));
    ModelLoader.Inspection narrow = ModelLoader.inspect(llama().directory());
    ModelLoader.Inspection seen = ModelLoader.inspect(wide);
    assertThat(narrow.weights().bytes()).isEqualTo(2 * narrow.weights().parameters());
    assertThat(seen.weights().dtype()).isEqualTo(DType.BF16);
    long norms = (2L * seen.config().sizes().layers() + 1) * seen.config().sizes().hidden();
    assertThat(seen.weights().bytes()).isEqualTo(narrow.weights().bytes() + 2 * norms);
  }

  private static MemoryPlan plan(String fixture, Capacity capacity) {
    return MemoryPlan.of(
        ModelLoader.inspect(ParityFixture.ROOT.resolve(fixture)), capacity, bounds -> 0);
  }

  private static ParityFixture llama() throws IOException {
    return fixture("llama-mha");
  }

  private static ParityFixture fixture(String name) throws IOException {
    return ParityFixture.read(ParityFixture.ROOT.resolve(name));
  }

  private static LoadedModel load(Path directory, Capacity capacity) {
    return new ModelLoader(new ReferenceKernels(), Mapping.JAVA)
        .load(directory, capacity, LoadProgress.SILENT);
  }

  private static void assertRefused(Path directory, String message) {
    assertThatThrownBy(() -> load(directory, SMALL))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining(message)
        .message()
        .doesNotContain("\n");
  }

  private static Tensor scalar(String dtype) {
    int bytes = dtype.equals("BF16") ? 2 : 4;
    return new Tensor(dtype, new long[] {1}, new byte[bytes]);
  }

  private static Tensor shaped(Tensor tensor, long... shape) {
    return new Tensor(tensor.dtype(), shape, tensor.data());
  }

  private static Tensor wide(Tensor tensor, String dtype) {
    return wide(tensor, dtype, 4);
  }

  private static Tensor wide(Tensor tensor, String dtype, int times) {
    return new Tensor(dtype, tensor.shape(), new byte[times * tensor.data().length]);
  }

  private static Tensor narrow(Tensor tensor, String dtype) {
    return new Tensor(dtype, tensor.shape(), new byte[tensor.data().length / 2]);
  }
}
