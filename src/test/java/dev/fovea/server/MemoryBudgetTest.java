package dev.fovea.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fovea.kernel.DeviceMemory;
import dev.fovea.model.MemoryPlan;
import dev.fovea.model.ModelLoader;
import dev.fovea.server.MemoryBudget.Owner;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MemoryBudgetTest {
  private static final long GIB = 1L << 30;
  private static final DeviceMemory EMPTY_GPU = new DeviceMemory(80 * GIB, 80 * GIB);
  private static final Owner HOST = host(16 * GIB);
  private static final ModelLoader.Inspection MODEL =
      ModelLoader.inspect(Path.of("src/main/models/fovea-mini"));

  private static Owner gpu(DeviceMemory memory, long scratch) {
    return new Owner(Optional.of(memory), 16 * GIB, bounds -> scratch);
  }

  private static Owner host(long bytes) {
    return new Owner(Optional.empty(), bytes, any -> 0);
  }

  private static MemoryBudget budget(Owner owner, Map<String, String> settings) {
    return MemoryBudget.of(TestSettings.of(settings), MODEL, owner);
  }

  private static long bytes(DeviceMemory device, Map<String, String> settings) {
    return budget(gpu(device, 0), settings).capacity().memoryBytes();
  }

  private static String text(Owner owner, Map<String, String> settings) {
    return new MemoryReport(budget(owner, settings), MODEL).text();
  }

  @Test
  void aDevicesShareCountsWhatOthersUse() {
    assertThat(bytes(EMPTY_GPU, Map.of())).isEqualTo(72 * GIB);
    assertThat(bytes(new DeviceMemory(70 * GIB, 80 * GIB), Map.of("fovea.memory-fraction", "0.5")))
        .isEqualTo(30 * GIB);
  }

  @Test
  void memoryForKeysAndValuesThatWasAskedForIsWhatTheyGet() {
    long small = bytes(EMPTY_GPU, Map.of("fovea.kv-memory", "1G"));
    assertThat(small).isGreaterThan(GIB).isLessThan(2 * GIB);
  }

  /** Else what attention needs would be taken from the pages that were asked for. */
  @Test
  void attentionsScratchComesOnTopOfWhatKeysAndValuesGet() {
    Map<String, String> asked = Map.of("fovea.kv-memory", "64M");
    MemoryBudget without = budget(gpu(EMPTY_GPU, 0), asked);
    MemoryBudget with = budget(gpu(EMPTY_GPU, GIB), asked);
    assertThat(with.capacity().memoryBytes()).isEqualTo(without.capacity().memoryBytes() + GIB);
    assertThat(with.plan().numPages()).isEqualTo(without.plan().numPages());
  }

  @Test
  void aHostHasRoomForAllSequencesAtAUsualLength() {
    MemoryPlan plan = budget(HOST, Map.of()).plan();
    assertThat(plan.maxContext()).isEqualTo(16_384);
    assertThat(plan.sequencesOf(4096)).isEqualTo(16);
    assertThat(budget(HOST, Map.of("fovea.max-context", "512")).plan().sequencesOf(512))
        .isEqualTo(16);
    MemoryPlan alone = budget(HOST, Map.of("fovea.max-sequences", "2")).plan();
    assertThat(alone.numPages()).as("one of full length").isEqualTo(16_384 / 64);
    ModelLoader.Inspection tiny =
        ModelLoader.inspect(Path.of("src/test/resources/parity/llama-mha"));
    assertThat(MemoryBudget.of(TestSettings.of(Map.of()), tiny, HOST).plan().sequencesOf(320))
        .isEqualTo(16);
  }

  @Test
  void aHostWithLittleMemoryGivesAQuarterOfWhatTheModelLeaves() {
    MemoryPlan container = budget(host(GIB), Map.of()).plan();
    assertThat(container.maxContext()).isEqualTo(16_384);
    assertThat(container.kvBytes())
        .isLessThanOrEqualTo((GIB - container.weightBytes() - container.workspaceBytes()) / 4)
        .isGreaterThan(GIB / 5);
    MemoryPlan narrow = budget(host(GIB / 16), Map.of()).plan();
    assertThat(narrow.kvBytes()).isBetween(GIB / 300, GIB / 64);
    assertThat(budget(host(GIB / 16), Map.of("fovea.max-context", "8192")).plan().maxContext())
        .as("what was asked for")
        .isEqualTo(8192);
  }

  @ParameterizedTest
  @ValueSource(strings = {"0", "-0.1", "1.01", "NaN"})
  void aShareThatIsNoneIsRefused(String share) {
    assertThatThrownBy(
            () -> bytes(new DeviceMemory(GIB, GIB), Map.of("fovea.memory-fraction", share)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("fovea.memory-fraction");
  }

  @Test
  void whatDoesNotFitIsToldWithTheSettingsThatChangeIt() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> budget(HOST, Map.of("fovea.kv-memory", "1K")))
        .withMessageMatching(
            "memory: expected room for \\d+ tokens of context, got \\d+ bytes in all; .* 0 tokens"
                + " fit; raise fovea.kv-memory, or lower fovea.max-context, .*");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> budget(gpu(new DeviceMemory(GIB / 64, 80 * GIB), 0), Map.of()))
        .withMessageContaining("raise fovea.memory-fraction");
    Map<String, String> tooMuch = Map.of("fovea.kv-memory", "900G", "fovea.max-sequences", "500");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> budget(gpu(new DeviceMemory(GIB, 2 * GIB), 0), tooMuch))
        .withMessageMatching("memory: expected at most the \\d+ bytes there are.*kv-memory.*");
    for (String context : List.of("1000000", "1", "-1")) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> budget(HOST, Map.of("fovea.max-context", context)))
          .withMessageMatching(
              "fovea.max-context: expected 2 to the model's \\d+ tokens, got " + context);
    }
  }

  @Test
  void theReportSaysWhatALongerContextDoesToTheRotation() {
    ModelLoader.Inspection model =
        ModelLoader.inspect(Path.of("src/test/resources/parity/llama-dynamic-long"));
    for (String context : List.of("", "128", "320")) {
      Map<String, String> settings =
          context.isEmpty() ? Map.of() : Map.of("fovea.max-context", context);
      MemoryBudget budget = MemoryBudget.of(TestSettings.of(settings), model, HOST);
      assertThat(new MemoryReport(budget, model).contextLimit())
          .isEqualTo(
              context.equals("320")
                  ? "as fovea.max-context says; beyond 128 the rotation's base is that of the whole"
                      + " context, for short texts too"
                  : "the trained one; up to 320 with fovea.max-context");
    }
    assertThatIllegalArgumentException()
        .isThrownBy(
            () -> MemoryBudget.of(TestSettings.of(Map.of("fovea.max-context", "321")), model, HOST))
        .withMessageContaining("2 to the model's 320 tokens");
  }

  @Test
  void theReportSaysWhatFitsAndWhatChangesIt() {
    assertThat(text(HOST, Map.of("fovea.max-context", "4096", "fovea.kv-memory", "32M")))
        .containsPattern("weights +9.* MB")
        .containsPattern("workspace .*528 tokens \\(fovea.prefill-chunk, fovea.max-sequences\\)")
        .containsPattern("keys and values .*128 pages of 64 tokens, 4096 bytes a token")
        .contains("4096 tokens, as fovea.max-context says")
        .contains("2 of 4096 tokens (fovea.kv-memory), 4 of 2048 tokens (fovea.kv-memory)");
    assertThat(text(gpu(EMPTY_GPU, 0), Map.of()))
        .contains("steps of 4352 tokens")
        .contains("tokens, the model's limit")
        .contains("256 of 2048 tokens (fovea.max-sequences)");
    assertThat(text(HOST, Map.of("fovea.kv-memory", "1M")))
        .containsPattern("256 tokens, all that fits of the model's \\d+ \\(fovea.kv-memory\\)")
        .contains("1 of 256 tokens (fovea.kv-memory)");
  }
}
