package dev.fovea.binding;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fovea.binding.CpuLibrary.StreamHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntSupplier;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/** A stream and small blocks of memory for calls of the native functions, sound or not. */
final class BorderCalls implements AfterEachCallback {
  static final int F32 = 0;
  static final int BF16 = 1;
  static final int I32 = 3;
  static final long HUGE = Long.MAX_VALUE;

  static final int OK = 0;
  static final int INVALID_ARGUMENT = 1;
  static final int IO_ERROR = 3;
  static final int UNSUPPORTED = 4;

  /** Every tensor of the small cases fits into one block. */
  private static final int BLOCK_BYTES = 1 << 20;

  /** Keeps the memory alive through the calls. */
  private final List<ByteBuffer> blocks = new ArrayList<>();

  final StreamHandle stream = new StreamHandle();

  BorderCalls() {
    assertThat(CpuLibrary.foveaOpenStream(2, -1, stream)).isEqualTo(OK);
  }

  @Override
  public void afterEach(ExtensionContext test) {
    CpuLibrary.foveaCloseStream(stream);
  }

  long block() {
    ByteBuffer block = ByteBuffer.allocateDirect(BLOCK_BYTES).order(ByteOrder.nativeOrder());
    blocks.add(block);
    return Memory.addressOf(block);
  }

  long ints(int... values) {
    long address = block();
    blocks.get(blocks.size() - 1).asIntBuffer().put(values);
    return address;
  }

  long floats(float... values) {
    long address = block();
    blocks.get(blocks.size() - 1).asFloatBuffer().put(values);
    return address;
  }

  static DynamicTest accepted(String what, IntSupplier call) {
    return DynamicTest.dynamicTest(
        what + ": sound", () -> assertThat(call.getAsInt()).as(lastError()).isEqualTo(OK));
  }

  /** The call must answer with the status and a text that names what, expected and got. */
  static DynamicTest refused(String what, int status, String word, IntSupplier call) {
    return DynamicTest.dynamicTest(
        what,
        () -> {
          assertThat(call.getAsInt()).as(what).isEqualTo(status);
          assertThat(lastError()).contains(word).contains("expected").containsPattern("got\\b");
        });
  }

  private static String lastError() {
    return CpuLibrary.foveaLastError();
  }
}
