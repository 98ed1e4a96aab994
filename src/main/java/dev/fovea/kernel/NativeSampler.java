package dev.fovea.kernel;

import dev.fovea.binding.SampleParams;
import dev.fovea.tensor.TensorView;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.function.LongConsumer;
import java.util.function.LongFunction;
import java.util.function.Supplier;
import java.util.function.ToIntFunction;

/**
 * {@link Kernels#sample}: lays the rows' settings out as the native arrays, in stagings that grow
 * to the largest batch seen. Two of them take turns, so that a call is prepared while the one
 * before is still to run.
 */
final class NativeSampler implements AutoCloseable {
  private static final int FIRST_BYTES = 1 << 16;
  private static final int WORDS_A_ROW = 2 * 2 + 8;
  private static final int WORD = Integer.BYTES;

  private final LongFunction<Staging> newStaging;
  private final ToIntFunction<SampleParams> call;
  private final SampleParams params = new SampleParams();
  private final Side[] sides;
  private int turn;

  /** Of the side in turn: where its arrays go, and where the next one begins. */
  private ByteBuffer bytes;

  private long address;
  private int end;

  /** A staging, and the mark behind the call that uses it. */
  private static final class Side {
    final Mark used;
    Staging staging;

    Side(Staging staging, Mark used) {
      this.staging = staging;
      this.used = used;
    }
  }

  /**
   * @param call the native function, which gives its status
   */
  NativeSampler(
      LongFunction<Staging> newStaging, Supplier<Mark> newMark, ToIntFunction<SampleParams> call) {
    this.newStaging = newStaging;
    this.call = call;
    sides = new Side[2];
    for (int i = 0; i < sides.length; i++) {
      sides[i] = new Side(newStaging.apply(FIRST_BYTES), newMark.get());
    }
  }

  /** The status of the native call. */
  int run(TensorView logits, List<SampleRow> rows, TensorView tokens) {
    int numBans = 0;
    int numPenalties = 0;
    for (SampleRow row : rows) {
      numBans += row.banned().length;
      numPenalties += row.penalties().tokens().length;
    }
    int words = WORDS_A_ROW * rows.size() + 2 * (rows.size() + 1) + numBans + 2 * numPenalties;
    turn = (turn + 1) % sides.length;
    Side side = sides[turn];
    begin(side, (long) WORD * words);
    putSettings(rows);
    putBans(rows, numBans);
    putPenalties(rows, numPenalties);
    params
        .logits(logits.address())
        .tokens(tokens.address())
        .numRows(rows.size())
        .vocabulary(logits.shape().dim(1));
    side.staging.upload(end);
    int status = call.applyAsInt(params);
    side.used.set();
    return status;
  }

  private void begin(Side side, long byteSize) {
    side.used.await();
    if (byteSize > side.staging.host().byteSize()) {
      side.staging.close();
      side.staging = newStaging.apply(2 * byteSize);
    }
    bytes = side.staging.host().bytes();
    address = side.staging.device().address();
    end = 0;
  }

  /** Where an array of so many bytes lies in the staging; tells the operation. */
  private int array(LongConsumer field, int byteSize) {
    int begin = end;
    field.accept(address + begin);
    end += byteSize;
    return begin;
  }

  private void putSettings(List<SampleRow> rows) {
    int column = WORD * rows.size();
    int seed = array(params::seed, 2 * column);
    int position = array(params::outputPosition, 2 * column);
    int choice = array(params::choice, column);
    int temperature = array(params::temperature, column);
    int topK = array(params::topK, column);
    int topP = array(params::topP, column);
    int minP = array(params::minP, column);
    int repetition = array(params::repetition, column);
    int presence = array(params::presence, column);
    int frequency = array(params::frequency, column);
    int at = 0;
    for (SampleRow row : rows) {
      bytes.putLong(seed + 2 * at, row.noise().seed());
      bytes.putLong(position + 2 * at, row.noise().position());
      bytes.putInt(choice + at, row.noise().choice());
      bytes.putFloat(temperature + at, row.temperature());
      bytes.putInt(topK + at, row.filters().topK());
      bytes.putFloat(topP + at, row.filters().topP());
      bytes.putFloat(minP + at, row.filters().minP());
      bytes.putFloat(repetition + at, row.penalties().repetition());
      bytes.putFloat(presence + at, row.penalties().presence());
      bytes.putFloat(frequency + at, row.penalties().frequency());
      at += WORD;
    }
  }

  private void putBans(List<SampleRow> rows, int count) {
    int start = array(params::banStart, WORD * (rows.size() + 1));
    int banned = array(params::banned, WORD * count);
    int numBefore = 0;
    bytes.putInt(start, 0);
    for (SampleRow row : rows) {
      putAll(banned + WORD * numBefore, row.banned());
      numBefore += row.banned().length;
      start += WORD;
      bytes.putInt(start, numBefore);
    }
  }

  private void putPenalties(List<SampleRow> rows, int count) {
    int start = array(params::penaltyStart, WORD * (rows.size() + 1));
    int token = array(params::penaltyToken, WORD * count);
    int occurrences = array(params::penaltyCount, WORD * count);
    int numBefore = 0;
    bytes.putInt(start, 0);
    for (SampleRow row : rows) {
      putAll(token + WORD * numBefore, row.penalties().tokens());
      putAll(occurrences + WORD * numBefore, row.penalties().counts());
      numBefore += row.penalties().tokens().length;
      start += WORD;
      bytes.putInt(start, numBefore);
    }
  }

  private void putAll(int at, int[] values) {
    for (int i = 0; i < values.length; i++) {
      bytes.putInt(at + WORD * i, values[i]);
    }
  }

  @Override
  public void close() {
    for (Side side : sides) {
      side.used.close();
      side.staging.close();
    }
  }
}
