package dev.fovea.model;

import dev.fovea.kernel.Kernels;
import dev.fovea.kernel.ReferenceKernels;
import dev.fovea.weights.Mapping;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/** The backends that this machine can run. */
record Backends(String name, Supplier<Kernels> open, Mapping mapping) {

  static List<Backends> available() {
    List<Backends> all = new ArrayList<>();
    all.add(new Backends("reference", ReferenceKernels::new, Mapping.JAVA));
    return all;
  }

  @Override
  public String toString() {
    return name;
  }
}
