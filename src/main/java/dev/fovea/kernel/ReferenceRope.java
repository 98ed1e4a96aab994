package dev.fovea.kernel;

import dev.fovea.tensor.TensorView;
import java.util.Locale;

/** {@link Kernels#ropeAppend}, one token after the other. */
final class ReferenceRope {
  private final HeadLayout heads;
  private final ReferenceNorm queryNorm;
  private final ReferenceNorm keyNorm;
  private final TensorView rotary;

  private ReferenceRope(RopeAppend args, HeadLayout heads) {
    this.heads = heads;
    this.queryNorm = args.queryNorm() == null ? null : ReferenceNorm.rms(args.queryNorm());
    this.keyNorm = args.keyNorm() == null ? null : ReferenceNorm.rms(args.keyNorm());
    this.rotary = args.rotary();
  }

  static void apply(RopeAppend args, HeadLayout heads) {
    ReferenceRope rope = new ReferenceRope(args, heads);
    int[] positions = Elements.ints(args.rows().positions());
    long[] slots = Elements.longs(args.rows().slots());
    TensorView keys = args.cache().keys();
    check(positions, slots, args);
    int columns = heads.packedColumns();
    int queryColumns = heads.query() * heads.dim();
    int keyColumns = heads.kv() * heads.dim();
    for (int n = 0; n < positions.length; n++) {
      FloatSpan packed = new FloatSpan(Elements.read(args.qkv(), (long) n * columns, columns), 0);
      FloatSpan newKeys = packed.plus(queryColumns);
      rope.turn(packed, heads.query(), rope.queryNorm, positions[n]);
      rope.turn(newKeys, heads.kv(), rope.keyNorm, positions[n]);
      Elements.write(args.q(), (long) n * queryColumns, queryColumns, packed);
      rope.append(keys, slots[n], newKeys);
      rope.append(args.cache().values(), slots[n], newKeys.plus(keyColumns));
    }
  }

  private static void check(int[] positions, long[] slots, RopeAppend args) {
    long numSlots = args.cache().keys().shape().dim(0) * KvLayer.PAGE_SLOTS;
    long maxPositions = args.rotary() == null ? Integer.MAX_VALUE : args.rotary().shape().dim(0);
    for (int n = 0; n < positions.length; n++) {
      if (positions[n] < 0 || positions[n] >= maxPositions) {
        throw new IllegalArgumentException(
            String.format(
                Locale.ROOT,
                "positions[%d]: expected 0 .. %d, got %d",
                n,
                maxPositions - 1,
                positions[n]));
      }
      if (slots[n] < RopeAppend.NO_SLOT || slots[n] >= numSlots) {
        throw new IllegalArgumentException(
            String.format(
                Locale.ROOT, "slots[%d]: expected 0 .. %d, got %d", n, numSlots - 1, slots[n]));
      }
    }
  }

  /** Normalises and rotates {@code count} heads in place. */
  private void turn(FloatSpan packed, int count, ReferenceNorm norm, int position) {
    int dim = heads.dim();
    float[] angles = rotary == null ? null : angles(position);
    for (int h = 0; h < count; h++) {
      FloatSpan head = packed.plus(h * dim);
      if (norm != null) {
        norm.apply(head);
      }
      if (angles != null) {
        rotate(head, angles);
      }
    }
  }

  private float[] angles(int position) {
    int width = Math.toIntExact(rotary.shape().dim(1));
    return Elements.read(rotary, (long) position * width, width);
  }

  /** Su et al. 2021, with the pairs (i, i + R/2). */
  private static void rotate(FloatSpan head, float[] angles) {
    float[] x = head.values();
    int half = angles.length / 2;
    for (int i = 0; i < half; i++) {
      int low = head.from() + i;
      int high = low + half;
      float cosine = angles[i];
      float sine = angles[half + i];
      float first = x[low];
      float second = x[high];
      x[low] = first * cosine - second * sine;
      x[high] = second * cosine + first * sine;
    }
  }

  /** Writes the token's {@code [Hkv, D]} into slot {@code page * S + slot} of its page. */
  private void append(TensorView pages, long slot, FloatSpan values) {
    if (slot == RopeAppend.NO_SLOT) {
      return;
    }
    long page = slot / KvLayer.PAGE_SLOTS;
    long inPage = slot % KvLayer.PAGE_SLOTS;
    for (int h = 0; h < heads.kv(); h++) {
      long row = (page * heads.kv() + h) * KvLayer.PAGE_SLOTS + inPage;
      Elements.write(pages, row * heads.dim(), heads.dim(), values.plus(h * heads.dim()));
    }
  }
}
