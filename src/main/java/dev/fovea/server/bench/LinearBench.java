package dev.fovea.server.bench;

import dev.fovea.kernel.NativeKernels;
import dev.fovea.kernel.Weight;
import dev.fovea.tensor.Buffer;
import dev.fovea.tensor.DType;
import dev.fovea.tensor.TensorView;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Speed of the matrix product: few rows against read bandwidth (the weight once), many against the
 * dot peak. Every call uses another copy of the weight.
 */
public final class LinearBench {
  private static final int RUNS = 21;
  private static final int FEW_ROWS = 8;

  /** {@code rows} of x against a weight {@code [outputs, inputs]}. */
  public record Case(DType dtype, int rows, int outputs, int inputs) {
    long weightBytes() {
      return (long) outputs * inputs * dtype.bytes();
    }

    double operations() {
      return 2.0 * rows * outputs * inputs;
    }

    boolean isBoundByMemory() {
      return rows <= FEW_ROWS;
    }
  }

  /** Square products and those of a model of about a billion parameters. */
  public static List<Case> standard() {
    List<Case> cases = new ArrayList<>();
    for (int rows : new int[] {1, 2, 4, 8, 16, 64, 512}) {
      cases.add(new Case(DType.BF16, rows, 4096, 4096));
    }
    for (int rows : new int[] {1, 512}) {
      cases.add(new Case(DType.BF16, rows, 16384, 2048));
      cases.add(new Case(DType.BF16, rows, 2048, 8192));
    }
    return cases;
  }

  private final NativeKernels kernels;
  private final long rotateBytes;

  /**
   * @param rotateBytes size of all copies of the weight together
   */
  public LinearBench(NativeKernels kernels, long rotateBytes) {
    this.kernels = kernels;
    this.rotateBytes = rotateBytes;
  }

  /** Measures one case; it fails if an output is not written or holds a NaN. */
  public KernelFigure measure(Case c) {
    Bench bench = new Bench(kernels, c.dtype());
    long copies = Math.max(2, rotateBytes / c.weightBytes());
    return kernels.copiesWeights()
        ? measureUploaded(c, bench, copies)
        : measureBorrowed(c, bench, copies);
  }

  private KernelFigure measureBorrowed(Case c, Bench bench, long copies) {
    try (Buffer weights = kernels.allocate(copies * c.weightBytes())) {
      TensorView all = bench.normal(weights, copies * c.outputs(), c.inputs());
      List<Weight> rotated = new ArrayList<>();
      for (long copy = 0; copy < copies; copy++) {
        rotated.add(kernels.prepare(List.of(all.rows(copy * c.outputs(), c.outputs()))));
      }
      return measure(c, bench, rotated);
    }
  }

  private KernelFigure measureUploaded(Case c, Bench bench, long copies) {
    TensorView host = bench.normalInHost(c.outputs(), c.inputs());
    List<Weight> rotated = new ArrayList<>();
    for (long copy = 0; copy < copies; copy++) {
      rotated.add(kernels.prepare(List.of(host)));
    }
    return measure(c, bench, rotated);
  }

  private KernelFigure measure(Case c, Bench bench, List<Weight> weights) {
    TensorView x = bench.place(bench.normalInHost(c.rows(), c.inputs()));
    TensorView out = bench.poisoned(DType.F32, c.rows(), c.outputs());
    Ceilings before = Ceilings.measure(kernels, rotateBytes);
    double seconds =
        bench.medianSeconds(
            RUNS, run -> kernels.linear(x, weights.get(run % weights.size()), null, out));
    Ceilings after = Ceilings.measure(kernels, rotateBytes);
    bench.checkWritten(out);
    Ceilings mean = before.mean(after);
    boolean memory = c.isBoundByMemory();
    return new KernelFigure(
        "linear " + c.rows(),
        String.format(
            Locale.ROOT, "N=%d M=%d K=%d %s", c.rows(), c.outputs(), c.inputs(), c.dtype()),
        kernels.linearKernel(x, weights.get(0)),
        kernels.info(),
        seconds,
        RUNS,
        1e-9 * (memory ? c.weightBytes() : c.operations()) / seconds,
        1e-9 * (memory ? mean.bytesPerSecond() : mean.flopsPerSecond()),
        memory ? "GB/s" : "GFLOP/s",
        before.drift(after),
        weights.size() * c.weightBytes(),
        Map.of());
  }
}
