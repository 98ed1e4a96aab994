package dev.fovea.model;

import dev.fovea.kernel.HeadLayout;
import dev.fovea.kernel.Kernels;
import dev.fovea.kernel.KvLayer;
import dev.fovea.tensor.DType;
import dev.fovea.tensor.Shape;
import dev.fovea.tensor.TensorView;
import java.util.ArrayList;
import java.util.List;

/**
 * Key and value pages {@code [P, Hkv, S, D]} of every layer; who fills which page is not its
 * matter.
 */
final class KvCache implements AutoCloseable {
  private final List<KvLayer> layers = new ArrayList<>();

  KvCache(ModelConfig config, DType dtype, int numPages, Kernels kernels) {
    HeadLayout heads = config.attention().heads();
    Shape shape = Shape.of(numPages, heads.kv(), KvLayer.PAGE_SLOTS, heads.dim());
    for (int i = 0; i < config.sizes().layers(); i++) {
      layers.add(new KvLayer(pages(shape, dtype, kernels), pages(shape, dtype, kernels)));
    }
  }

  private static TensorView pages(Shape shape, DType dtype, Kernels kernels) {
    long bytes = Math.multiplyExact(shape.elements(), dtype.bytes());
    return new TensorView(kernels.allocate(bytes), 0, dtype, shape);
  }

  KvLayer layer(int index) {
    return layers.get(index);
  }

  @Override
  public void close() {
    for (KvLayer layer : layers) {
      layer.keys().buffer().close();
      layer.values().buffer().close();
    }
  }
}
