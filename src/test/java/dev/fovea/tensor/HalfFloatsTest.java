package dev.fovea.tensor;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fovea.kernel.FloatFormat;
import java.util.Random;
import org.junit.jupiter.api.Test;

class HalfFloatsTest {

  @Test
  void decodesEveryBf16() {
    for (int bits = 0; bits < 1 << 16; bits++) {
      float decoded = HalfFloats.fromBf16((short) bits);
      assertSame(FloatFormat.BF16, bits, decoded);
    }
  }

  @Test
  void decodesEveryF16() {
    for (int bits = 0; bits < 1 << 16; bits++) {
      float decoded = HalfFloats.fromF16((short) bits);
      assertSame(FloatFormat.F16, bits, decoded);
    }
  }

  @Test
  void everyEncodingComesBack() {
    for (int bits = 0; bits < 1 << 16; bits++) {
      float bf16 = HalfFloats.fromBf16((short) bits);
      float f16 = HalfFloats.fromF16((short) bits);
      if (!Float.isNaN(bf16)) {
        assertThat(HalfFloats.toBf16(bf16)).isEqualTo((short) bits);
      }
      if (!Float.isNaN(f16)) {
        assertThat(HalfFloats.toF16(f16)).isEqualTo((short) bits);
      }
    }
  }

  @Test
  void roundsToNearestEven() {
    Random random = new Random(7);
    for (int i = 0; i < 2_000_000; i++) {
      assertRounding(Float.intBitsToFloat(random.nextInt()));
    }
    for (int bits = 0; bits < 1 << 16; bits++) {
      assertAroundTie(HalfFloats.fromBf16((short) bits), HalfFloats.fromBf16((short) (bits + 1)));
      assertAroundTie(HalfFloats.fromF16((short) bits), HalfFloats.fromF16((short) (bits + 1)));
    }
  }

  @Test
  void keepsNanAndInfinity() {
    float signalling = Float.intBitsToFloat(0x7f800001);
    assertThat(HalfFloats.fromBf16(HalfFloats.toBf16(signalling))).isNaN();
    assertThat(HalfFloats.fromF16(HalfFloats.toF16(signalling))).isNaN();
    assertThat(HalfFloats.toBf16(Float.NEGATIVE_INFINITY)).isEqualTo((short) 0xff80);
    assertThat(HalfFloats.toF16(Float.NEGATIVE_INFINITY)).isEqualTo((short) 0xfc00);
    assertThat(HalfFloats.toF16(65519.996f)).isEqualTo((short) 0x7bff);
    assertThat(HalfFloats.toF16(65520f)).isEqualTo((short) 0x7c00);
  }

  private static void assertAroundTie(float low, float high) {
    if (Float.isFinite(low) && Float.isFinite(high)) {
      float tie = (float) (((double) low + high) / 2);
      assertRounding(tie);
      assertRounding(Math.nextUp(tie));
      assertRounding(Math.nextDown(tie));
    }
  }

  private static void assertRounding(float value) {
    if (!Float.isNaN(value)) {
      short bf16 = HalfFloats.toBf16(value);
      short f16 = HalfFloats.toF16(value);
      if (bf16 != (short) FloatFormat.BF16.encode(value)
          || f16 != (short) FloatFormat.F16.encode(value)) {
        assertThat(bf16).as("bf16 of %s", value).isEqualTo((short) FloatFormat.BF16.encode(value));
        assertThat(f16).as("f16 of %s", value).isEqualTo((short) FloatFormat.F16.encode(value));
      }
    }
  }

  private static void assertSame(FloatFormat format, int bits, float decoded) {
    double expected = format.decode(bits);
    if (Double.isNaN(expected)) {
      assertThat(decoded).isNaN();
    } else if (Double.compare(decoded, expected) != 0) { // tells -0 from 0
      assertThat((double) decoded).as("%s 0x%04x", format, bits).isEqualTo(expected);
    }
  }
}
