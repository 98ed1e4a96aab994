package dev.fovea.kernel;

import dev.fovea.tensor.DType;
import dev.fovea.tensor.Shape;
import dev.fovea.tensor.TensorView;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * Checks of every operation's arguments, the same for all backends. Each method throws an {@link
 * IllegalArgumentException} that says what was expected and what was given; element values (token
 * ids, slots, page ids) are the backend's to check.
 */
final class ShapeCheck {
  /** A dimension that may have any length. */
  private static final long ANY = -1;

  private ShapeCheck() {}

  static void embed(
      TensorView tokens, TensorView positions, Weight table, Weight positionTable, TensorView out) {
    matrix("table", table);
    plain("table", table);
    long n = rows("out", out);
    expect("out", out, DType.F32, n, table.shape().dim(1));
    expect("tokens", tokens, DType.I32, n);
    if (positionTable != null) {
      matrix("positionTable", positionTable);
      plain("positionTable", positionTable);
      expect("positions", positions, DType.I32, n);
      require(
          positionTable.shape().dim(1) == table.shape().dim(1)
              && positionTable.dtype() == table.dtype(),
          "positionTable: expected rows as table %s, got %s",
          table,
          positionTable);
    }
  }

  static void rmsNorm(TensorView residual, TensorView delta, Norm norm, TensorView out) {
    require(norm.beta() == null, "rmsNorm: expected no beta, got %s", norm.beta());
    layerNorm(residual, delta, norm, out);
  }

  static void layerNorm(TensorView residual, TensorView delta, Norm norm, TensorView out) {
    long n = rows("residual", residual);
    long hidden = residual.shape().rank() == 2 ? residual.shape().dim(1) : ANY;
    expect("residual", residual, DType.F32, n, hidden);
    if (delta != null) {
      expect("delta", delta, DType.F32, n, hidden);
    }
    vector("gamma", norm.gamma(), hidden);
    plain("gamma", norm.gamma());
    if (norm.beta() != null) {
      vector("beta", norm.beta(), hidden);
      plain("beta", norm.beta());
      sameType("beta", norm.beta().dtype(), norm.gamma().dtype());
    }
    dims("out", out.shape(), out.dtype(), n, hidden);
    boolean isWider = norm.gamma().dtype() == DType.F32 && out.dtype().isFloating();
    f32Or("out", out, isWider ? out.dtype() : norm.gamma().dtype());
  }

  static void linear(TensorView x, Weight weight, Weight bias, TensorView out) {
    matrix("weight", weight);
    long n = rows("x", x);
    expect("x", x, weight.dtype(), n, weight.shape().dim(1));
    if (bias != null) {
      vector("bias", bias, weight.shape().dim(0));
      require(
          bias.dtype() == DType.F32 || bias.dtype() == weight.dtype(),
          "bias: expected F32 or %s, got %s",
          weight.dtype(),
          bias);
    }
    dims("out", out.shape(), out.dtype(), n, weight.shape().dim(0));
    f32Or("out", out, weight.dtype());
  }

  /** Gives the heads that the arguments agree on. */
  static HeadLayout ropeAppend(RopeAppend args) {
    long n = rows("q", args.q());
    HeadLayout heads = heads(args.q(), args.cache(), n);
    expect("qkv", args.qkv(), DType.F32, n, heads.packedColumns());
    expect("positions", args.rows().positions(), DType.I32, n);
    expect("slots", args.rows().slots(), DType.I64, n);
    if (args.rotary() != null) {
      expect("rotary", args.rotary(), DType.F32, ANY, ANY);
      long width = args.rotary().shape().dim(1);
      require(
          width >= 2 && width <= heads.dim() && width % 2 == 0,
          "rotary: expected an even number of columns up to %s, got %s",
          heads.dim(),
          args.rotary());
    }
    headNorm("queryNorm", args.queryNorm(), heads);
    headNorm("keyNorm", args.keyNorm(), heads);
    if (args.queryNorm() != null && args.keyNorm() != null) {
      sameType("keyNorm", args.keyNorm().gamma().dtype(), args.queryNorm().gamma().dtype());
      require(
          args.keyNorm().epsilon() == args.queryNorm().epsilon(),
          "keyNorm: expected the epsilon of queryNorm %s, got %s",
          args.queryNorm().epsilon(),
          args.keyNorm().epsilon());
    }
    return heads;
  }

  /** Gives the heads that the arguments agree on. */
  static HeadLayout attention(Attention args) {
    long n = rows("q", args.q());
    HeadLayout heads = heads(args.q(), args.cache(), n);
    expect("out", args.out(), args.q().dtype(), n, heads.query(), heads.dim());
    TensorView lengths = args.sequences().contextLength();
    long b = rows("contextLength", lengths);
    expect("contextLength", lengths, DType.I32, b);
    expect("queryStart", args.sequences().queryStart(), DType.I32, b + 1);
    expect("tableRow", args.sequences().tableRow(), DType.I32, b);
    expect("pageTable", args.sequences().pageTable(), DType.I32, ANY, ANY);
    int numGenerated = args.sequences().numGenerated();
    require(
        numGenerated >= 0 && numGenerated <= b,
        "numGenerated: expected 0 to %s sequences, got %s",
        b,
        numGenerated);
    mask(args.mask());
    return heads;
  }

  private static void mask(Attention.Mask mask) {
    require(Float.isFinite(mask.scale()), "scale: expected a finite number, got %s", mask.scale());
    require(mask.window() >= 0, "window: expected 0 (none) or more, got %s", mask.window());
    require(
        mask.window() == 0 || mask.kind() == Attention.Mask.Kind.CAUSAL,
        "window: expected 0 (none) where the mask is full, got %s",
        mask.window());
  }

  static void activation(boolean gated, TensorView x, TensorView out) {
    long n = rows("out", out);
    require(
        out.dtype().isFloating() && out.shape().rank() == 2,
        "out: expected [N, F] of a floating dtype, got %s",
        out);
    DType dtype = x.dtype() == DType.F32 ? DType.F32 : out.dtype();
    expect("x", x, dtype, n, (gated ? 2 : 1) * out.shape().dim(1));
  }

  static void gatherRows(TensorView x, TensorView rows, TensorView out) {
    long r = rows("out", out);
    expect("rows", rows, DType.I32, r);
    require(x.shape().rank() == 2, "x: expected [N, E], got %s", x);
    expect("out", out, x.dtype(), r, x.shape().dim(1));
  }

  static void putIds(TensorView ids, TensorView sources, TensorView places, TensorView out) {
    long j = rows("places", places);
    expect("places", places, DType.I32, j);
    expect("ids", ids, DType.I32, sources == null ? j : ANY);
    if (sources != null) {
      expect("sources", sources, DType.I32, j);
    }
    require(out.dtype() == DType.I32, "out: expected I32, got %s", out);
  }

  static void copy(TensorView from, TensorView to) {
    require(
        from.byteSize() == to.byteSize(),
        "copy: expected as many bytes as %s has, got %s",
        from,
        to);
  }

  static void sample(TensorView logits, List<SampleRow> rows, TensorView tokens) {
    expect("logits", logits, DType.F32, rows.size(), ANY);
    expect("tokens", tokens, DType.I32, rows.size());
    for (SampleRow row : rows) {
      float temperature = row.temperature();
      if (temperature < 0 || !Float.isFinite(temperature)) {
        throw refused("temperature: expected 0 or a finite positive number, got %s", temperature);
      }
      SampleRow.Penalties penalties = row.penalties();
      if (penalties.tokens().length != penalties.counts().length) {
        throw refused(
            "penalties: expected as many counts as tokens %s, got %s",
            penalties.tokens().length, penalties.counts().length);
      }
    }
  }

  /** For backends whose kernels do not check ids. */
  static void sampledIds(List<SampleRow> rows, long vocabulary) {
    for (SampleRow row : rows) {
      idsBelow("penalty tokens", row.penalties().tokens(), vocabulary);
      idsBelow("banned", row.banned(), vocabulary);
    }
  }

  static void idsBelow(String what, int[] ids, long limit) {
    for (int i = 0; i < ids.length; i++) {
      if (ids[i] < 0 || ids[i] >= limit) {
        throw new IllegalArgumentException(
            String.format(
                Locale.ROOT,
                "%s[%d]: expected an id in 0 .. %d, got %d",
                what,
                i,
                limit - 1,
                ids[i]));
      }
    }
  }

  private static HeadLayout heads(TensorView q, KvLayer cache, long n) {
    Shape pages = cache.keys().shape();
    require(
        cache.keys().dtype().isFloating(),
        "pages: expected a floating dtype, got %s",
        cache.keys().dtype());
    expect("q", q, cache.keys().dtype(), n, ANY, pages.dim(3));
    return new HeadLayout(
        Math.toIntExact(q.shape().dim(1)),
        Math.toIntExact(pages.dim(1)),
        Math.toIntExact(pages.dim(3)));
  }

  private static void headNorm(String what, Norm norm, HeadLayout heads) {
    if (norm != null) {
      vector(what, norm.gamma(), heads.dim());
      plain(what, norm.gamma());
      require(norm.beta() == null, "%s: expected no beta, got %s", what, norm.beta());
    }
  }

  private static void matrix(String what, Weight weight) {
    require(weight.shape().rank() == 2, "%s: expected [M, K], got %s", what, weight);
  }

  private static void vector(String what, Weight weight, long length) {
    dims(what, weight.shape(), weight.dtype(), length);
  }

  private static void plain(String what, Weight weight) {
    require(
        weight.segments().size() == 1,
        "%s: expected one tensor, got %s stacked",
        what,
        weight.segments().size());
  }

  private static long rows(String what, TensorView view) {
    require(view.shape().rank() > 0, "%s: expected rows, got a scalar", what);
    return view.shape().dim(0);
  }

  private static void sameType(String what, DType got, DType expected) {
    require(got == expected, "%s: expected %s, got %s", what, expected, got);
  }

  private static void f32Or(String what, TensorView view, DType other) {
    require(
        view.dtype() == DType.F32 || view.dtype() == other,
        "%s: expected F32 or %s, got %s",
        what,
        other,
        view);
  }

  private static void expect(String what, TensorView view, DType dtype, long... expected) {
    if (view == null) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT, "%s: expected %s %s, got none", what, Arrays.toString(expected), dtype));
    }
    dims(what, view.shape(), view.dtype(), expected);
    if (view.dtype() != dtype) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT, "%s: expected %s, got %s %s", what, dtype, view.shape(), view.dtype()));
    }
  }

  private static void dims(String what, Shape shape, DType dtype, long... expected) {
    boolean equal = shape.rank() == expected.length;
    for (int i = 0; equal && i < expected.length; i++) {
      equal = expected[i] == ANY || expected[i] == shape.dim(i);
    }
    if (!equal) {
      String text = Arrays.toString(expected).replace("-1", "any");
      throw new IllegalArgumentException(
          String.format(Locale.ROOT, "%s: expected %s, got %s %s", what, text, shape, dtype));
    }
  }

  private static void require(boolean holds, String format, Object... values) {
    if (!holds) {
      throw refused(format, values);
    }
  }

  private static IllegalArgumentException refused(String format, Object... values) {
    return new IllegalArgumentException(String.format(Locale.ROOT, format, values));
  }
}
