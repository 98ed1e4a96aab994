package dev.fovea.server;

import com.sun.management.OperatingSystemMXBean;
import dev.fovea.kernel.DeviceMemory;
import dev.fovea.model.Batch;
import dev.fovea.model.Capacity;
import dev.fovea.model.MemoryPlan;
import dev.fovea.model.ModelLoader;
import java.lang.management.ManagementFactory;
import java.util.Optional;

/** Turns the settings of context, sequences and memory into what a model is prepared for. */
public final class MemoryBudget {
  private static final long DEFAULT_KV_BYTES = 2L << 30;
  private static final int DEFAULT_CONTEXTS = 2;
  private static final int PART_OF_MEMORY = 4;

  private MemoryBudget() {}

  /**
   * In the host's memory.
   *
   * @param inspection of the model
   * @throws IllegalArgumentException if the wanted context exceeds the model's
   */
  public static Capacity of(FoveaConfig config, ModelLoader.Inspection inspection) {
    return of(config, inspection, Optional.empty());
  }

  /**
   * @param inspection of the model
   * @param device its memory before anything of the model is there; empty: the host's is used
   * @throws IllegalArgumentException if the wanted context exceeds the model's, or the fraction of
   *     memory is not above 0 and at most 1
   */
  static Capacity of(
      FoveaConfig config, ModelLoader.Inspection inspection, Optional<DeviceMemory> device) {
    int maxSequences = config.maxSequences();
    int maxTokens = config.prefillChunk() + maxSequences;
    int maxContext = config.maxContext().orElse(0);
    MemoryPlan unbounded =
        MemoryPlan.of(
            inspection.config(),
            inspection.dtype(),
            new Capacity(maxTokens, maxSequences, maxContext, Long.MAX_VALUE));
    if (device.isPresent() && config.kvMemory().isEmpty()) {
      return new Capacity(
          maxTokens, maxSequences, maxContext, share(device.get(), config.memoryFraction()));
    }
    long kvBytes =
        config
            .kvMemory()
            .map(size -> size.asLongValue())
            .orElseGet(() -> defaultKvBytes(unbounded, maxContext));
    return new Capacity(
        maxTokens,
        maxSequences,
        maxContext,
        unbounded.weightBytes() + unbounded.workspaceBytes() + kvBytes);
  }

  /** What is left of a share of the device when others and this process's own code have theirs. */
  private static long share(DeviceMemory device, double fraction) {
    if (!(fraction > 0 && fraction <= 1)) {
      throw new IllegalArgumentException(
          "fovea.memory-fraction: expected above 0 and at most 1, got " + fraction);
    }
    long used = device.total() - device.free();
    return Math.max(1, (long) (fraction * device.total()) - used);
  }

  /**
   * Room for two sequences of full length where that is modest; a context that was asked for is
   * always given room.
   */
  private static long defaultKvBytes(MemoryPlan plan, int askedContext) {
    long oneContext = kvBytes(plan, plan.maxContext());
    long modest = Math.min(DEFAULT_KV_BYTES, physicalBytes() / PART_OF_MEMORY);
    long wanted = Math.min(DEFAULT_CONTEXTS * oneContext, modest);
    return askedContext == 0 ? wanted : Math.max(wanted, oneContext);
  }

  private static long kvBytes(MemoryPlan plan, int tokens) {
    return plan.kvBytesPerToken() * Batch.PAGE_SLOTS * MemoryPlan.pagesFor(tokens);
  }

  private static long physicalBytes() {
    return ((OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean())
        .getTotalMemorySize();
  }
}
