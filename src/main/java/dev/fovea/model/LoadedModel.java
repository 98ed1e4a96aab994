package dev.fovea.model;

import dev.fovea.tensor.DType;
import java.util.ArrayList;
import java.util.List;

/**
 * A model ready to run. Closing frees pages and workspace, then unmaps the weights; the kernels it
 * was loaded for belong to who made them and close last.
 *
 * @param dtype of weights and pages
 * @param resources in the order they close
 */
public record LoadedModel(
    ModelConfig config,
    GenerationConfig generation,
    DType dtype,
    MemoryPlan memory,
    StepRunner runner,
    List<AutoCloseable> resources)
    implements AutoCloseable {

  public LoadedModel {
    resources = List.copyOf(resources);
  }

  @Override
  public void close() {
    List<AutoCloseable> all = new ArrayList<>(resources);
    all.add(0, runner);
    ModelLoader.closeAll(all);
  }
}
