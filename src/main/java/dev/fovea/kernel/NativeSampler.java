package dev.fovea.kernel;

import dev.fovea.binding.SampleParams;
import dev.fovea.tensor.TensorView;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.function.LongFunction;
import java.util.function.ToIntFunction;

/**
 * {@link Kernels#sample}: lays the rows' settings out as the native arrays, in one staging that
 * grows to the largest batch seen.
 */
final class NativeSampler implements AutoCloseable {
  private static final int FIRST_BYTES = 1 << 16;

  private final LongFunction<Staging> newStaging;
  private final ToIntFunction<SampleParams> call;
  private final SampleParams params = new SampleParams();
  private Staging staging;
  private ByteBuffer bytes;

  /**
   * @param call the native function, which gives its status
   */
  NativeSampler(LongFunction<Staging> newStaging, ToIntFunction<SampleParams> call) {
    this.newStaging = newStaging;
    this.call = call;
    stage(FIRST_BYTES);
  }

  /** The status of the native call. */
  int run(TensorView logits, List<SampleRow> rows, TensorView tokens) {
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
    staging.upload(bytes.position());
    return call.applyAsInt(params);
  }

  private void reserve(long byteSize) {
    if (byteSize > bytes.capacity()) {
      staging.close();
      stage(2 * byteSize);
    }
    bytes.clear();
  }

  private void stage(long byteSize) {
    staging = newStaging.apply(byteSize);
    bytes = staging.host().bytes();
  }

  @Override
  public void close() {
    staging.close();
  }

  /** Of the next element that goes into the staging, as the operation sees it. */
  private long address() {
    return staging.device().address() + bytes.position();
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
