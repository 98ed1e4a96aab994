package dev.fovea.model;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fovea.kernel.Kernels;
import dev.fovea.kernel.ReferenceKernels;
import dev.fovea.tensor.DType;
import dev.fovea.weights.Mapping;
import dev.fovea.weights.SafetensorsFiles.Tensor;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Every family against transformers, on every backend of this machine. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ParityTest {
  private static final System.Logger LOG = System.getLogger("parity");

  /** Of the row's largest |logit|. */
  private static final double FP32_BOUND = 1e-4;

  /** Times transformers' own bf16 error. */
  private static final double BF16_RATIO = 2;

  /** Above this lead of the best logit a bf16 run may not choose another token. */
  private static final double CLEAR_MARGIN = 0.02;

  /** Worst figures by backend and kind of run. */
  private final Map<String, Double> worst = new TreeMap<>();

  @TempDir Path scratch;

  @AfterAll
  void reportWorst() {
    worst.forEach((what, error) -> LOG.log(Level.INFO, "%s: %.2e".formatted(what, error)));
  }

  static Stream<Arguments> cases() {
    return Backends.available().stream()
        .flatMap(
            backend ->
                ParityFixture.directories().stream()
                    .map(directory -> Arguments.of(directory.getFileName(), directory, backend)));
  }

  @ParameterizedTest(name = "{0} on {2}")
  @MethodSource("cases")
  void fp32LogitsAndGreedyTokensEqualThoseOfTransformers(
      Path name, Path directory, Backends backend) throws IOException {
    ParityFixture fixture = ParityFixture.read(directory);
    try (Kernels kernels = backend.open().get();
        TestSession session =
            new TestSession(fixture.as(DType.F32, fresh()), kernels, backend.mapping())) {
      for (int chunk : new int[] {TestSession.MAX_TOKENS, 37, 1}) {
        List<Double> errors = errors(session, fixture, chunk);
        report(name, backend, "fp32 chunk " + chunk, errors);
        assertThat(max(errors)).as("chunks of %d", chunk).isLessThanOrEqualTo(FP32_BOUND);
      }
      ParityFixture.Continuation expected = fixture.continuation();
      assertThat(session.greedy(expected.prompt(), expected.tokens().length))
          .isEqualTo(expected.tokens());
    }
  }

  @ParameterizedTest(name = "{0} on {2}")
  @MethodSource("cases")
  void bf16ErrorIsAtMostTwiceThatOfTransformers(Path name, Path directory, Backends backend)
      throws IOException {
    ParityFixture fixture = ParityFixture.read(directory);
    List<Double> theirs = new ArrayList<>();
    for (int i = 0; i < fixture.prompts().size(); i++) {
      theirs.addAll(rowErrors(fixture.rounded().get(i), fixture.exact().get(i)));
    }
    try (Kernels kernels = backend.open().get();
        TestSession session = new TestSession(directory, kernels, backend.mapping())) {
      List<Double> ours = errors(session, fixture, TestSession.MAX_TOKENS);
      report(name, backend, "bf16 ours", ours);
      report(name, backend, "bf16 transformers", theirs);
      double ratio = max(ours) / max(theirs);
      report(name, backend, "bf16 ratio to transformers", List.of(ratio));
      assertThat(max(ours)).isLessThanOrEqualTo(BF16_RATIO * max(theirs));
      assertThat(mean(ours)).isLessThanOrEqualTo(BF16_RATIO * mean(theirs));
      assertThat(wrongWhereClear(session, fixture.continuation(), name)).isEmpty();
    }
  }

  @ParameterizedTest(name = "{0} on {2}")
  @MethodSource("cases")
  void fp16ErrorIsBelowThatOfTransformersInBf16(Path name, Path directory, Backends backend)
      throws IOException {
    ParityFixture fixture = ParityFixture.read(directory);
    List<Double> theirs = new ArrayList<>();
    for (int i = 0; i < fixture.prompts().size(); i++) {
      theirs.addAll(rowErrors(fixture.rounded().get(i), fixture.exact().get(i)));
    }
    try (Kernels kernels = backend.open().get();
        TestSession session =
            new TestSession(fixture.as(DType.F16, fresh()), kernels, backend.mapping())) {
      List<Double> ours = errors(session, fixture, TestSession.MAX_TOKENS);
      report(name, backend, "fp16 ours", ours);
      assertThat(max(ours)).isLessThan(max(theirs));
    }
  }

  @Test
  void windowOneTooWideTripsTheBound() throws IOException {
    assertTrips("mistral-window", config -> config.put("sliding_window", 49));
  }

  @Test
  void windowOnTheWrongLayerTripsTheBound() throws IOException {
    assertTrips(
        "qwen2-window",
        config -> config.putArray("layer_types").add("sliding_attention").add("full_attention"));
  }

  @Test
  void unscaledYarnTripsTheBound() throws IOException {
    assertTrips(
        "llama-yarn",
        config -> ((ObjectNode) config.get("rope_parameters")).put("attention_factor", 1.0));
  }

  @Test
  void anotherRotatedPartTripsTheBound() throws IOException {
    assertTrips("llama-partial", config -> config.put("partial_rotary_factor", 0.4));
  }

  @Test
  void aBaseThatIsNotStretchedTripsTheBound() throws IOException {
    assertTrips("llama-dynamic-long", config -> config.put("max_position_embeddings", 320));
  }

  @Test
  void slightlyWrongEpsilonTripsTheBound() throws IOException {
    assertTrips("llama-mha", config -> config.put("rms_norm_eps", 1e-3));
  }

  @Test
  void wrongRotationPairsTripTheBound() throws IOException {
    ParityFixture fixture = ParityFixture.read(ParityFixture.ROOT.resolve("llama-mha"));
    Path faulty =
        fixture.rewrittenFiles(
            fresh(),
            tensors ->
                tensors.replaceAll(
                    (name, tensor) ->
                        name.contains("q_proj") || name.contains("k_proj")
                            ? interleaved(tensor, 64)
                            : tensor));
    assertThat(referenceError(faulty, fixture)).isGreaterThan(100 * FP32_BOUND);
  }

  private Path fresh() throws IOException {
    return Files.createTempDirectory(scratch, "checkpoint");
  }

  private void assertTrips(String name, Consumer<ObjectNode> fault) throws IOException {
    ParityFixture fixture = ParityFixture.read(ParityFixture.ROOT.resolve(name));
    Path faulty = fixture.reconfigured(fresh(), fault);
    assertThat(referenceError(faulty, fixture)).isGreaterThan(FP32_BOUND);
  }

  private static double referenceError(Path directory, ParityFixture fixture) {
    try (Kernels kernels = new ReferenceKernels();
        TestSession session = new TestSession(directory, kernels, Mapping.JAVA)) {
      return max(errors(session, fixture, TestSession.MAX_TOKENS));
    }
  }

  /** Rows of each head as pairs (0, 1), (2, 3) ... would have them. */
  private static Tensor interleaved(Tensor tensor, int headDim) {
    int rowBytes = (int) (tensor.data().length / tensor.shape()[0]);
    byte[] moved = new byte[tensor.data().length];
    for (int row = 0; row < tensor.shape()[0]; row++) {
      int head = row / headDim * headDim;
      int at = row % headDim;
      int to = head + (at < headDim / 2 ? 2 * at : 2 * (at - headDim / 2) + 1);
      System.arraycopy(tensor.data(), row * rowBytes, moved, to * rowBytes, rowBytes);
    }
    return new Tensor(tensor.dtype(), tensor.shape(), moved);
  }

  private static List<Double> errors(TestSession session, ParityFixture fixture, int chunk) {
    List<Double> errors = new ArrayList<>();
    for (int i = 0; i < fixture.prompts().size(); i++) {
      float[][] expected = fixture.exact().get(i);
      float[][] all = session.logits(fixture.prompts().get(i), chunk);
      float[][] last = new float[expected.length][];
      System.arraycopy(all, all.length - last.length, last, 0, last.length);
      errors.addAll(rowErrors(last, expected));
    }
    return errors;
  }

  /** Largest |difference| of each row over its largest |logit|. */
  private static List<Double> rowErrors(float[][] got, float[][] expected) {
    List<Double> errors = new ArrayList<>();
    for (int i = 0; i < expected.length; i++) {
      double difference = 0;
      double largest = 0;
      for (int j = 0; j < expected[i].length; j++) {
        assertThat(got[i][j]).isFinite();
        difference = Math.max(difference, Math.abs((double) got[i][j] - expected[i][j]));
        largest = Math.max(largest, Math.abs(expected[i][j]));
      }
      errors.add(difference / largest);
    }
    return errors;
  }

  /** Positions of the fp32 continuation where the session would clearly go elsewhere. */
  private static List<String> wrongWhereClear(
      TestSession session, ParityFixture.Continuation expected, Path name) {
    int prompt = expected.prompt().length;
    int[] text = java.util.Arrays.copyOf(expected.prompt(), prompt + expected.tokens().length);
    System.arraycopy(expected.tokens(), 0, text, prompt, expected.tokens().length);
    float[][] logits = session.logits(text, TestSession.MAX_TOKENS);
    List<String> wrong = new ArrayList<>();
    for (int i = 0; i < expected.tokens().length; i++) {
      int best = argmax(logits[prompt + i - 1]);
      if (best != expected.tokens()[i]) {
        String line = "%s token %d: margin %.4f".formatted(name, i, expected.margins()[i]);
        LOG.log(Level.DEBUG, line);
        if (expected.margins()[i] >= CLEAR_MARGIN) {
          wrong.add(line);
        }
      }
    }
    return wrong;
  }

  private static int argmax(float[] row) {
    int best = 0;
    for (int i = 1; i < row.length; i++) {
      best = row[i] > row[best] ? i : best;
    }
    return best;
  }

  private static double max(List<Double> values) {
    return values.stream().mapToDouble(d -> d).max().orElseThrow();
  }

  private static double mean(List<Double> values) {
    return values.stream().mapToDouble(d -> d).average().orElseThrow();
  }

  private void report(Path name, Backends backend, String what, List<Double> errors) {
    worst.merge("worst error, " + backend + ", " + what, max(errors), Math::max);
    LOG.log(
        Level.DEBUG,
        "%s on %s, %s: max %.2e mean %.2e"
            .formatted(name, backend, what, max(errors), mean(errors)));
  }
}
