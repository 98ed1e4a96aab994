package dev.fovea.model;

import dev.fovea.tensor.DType;
import dev.fovea.weights.FileStamp;
import java.util.ArrayList;
import java.util.List;

/**
 * A model ready to run. Closing frees pages and workspace, then unmaps the weights; the kernels it
 * was loaded for belong to who made them and close last.
 *
 * @param mapped files that weights are used in where they lie, as they were when they were opened
 * @param resources in the order they close
 */
public record LoadedModel(
    ModelLoader.Inspection inspection,
    MemoryPlan memory,
    StepRunner runner,
    List<FileStamp> mapped,
    List<AutoCloseable> resources)
    implements AutoCloseable {

  public LoadedModel {
    mapped = List.copyOf(mapped);
    resources = List.copyOf(resources);
  }

  public ModelConfig config() {
    return inspection.config();
  }

  /** Dtype of the matrices and of the pages. */
  public DType dtype() {
    return inspection.weights().dtype();
  }

  @Override
  public void close() {
    List<AutoCloseable> all = new ArrayList<>(resources);
    all.add(0, runner);
    ModelLoader.closeAll(all);
  }
}
