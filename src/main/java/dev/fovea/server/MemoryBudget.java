package dev.fovea.server;

import com.sun.management.OperatingSystemMXBean;
import dev.fovea.kernel.AttentionBounds;
import dev.fovea.kernel.DeviceMemory;
import dev.fovea.kernel.Kernels;
import dev.fovea.model.Batch;
import dev.fovea.model.Capacity;
import dev.fovea.model.MemoryPlan;
import dev.fovea.model.ModelLoader;
import java.lang.management.ManagementFactory;
import java.util.Locale;
import java.util.Optional;
import java.util.function.ToLongFunction;

/**
 * The settings of context, sequences and memory, turned into what a model is prepared for.
 *
 * @param capacity to load the model with
 * @param plan that loading will follow
 * @param setting that gives keys and values more memory
 */
public record MemoryBudget(Capacity capacity, MemoryPlan plan, String setting) {
  private static final String CONTEXT_SETTING = "fovea.max-context";
  private static final String KV_SETTING = "fovea.kv-memory";
  private static final String SHARE_SETTING = "fovea.memory-fraction";
  private static final String NEEDS =
      CONTEXT_SETTING + ", fovea.max-sequences or fovea.prefill-chunk";

  /** Tokens of a sequence of usual length. */
  private static final int USUAL_TOKENS = 4096;

  private static final int PART_OF_MEMORY = 4;

  /** A token of a prompt and one that answers it. */
  private static final int LEAST_CONTEXT = 2;

  /**
   * Whose memory it is.
   *
   * @param device its memory before anything of the model is there; empty: the host's is used
   * @param hostBytes memory of the machine, or the limit of the container
   * @param scratch bytes that its kernels need for attention within bounds
   */
  public record Owner(
      Optional<DeviceMemory> device, long hostBytes, ToLongFunction<AttentionBounds> scratch) {

    /** The machine without a GPU. */
    public static Owner host() {
      return new Owner(Optional.empty(), physicalBytes(), bounds -> 0);
    }

    static Owner of(Kernels kernels) {
      return new Owner(kernels.memory(), physicalBytes(), kernels::scratchBytes);
    }

    private static long physicalBytes() {
      return ((OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean())
          .getTotalMemorySize();
    }
  }

  /**
   * @param inspection of the model
   * @throws IllegalArgumentException if a setting is out of its range or not even a page fits; the
   *     message names the settings that change it
   */
  public static MemoryBudget of(
      FoveaConfig config, ModelLoader.Inspection inspection, Owner owner) {
    MemoryPlan unbounded = unbounded(config, inspection, owner);
    boolean isShare = owner.device().isPresent() && config.kvMemory().isEmpty();
    long bytes =
        isShare
            ? share(owner.device().get(), config.memoryFraction())
            : unbounded.weightBytes()
                + unbounded.workspaceBytes()
                + kvBytes(config, unbounded, owner.hostBytes());
    String setting = isShare ? SHARE_SETTING : KV_SETTING;
    Capacity capacity = capacity(config, owner, bytes);
    MemoryPlan plan;
    try {
      plan = MemoryPlan.of(inspection, capacity, owner.scratch());
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(
          String.format(Locale.ROOT, "%s; raise %s, or lower %s", e.getMessage(), setting, NEEDS),
          e);
    }
    requireThere(plan, inspection.weights(), owner);
    return new MemoryBudget(capacity, plan, setting);
  }

  /**
   * Looks at the settings alone, not at memory.
   *
   * @throws IllegalArgumentException if one is out of its range or beyond the model's
   */
  static void check(FoveaConfig config, ModelLoader.Inspection inspection) {
    unbounded(config, inspection, Owner.host());
  }

  /** What it would be if memory had no end. */
  private static MemoryPlan unbounded(
      FoveaConfig config, ModelLoader.Inspection inspection, Owner owner) {
    int asked = config.maxContext().orElse(0);
    int positions = inspection.config().longestContext();
    boolean holdsAnAnswer = asked == 0 || asked >= LEAST_CONTEXT;
    if (!holdsAnAnswer || asked > positions) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "%s: expected %d to the model's %d tokens, got %d",
              CONTEXT_SETTING,
              LEAST_CONTEXT,
              positions,
              asked));
    }
    return MemoryPlan.of(inspection, capacity(config, owner, Long.MAX_VALUE), owner.scratch());
  }

  private static Capacity capacity(FoveaConfig config, Owner owner, long bytes) {
    StepSettings step = StepSettings.of(config, owner.device().isPresent());
    return new Capacity(
        step.tokens(), step.maxSequences(), config.maxContext().orElse(0), Math.max(1, bytes));
  }

  /** What is left of a share of the device when others and this process's own code have theirs. */
  private static long share(DeviceMemory device, double fraction) {
    if (!(fraction > 0 && fraction <= 1)) {
      throw new IllegalArgumentException(
          SHARE_SETTING + ": expected above 0 and at most 1, got " + fraction);
    }
    long used = device.total() - device.free();
    return (long) (fraction * device.total()) - used;
  }

  /** Weights that are mapped from their files on a host need no memory to be there. */
  private static void requireThere(MemoryPlan plan, ModelLoader.Weights weights, Owner owner) {
    long there = owner.device().map(DeviceMemory::free).orElse(owner.hostBytes());
    long needed =
        plan.totalBytes()
            - (owner.device().isPresent() ? 0 : weights.bytes() - weights.copiedBytes());
    if (needed > there) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "memory: expected at most the %d bytes there are, got %d, of which keys and values take %d; lower %s or %s",
              there,
              needed,
              plan.kvBytes(),
              KV_SETTING,
              NEEDS));
    }
  }

  /**
   * As asked, else room for all sequences at a usual length, and for one of full length, where that
   * is a modest part of the memory that the model leaves; a context that was asked for is always
   * given room. A model that leaves little is mapped, and shares what it takes with the pages.
   */
  private static long kvBytes(FoveaConfig config, MemoryPlan plan, long hostBytes) {
    if (config.kvMemory().isPresent()) {
      return config.kvMemory().get().asLongValue();
    }
    long page = plan.kvBytesPerToken() * Batch.PAGE_SLOTS;
    long oneContext = MemoryPlan.pagesFor(plan.maxContext());
    long usual = MemoryPlan.pagesFor(Math.min(plan.maxContext(), USUAL_TOKENS));
    long sequences = StepSettings.of(config, false).maxSequences();
    long left = hostBytes - plan.weightBytes() - plan.workspaceBytes();
    long modest = Math.max(left, hostBytes / PART_OF_MEMORY) / PART_OF_MEMORY / page;
    long pages = Math.min(Math.max(oneContext, sequences * usual), modest);
    return page * (config.maxContext().isEmpty() ? pages : Math.max(pages, oneContext));
  }
}
