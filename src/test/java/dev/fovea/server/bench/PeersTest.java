package dev.fovea.server.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.entry;

import dev.fovea.kernel.Attention.Mask;
import dev.fovea.kernel.HeadLayout;
import dev.fovea.server.bench.AttentionBench.Case;
import dev.fovea.tensor.DType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PeersTest {
  private static final String ROWS =
      """
      {"rows": [
        {"kind": "prefill", "B": 8, "T": 2048, "Hq": 16, "Hkv": 16, "D": 128,
         "peers": {"flash": 285.1, "cudnn": 517.0, "unfused": "CUDA out of memory"}},
        {"kind": "full prefill", "B": 8, "T": 2048, "Hq": 16, "Hkv": 16, "D": 128,
         "peers": {"flash": 350.2}},
        {"kind": "decode", "B": 8, "T": 2048, "Hq": 16, "Hkv": 16, "D": 128,
         "peers": {"flash": 2700}}
      ]}
      """;
  private static final HeadLayout HEADS = new HeadLayout(16, 16, 128);

  @TempDir private Path directory;

  @Test
  void ratesAreThoseOfTheSameShapeAndKind() throws IOException {
    Peers peers = read(ROWS);

    assertThat(peers.of(Case.of("", HEADS, 8, 2048, 2048)))
        .containsExactly(entry("cudnn", 517.0), entry("flash", 285.1));
    assertThat(peers.of(Case.of("", HEADS, 8, 2048, 2048).full()))
        .containsExactly(entry("flash", 350.2));
    assertThat(peers.of(Case.of("", HEADS, 8, 1, 2048))).containsExactly(entry("flash", 2700.0));
    assertThat(peers.of(Case.of("", HEADS, 4, 1, 2048))).isEmpty();
    assertThat(peers.of(Case.of("", new HeadLayout(16, 8, 128), 8, 1, 2048))).isEmpty();
  }

  @Test
  void sequencesOfSeveralLengthsHaveNoPeer() throws IOException {
    Case ragged = ragged(2048, 7, 1, 1, 1, 1, 1, 1);

    assertThat(read(ROWS).of(ragged)).isEmpty();
  }

  @Test
  void aFileWithoutRowsIsRefused() {
    assertThatThrownBy(() -> read("{}"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("expected an array \"rows\", got none");
  }

  @Test
  void aCaseCountsItsKeysOnceAndItsVisiblePairs() {
    Case prompt = Case.of("", HEADS, 2, 100, 100);
    Case ragged = ragged(64, 65);

    assertThat(prompt.operations()).isEqualTo(4.0 * 2 * 5050 * 16 * 128);
    assertThat(prompt.full().operations()).isEqualTo(4.0 * 2 * 10_000 * 16 * 128);
    assertThat(ragged.kvBytes()).isEqualTo(2L * 129 * 16 * 128 * 2);
    assertThat(ragged.pages()).isEqualTo(3);
  }

  private static Case ragged(Integer... contexts) {
    return new Case("", DType.BF16, HEADS, Mask.Kind.CAUSAL, 1, List.of(contexts));
  }

  private Peers read(String json) throws IOException {
    return Peers.read(Files.writeString(directory.resolve("peers.json"), json));
  }
}
