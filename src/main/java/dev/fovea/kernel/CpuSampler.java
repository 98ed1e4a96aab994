package dev.fovea.kernel;

import dev.fovea.binding.CpuLibrary;
import dev.fovea.binding.CpuLibrary.StreamHandle;
import dev.fovea.binding.SampleParams;
import dev.fovea.tensor.HostBuffer;
import dev.fovea.tensor.TensorView;
import java.nio.ByteBuffer;
import java.util.List;

/**
 * {@link Kernels#sample}: lays the rows' settings out as the native arrays, in one buffer that
 * grows to the largest batch seen.
 */
final class CpuSampler {
  private final StreamHandle stream;
  private final SampleParams params = new SampleParams();
  private HostBuffer buffer = HostBuffer.allocate(0);
  private ByteBuffer bytes = buffer.bytes();

  CpuSampler(StreamHandle stream) {
    this.stream = stream;
  }

  void run(TensorView logits, List<SampleRow> rows, TensorView tokens) {
    int bans = rows.stream().mapToInt(row -> row.banned().length).sum();
    int penalties = rows.stream().mapToInt(row -> row.penalties().tokens().length).sum();
    int words = 2 * 2 * rows.size() + 8 * rows.size() + 2 * (rows.size() + 1);
    reserve(Integer.BYTES * (long) (words + bans + 2 * penalties));

    params.seed(address());
    rows.forEach(row -> bytes.putLong(row.noise().seed()));
    params.outputPosition(address());
    rows.forEach(row -> bytes.putLong(row.noise().position()));
    params.choice(address());
    rows.forEach(row -> bytes.putInt(row.noise().choice()));
    params.temperature(address());
    rows.forEach(row -> bytes.putFloat(row.temperature()));
    putFilters(rows);
    putBans(rows);
    putPenalties(rows);
    params
        .logits(logits.address())
        .tokens(tokens.address())
        .numRows(rows.size())
        .vocabulary(logits.shape().dim(1));
    NativeStatus.check("sample", CpuLibrary.sample(stream, params));
  }

  private void reserve(long byteSize) {
    if (byteSize > buffer.byteSize()) {
      buffer = HostBuffer.allocate(2 * byteSize);
      bytes = buffer.bytes();
    }
    bytes.clear();
  }

  /** Of the next element that goes into the buffer. */
  private long address() {
    return buffer.address() + bytes.position();
  }

  private void putFilters(List<SampleRow> rows) {
    params.topK(address());
    rows.forEach(row -> bytes.putInt(row.filters().topK()));
    params.topP(address());
    rows.forEach(row -> bytes.putFloat(row.filters().topP()));
    params.minP(address());
    rows.forEach(row -> bytes.putFloat(row.filters().minP()));
  }

  private void putBans(List<SampleRow> rows) {
    params.banStart(address());
    int start = 0;
    bytes.putInt(start);
    for (SampleRow row : rows) {
      start += row.banned().length;
      bytes.putInt(start);
    }
    params.banned(address());
    rows.forEach(row -> putAll(row.banned()));
  }

  private void putPenalties(List<SampleRow> rows) {
    params.repetition(address());
    rows.forEach(row -> bytes.putFloat(row.penalties().repetition()));
    params.presence(address());
    rows.forEach(row -> bytes.putFloat(row.penalties().presence()));
    params.frequency(address());
    rows.forEach(row -> bytes.putFloat(row.penalties().frequency()));
    params.penaltyStart(address());
    int start = 0;
    bytes.putInt(start);
    for (SampleRow row : rows) {
      start += row.penalties().tokens().length;
      bytes.putInt(start);
    }
    params.penaltyToken(address());
    rows.forEach(row -> putAll(row.penalties().tokens()));
    params.penaltyCount(address());
    rows.forEach(row -> putAll(row.penalties().counts()));
  }

  private void putAll(int[] values) {
    for (int value : values) {
      bytes.putInt(value);
    }
  }
}
