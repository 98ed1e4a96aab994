package dev.fovea.weights;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fovea.binding.Memory;
import dev.fovea.binding.NativeLibrary;
import dev.fovea.tensor.DType;
import dev.fovea.tensor.HostBuffer;
import dev.fovea.tensor.TensorView;
import dev.fovea.weights.SafetensorsFiles.Tensor;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Tensors come back as they were written, by every way of mapping. */
class CheckpointTest {
  @TempDir Path directory;

  static Stream<Mapping> mappings() {
    return hasNative() ? Stream.of(Mapping.values()) : Stream.of(Mapping.JAVA);
  }

  static boolean hasNative() {
    return NativeLibrary.cpuFailure().isEmpty();
  }

  private Path file() {
    return directory.resolve("model.safetensors");
  }

  @ParameterizedTest
  @MethodSource("mappings")
  void tensorsComeBackAsWritten(Mapping mapping) throws IOException {
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    tensors.put("matrix", Tensor.of("F32", new long[] {2, 3}, 1, 2, 3, 4, 5, 6));
    tensors.put("half", Tensor.of("BF16", new long[] {3}, 0.5f, -2, 1.5f));
    tensors.put("scalar", Tensor.of("F32", new long[0], 7));
    tensors.put("empty", Tensor.of("F32", new long[] {0, 4}));
    SafetensorsFiles.write(file(), tensors);
    try (Checkpoint checkpoint = Checkpoint.open(directory, mapping)) {
      assertThat(checkpoint.names()).containsExactly("matrix", "half", "scalar", "empty");
      assertThat(checkpoint.totalBytes()).isEqualTo(24 + 6 + 4);
      assertThat(checkpoint.info("half").type()).isEqualTo("BF16");
      assertThat(floats(tensor(checkpoint, "matrix"))).containsExactly(1, 2, 3, 4, 5, 6);
      assertThat(floats(tensor(checkpoint, "half"))).containsExactly(0.5f, -2, 1.5f);
      assertThat(floats(tensor(checkpoint, "scalar"))).containsExactly(7);
      assertThat(floats(tensor(checkpoint, "empty"))).isEmpty();
      assertThat(tensor(checkpoint, "matrix").shape().toArray()).containsExactly(2, 3);
    }
  }

  @ParameterizedTest
  @MethodSource("mappings")
  void aMatrixIsTurnedBitForBit(Mapping mapping) throws IOException {
    int rows = 45; // beyond a tile, and no multiple of one
    int columns = 70;
    float[] values = new float[rows * columns];
    for (int i = 0; i < values.length; i++) {
      values[i] = i;
    }
    long[] shape = {rows, columns};
    SafetensorsFiles.write(
        file(),
        new LinkedHashMap<>(
            Map.of(
                "wide", Tensor.of("F32", shape, values),
                "half", Tensor.of("BF16", shape, values))));
    try (Checkpoint checkpoint = Checkpoint.open(directory, mapping)) {
      for (String name : new String[] {"wide", "half"}) {
        TensorView turned = checkpoint.turned(name, typeOf(checkpoint, name));
        assertThat(turned.shape().toArray()).containsExactly(columns, rows);
        float[] got = floats(turned);
        float[] stored = floats(tensor(checkpoint, name));
        for (int i = 0; i < rows; i++) {
          for (int j = 0; j < columns; j++) {
            assertThat(got[j * rows + i]).isEqualTo(stored[i * columns + j]);
          }
        }
      }
    }
  }

  @ParameterizedTest
  @MethodSource("mappings")
  void unalignedDataIsReadRight(Mapping mapping) throws IOException {
    String header =
        """
        {"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}""";
    String odd = header + " ".repeat((9 - header.length() % 8) % 8);
    assertThat((8 + odd.length()) % 4).isEqualTo(1);
    Files.write(file(), concat(SafetensorsFiles.unpadded(odd), 8));
    try (RandomAccessFile out = new RandomAccessFile(file().toFile(), "rw")) {
      out.seek(8 + odd.length());
      out.writeInt(Integer.reverseBytes(Float.floatToRawIntBits(3)));
      out.writeInt(Integer.reverseBytes(Float.floatToRawIntBits(-5)));
    }
    try (Checkpoint checkpoint = Checkpoint.open(directory, mapping)) {
      TensorView tensor = tensor(checkpoint, "a");
      assertThat(floats(tensor)).containsExactly(3, -5);
      if (mapping == Mapping.NATIVE) {
        assertThat(tensor.address() % 4).isZero();
      }
    }
  }

  @ParameterizedTest
  @MethodSource("mappings")
  void shardsAreOneCheckpoint(Mapping mapping) throws IOException {
    writeShards();
    try (Checkpoint checkpoint = Checkpoint.open(directory, mapping)) {
      assertThat(floats(tensor(checkpoint, "a"))).containsExactly(1);
      assertThat(floats(tensor(checkpoint, "b"))).containsExactly(2);
      assertThat(checkpoint.info("b").file().getFileName()).hasToString("m-2.safetensors");
    }
  }

  @ParameterizedTest
  @MethodSource("mappings")
  void asymlinkedFileIsRead(Mapping mapping) throws IOException {
    Path blob = directory.resolve("blob");
    SafetensorsFiles.write(blob, Map.of("a", Tensor.of("F32", new long[] {1}, 9)));
    Files.createSymbolicLink(file(), blob);
    try (Checkpoint checkpoint = Checkpoint.open(directory, mapping)) {
      assertThat(floats(tensor(checkpoint, "a"))).containsExactly(9);
    }
  }

  @ParameterizedTest
  @MethodSource("mappings")
  void tensorsAreConvertedAsAsked(Mapping mapping) throws IOException {
    long[] shape = {2, 2};
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    tensors.put("wide", Tensor.of("F32", shape, 1, -2.5f, 0x1.01p0f, 0x1p-20f));
    tensors.put("bf16", Tensor.of("BF16", shape, 1, -2.5f, 3e4f, 0));
    tensors.put("double", new Tensor("F64", new long[] {1}, doubleBytes(0.1)));
    tensors.put("far", Tensor.of("F32", new long[] {2}, 1, 1e6f));
    tensors.put("whole", new Tensor("I32", new long[] {1}, new byte[4]));
    SafetensorsFiles.write(file(), tensors);
    try (Checkpoint checkpoint = Checkpoint.open(directory, mapping)) {
      // Half of bf16's last place is a tie, which goes to the even one below.
      assertThat(floats(checkpoint.tensor("wide", DType.BF16)))
          .containsExactly(1, -2.5f, 1, 0x1p-20f);
      assertThat(floats(checkpoint.tensor("bf16", DType.F32))).containsExactly(1, -2.5f, 29952, 0);
      assertThat(floats(checkpoint.tensor("double", DType.F32))).containsExactly(0.1f);
      assertThat(floats(checkpoint.turned("bf16", DType.F32))).containsExactly(1, 29952, -2.5f, 0);
      assertThat(checkpoint.mappedFiles()).isEmpty();
      assertThatThrownBy(() -> checkpoint.tensor("far", DType.F16))
          .isInstanceOf(CheckpointException.class)
          .hasMessageContaining("tensor 'far': its value 1000000.0 is beyond what F16 holds");
      assertThatThrownBy(() -> checkpoint.tensor("whole", DType.F32))
          .isInstanceOf(CheckpointException.class)
          .hasMessageContaining("tensor 'whole': expected F32, BF16 or F16 weights, got I32");
      tensor(checkpoint, "wide");
      assertThat(checkpoint.mappedFiles()).hasSize(1);
    }
  }

  @Test
  void valuesAreComparedWhateverTheirTypes() throws IOException {
    long[] shape = {3};
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    tensors.put("one", Tensor.of("F32", shape, 1, 2, 3));
    tensors.put("same", Tensor.of("BF16", shape, 1, 2, 3));
    tensors.put("other", Tensor.of("F32", shape, 1, 2, 4));
    tensors.put("zero", Tensor.of("F32", shape, 0, 0, 0));
    SafetensorsFiles.write(file(), tensors);
    try (Checkpoint checkpoint = Checkpoint.open(directory, Mapping.JAVA)) {
      assertThat(checkpoint.areEqual("one", "one")).isTrue();
      assertThat(checkpoint.areEqual("one", "same")).isTrue();
      assertThat(checkpoint.areEqual("one", "other")).isFalse();
      assertThat(checkpoint.isZero("zero")).isTrue();
      assertThat(checkpoint.isZero("one")).isFalse();
    }
  }

  /** Written in place it is another model, replaced under its name it is still this one. */
  @Test
  void aFileThatIsWrittenToIsTold() throws IOException {
    SafetensorsFiles.write(file(), Map.of("a", Tensor.of("F32", new long[] {2}, 1, 2)));
    FileStamp stamp;
    try (Checkpoint checkpoint = Checkpoint.open(directory, Mapping.JAVA)) {
      tensor(checkpoint, "a");
      stamp = checkpoint.mappedFiles().get(0);
    }
    assertThat(stamp.damage()).isEmpty();
    byte[] good = Files.readAllBytes(file());
    Path other = Files.write(directory.resolve("other"), good);
    Files.move(other, file(), StandardCopyOption.REPLACE_EXISTING);
    assertThat(stamp.damage()).as("replaced").isEmpty();
    Files.delete(file());
    assertThat(stamp.damage()).as("removed").isEmpty();

    Files.write(file(), good);
    FileStamp again = FileStamp.of(file());
    Files.setLastModifiedTime(file(), FileTime.fromMillis(1));
    assertThat(again.damage()).hasValueSatisfying(told -> assertThat(told).contains("written to"));
    Files.write(file(), new byte[3]);
    assertThat(again.damage()).hasValueSatisfying(told -> assertThat(told).contains("got 3"));
  }

  private static byte[] doubleBytes(double value) {
    return ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putDouble(value).array();
  }

  /** A sparse file: the data of the last tensors begin past 2 GiB and past 4 GiB. */
  @Test
  @EnabledIf("hasNative")
  void tensorsBeyondTwoAndFourGigabytesAreReadRight() throws IOException {
    long big = (2L << 30) + 64;
    String header =
        """
        {"first":{"dtype":"BF16","shape":[%d],"data_offsets":[0,%d]},\
        "past2":{"dtype":"F32","shape":[2],"data_offsets":[%d,%d]},\
        "second":{"dtype":"BF16","shape":[%d],"data_offsets":[%d,%d]},\
        "past4":{"dtype":"F32","shape":[2],"data_offsets":[%d,%d]}}"""
            .formatted(
                big / 2,
                big,
                big,
                big + 8,
                big / 2,
                big + 8,
                2 * big + 8,
                2 * big + 8,
                2 * big + 16);
    byte[] start = SafetensorsFiles.framed(header);
    try (RandomAccessFile out = new RandomAccessFile(file().toFile(), "rw")) {
      out.write(start);
      out.seek(start.length + big);
      out.writeLong(Long.reverseBytes(0x40000000_3f800000L));
      out.seek(start.length + 2 * big + 8);
      out.writeLong(Long.reverseBytes(0xc0000000_bf800000L));
    }
    try (Checkpoint checkpoint = Checkpoint.open(directory, Mapping.NATIVE)) {
      assertThat(floats(tensor(checkpoint, "past2"))).containsExactly(1, 2);
      assertThat(floats(tensor(checkpoint, "past4"))).containsExactly(-1, -2);
      TensorView first = tensor(checkpoint, "first");
      assertThat(first.byteSize()).isEqualTo(big);
      assertThat(first.address() + big).isEqualTo(tensor(checkpoint, "past2").address());
    }
    try (Checkpoint checkpoint = Checkpoint.open(directory, Mapping.JAVA)) {
      assertThat(floats(tensor(checkpoint, "past4"))).containsExactly(-1, -2);
      assertThatThrownBy(() -> tensor(checkpoint, "first"))
          .isInstanceOf(CheckpointException.class)
          .hasMessageContaining("at most 2 GiB");
    }
  }

  private void writeShards() throws IOException {
    SafetensorsFiles.write(
        directory.resolve("m-1.safetensors"), Map.of("a", Tensor.of("F32", new long[] {1}, 1)));
    SafetensorsFiles.write(
        directory.resolve("m-2.safetensors"), Map.of("b", Tensor.of("F32", new long[] {1}, 2)));
    Files.writeString(
        directory.resolve("model.safetensors.index.json"),
        """
        {"metadata": {"total_size": 8},
         "weight_map": {"a": "m-1.safetensors", "b": "m-2.safetensors"}}""");
  }

  private static TensorView tensor(Checkpoint checkpoint, String name) {
    return checkpoint.tensor(name, typeOf(checkpoint, name));
  }

  private static DType typeOf(Checkpoint checkpoint, String name) {
    return checkpoint.info(name).dtype().orElseThrow();
  }

  static byte[] concat(byte[] start, int zeros) {
    return java.util.Arrays.copyOf(start, start.length + zeros);
  }

  /** Elements of a tensor in host or in mapped native memory. */
  static float[] floats(TensorView tensor) {
    int bytes = Math.toIntExact(tensor.byteSize());
    if (bytes == 0) {
      return new float[0];
    }
    ByteBuffer data =
        tensor.buffer() instanceof HostBuffer
            ? tensor.bytes()
            : Memory.view(tensor.address(), bytes).order(ByteOrder.nativeOrder());
    float[] values = new float[Math.toIntExact(tensor.shape().elements())];
    for (int i = 0; i < values.length; i++) {
      values[i] =
          tensor.dtype() == DType.F32
              ? data.getFloat(4 * i)
              : Float.intBitsToFloat(data.getShort(2 * i) << 16);
    }
    return values;
  }
}
