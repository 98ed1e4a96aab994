package dev.fovea.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fovea.binding.NeedsNativeLibrary;
import dev.fovea.engine.EngineObserver;
import dev.fovea.weights.SafetensorsFiles;
import dev.fovea.weights.SafetensorsFiles.Tensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@NeedsNativeLibrary
class CheckpointSourceTest {
  private static final Path SHIPPED = Path.of("src/main/models/fovea-mini");
  private static final int THREADS = 9;
  private static final int FAILURES = 4;

  @TempDir Path folder;

  private static ServedModel load(Map<String, String> settings) {
    return new CheckpointSource()
        .load(TestSettings.of(settings), EngineObserver.NONE, (step, done) -> {});
  }

  @Test
  void aMissingTokenizerIsFoundByTheFirstLook() throws IOException {
    for (String file : List.of("config.json", "model.safetensors")) {
      Files.copy(SHIPPED.resolve(file), folder.resolve(file));
    }
    FoveaConfig config = TestSettings.of(Map.of("fovea.model", folder.toString()));
    assertThatThrownBy(() -> CheckpointSource.check(config))
        .isInstanceOf(ModelLoadException.class)
        .hasMessageContaining("expected tokenizer.json");
    Files.copy(SHIPPED.resolve("tokenizer.json"), folder.resolve("tokenizer.json"));
    CheckpointSource.check(config);
  }

  @Test
  void settingsOutOfRangeAreFoundByTheFirstLook() {
    for (String setting : List.of("fovea.max-context", "fovea.prefill-chunk")) {
      FoveaConfig config =
          TestSettings.of(Map.of("fovea.model", SHIPPED.toString(), setting, "-1"));
      assertThatThrownBy(() -> CheckpointSource.check(config))
          .isInstanceOf(ModelLoadException.class)
          .hasMessageStartingWith(setting);
    }
  }

  @Test
  void aFailedLoadLeavesNoThreads() throws IOException {
    Map<String, String> noRoom =
        Map.of(
            "fovea.model",
            SHIPPED.toString(),
            "fovea.device",
            "cpu",
            "fovea.cpu.threads",
            String.valueOf(THREADS),
            "fovea.kv-memory",
            "1K");
    assertThatThrownBy(() -> load(noRoom)).hasMessageContaining("raise fovea.kv-memory");
    long before = numThreads();
    for (int i = 0; i < FAILURES; i++) {
      assertThatThrownBy(() -> load(noRoom)).isInstanceOf(ModelLoadException.class);
    }
    assertThat(numThreads() - before).isLessThan(FAILURES * (THREADS - 1) / 2);
  }

  /** Which kernel runs depends on the model: that of the usual dtype is not it. */
  @Test
  void whatComputesIsToldForTheModelsOwnDtype() throws IOException {
    for (String file : List.of("config.json", "tokenizer.json")) {
      Files.copy(SHIPPED.resolve(file), folder.resolve(file));
    }
    Map<String, Tensor> tensors = SafetensorsFiles.read(SHIPPED.resolve("model.safetensors"));
    tensors.replaceAll((name, tensor) -> new Tensor("F32", tensor.shape(), widened(tensor.data())));
    SafetensorsFiles.write(folder.resolve("model.safetensors"), tensors);
    Map<String, String> settings = Map.of("fovea.model", folder.toString(), "fovea.device", "cpu");
    try (ServedModel model = load(settings)) {
      assertThat(model.facts().kernels().attentionKernel()).contains("f32").doesNotContain("bf16_");
    }
  }

  @Test
  void weightsAreComputedInTheTypeAskedFor() {
    Map<String, String> settings =
        Map.of("fovea.model", SHIPPED.toString(), "fovea.device", "cpu", "fovea.dtype", "float32");
    try (ServedModel model = load(settings)) {
      assertThat(model.facts().kernels().attentionKernel()).contains("f32").doesNotContain("bf16_");
      assertThat(model.mapped()).as("all weights were converted").isEmpty();
    }
  }

  @Test
  void aSnapshotOfTheHubIsCalledByItsRepository() {
    assertThat(ModelDirectory.id(Path.of("/c/models--meta-llama--Llama-3.2-1B/snapshots/4e20de36")))
        .isEqualTo("meta-llama/Llama-3.2-1B");
    assertThat(ModelDirectory.id(Path.of("/c/models--gpt2/snapshots/607a/"))).isEqualTo("gpt2");
    assertThat(ModelDirectory.id(Path.of("models--a--b/snapshots/x/../y"))).isEqualTo("a/b");
    assertThat(ModelDirectory.id(Path.of("/c/models--a--b/snapshots"))).isEqualTo("snapshots");
    assertThat(ModelDirectory.id(Path.of("/c/mine/snapshots/607a"))).isEqualTo("607a");
    assertThat(ModelDirectory.id(Path.of("/models/Llama"))).isEqualTo("Llama");
    assertThat(ModelDirectory.id(Path.of("/"))).isEqualTo("/");
  }

  /** The upper half of an fp32 number is its bf16. */
  private static byte[] widened(byte[] bf16) {
    byte[] wide = new byte[2 * bf16.length];
    for (int i = 0; i < bf16.length; i += 2) {
      wide[2 * i + 2] = bf16[i];
      wide[2 * i + 3] = bf16[i + 1];
    }
    return wide;
  }

  private static long numThreads() throws IOException {
    try (Stream<Path> tasks = Files.list(Path.of("/proc/self/task"))) {
      return tasks.count();
    }
  }
}
