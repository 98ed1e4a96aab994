package dev.fovea.model;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fovea.kernel.Kernels;
import dev.fovea.tensor.DType;
import dev.fovea.weights.SafetensorsFiles.Tensor;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Norms and biases may be stored in fp32 beside matrices of 16 bits, and count with all bits. */
class MixedDtypesTest {
  @TempDir Path scratch;

  static Stream<Arguments> cases() {
    return Stream.of("llama-mha", "qwen2-gqa", "qwen3-sharded", "gpt2", "bigcode-mha")
        .flatMap(name -> Backends.available().stream().map(backend -> Arguments.of(name, backend)));
  }

  @ParameterizedTest(name = "{0} on {1}")
  @MethodSource("cases")
  void widenedVectorsGiveTheSameBits(String name, Backends backend) throws IOException {
    ParityFixture fixture = ParityFixture.read(ParityFixture.ROOT.resolve(name));
    float[][] expected = logits(fixture.directory(), fixture, backend);
    Path allWide = widened(fixture, tensor -> true, 0);
    assertThat(ModelLoader.inspect(allWide).weights().dtype()).isEqualTo(DType.BF16);
    assertThat(logits(allWide, fixture, backend)).isDeepEqualTo(expected);
    Path normsWide = widened(fixture, tensor -> tensor.endsWith("norm.weight"), 0);
    assertThat(logits(normsWide, fixture, backend)).isDeepEqualTo(expected);
  }

  @ParameterizedTest(name = "{0} on {1}")
  @MethodSource("cases")
  void bitsThatBf16LacksAreNotRoundedAway(String name, Backends backend) throws IOException {
    ParityFixture fixture = ParityFixture.read(ParityFixture.ROOT.resolve(name));
    float[][] plain = logits(fixture.directory(), fixture, backend);
    Path norms = widened(fixture, tensor -> tensor.contains("norm") || tensor.contains("ln_"), 15);
    assertThat(logits(norms, fixture, backend)).isNotEqualTo(plain);
    if (!name.startsWith("llama") && !name.startsWith("qwen3")) {
      Path biases = widened(fixture, MixedDtypesTest::isProjectionBias, 15);
      assertThat(logits(biases, fixture, backend)).isNotEqualTo(plain);
    }
  }

  private static boolean isProjectionBias(String name) {
    return name.endsWith(".bias") && !name.contains("ln_");
  }

  /** A copy whose vectors of some names are fp32, with {@code lowBits} more bits set in each. */
  private Path widened(ParityFixture fixture, Predicate<String> which, int lowBits)
      throws IOException {
    return fixture.rewrittenFiles(
        Files.createTempDirectory(scratch, "checkpoint"),
        tensors ->
            tensors.replaceAll(
                (name, tensor) ->
                    tensor.shape().length == 1 && which.test(name)
                        ? widened(tensor, (1 << lowBits) - 1)
                        : tensor));
  }

  private static Tensor widened(Tensor tensor, int lowBits) {
    ByteBuffer in = ByteBuffer.wrap(tensor.data()).order(ByteOrder.LITTLE_ENDIAN);
    float[] values = new float[tensor.data().length / 2];
    for (int i = 0; i < values.length; i++) {
      values[i] = Float.intBitsToFloat(in.getShort() << 16 | lowBits);
    }
    return Tensor.of("F32", tensor.shape(), values);
  }

  private static float[][] logits(Path directory, ParityFixture fixture, Backends backend) {
    try (Kernels kernels = backend.open().get();
        TestSession session = new TestSession(directory, kernels, backend.mapping())) {
      return session.logits(fixture.prompts().get(0), TestSession.MAX_TOKENS);
    }
  }
}
