package dev.fovea.server.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BodyMemoryTest {
  private static final int KIB = 1024;

  private final BodyMemory memory = new BodyMemory(1024 * KIB);

  @Test
  void largeBodiesLeaveAQuarterToSmallOnes() {
    BodyMemory.Share large = memory.newShare();
    large.grow(700 * KIB);
    BodyMemory.Share second = memory.newShare();
    assertRefused(503, () -> second.grow(100 * KIB));
    for (int i = 0; i < 5; i++) {
      memory.newShare().grow(60 * KIB);
    }
    assertRefused(503, () -> memory.newShare().grow(60 * KIB));
    assertThat(memory.usedBytes()).isEqualTo(1000 * KIB);
  }

  @Test
  void whatIsGivenBackCanBeTakenAgain() {
    BodyMemory.Share first = memory.newShare();
    first.grow(700 * KIB);
    first.shrink(100 * KIB);
    first.close();
    first.close();
    assertThat(memory.usedBytes()).isZero();
    memory.newShare().grow(700 * KIB);
    assertRefused(503, () -> first.grow(1));
  }

  @Test
  void oneThatCouldNeverHaveSoMuchIsToldSo() {
    assertRefused(413, () -> memory.newShare().grow(800 * KIB));
  }

  @Test
  void bytesAreCountedAsTheyAreKept() {
    BodyMemory.Share share = memory.newShare();
    BodyBytes bytes = new BodyBytes(share, 100 * KIB);
    for (int i = 0; i < 100; i++) {
      bytes.append(new byte[KIB], KIB);
    }
    assertThat(memory.usedBytes()).isEqualTo(100 * KIB);
    assertRefused(413, () -> bytes.append(new byte[1], 1));
    assertThat(bytes.take()).hasSize(100 * KIB);
    share.close();
    assertThat(memory.usedBytes()).isZero();
  }

  /** No estimate is below what the values take as objects: 16 bytes for the least of them. */
  @ParameterizedTest
  @CsvSource({"'[]', 48", "'1', 32", "'{}', 96", "'\"a\"', 64", "'{\"a\":1}', 200"})
  void readingTakesWhatItsValuesTake(String value, int leastBytes) {
    int count = 1000;
    String json = "{\"x\":[" + (value + ",").repeat(count) + value + "]}";
    assertThat(JsonCost.of(json.getBytes(StandardCharsets.UTF_8)))
        .isGreaterThanOrEqualTo((long) count * leastBytes);
  }

  @Test
  void textIsNotTakenForValues() {
    String json = "{\"prompt\":\"" + "[,\\\",{:".repeat(1000) + "\"}";
    assertThat(JsonCost.of(json.getBytes(StandardCharsets.UTF_8))).isLessThan(30_000);
  }

  private static void assertRefused(int status, ThrowingCallable call) {
    assertThatThrownBy(call)
        .isInstanceOfSatisfying(
            ApiException.class, refused -> assertThat(refused.error().status()).isEqualTo(status));
  }
}
