package dev.fovea.server;

import dev.fovea.kernel.KvLayer;
import dev.fovea.model.MemoryPlan;
import dev.fovea.model.ModelLoader;
import java.util.Locale;

/** What a memory plan means to whoever starts the server, and which settings change it. */
public final class MemoryReport {
  /** A conversation of usual length. */
  public static final int EXAMPLE_TOKENS = 2048;

  private final MemoryBudget budget;
  private final MemoryPlan plan;
  private final int modelContext;
  private final int stretchedContext;

  public MemoryReport(MemoryBudget budget, ModelLoader.Inspection inspection) {
    this.budget = budget;
    plan = budget.plan();
    modelContext = inspection.config().sizes().maxPositions();
    stretchedContext = inspection.config().longestContext();
  }

  /** A block of lines for the log. */
  public String text() {
    return String.join(
        "\n",
        format("Memory, %s in all:", bytes(plan.totalBytes())),
        format("  weights          %s", bytes(plan.weightBytes())),
        format(
            "  workspace        %s for steps of %d tokens (fovea.prefill-chunk,"
                + " fovea.max-sequences)",
            bytes(plan.workspaceBytes()), budget.capacity().maxTokens()),
        format(
            "  keys and values  %s: %d pages of %d tokens, %d bytes a token (%s)",
            bytes(plan.kvBytes()),
            plan.numPages(),
            KvLayer.PAGE_SLOTS,
            plan.kvBytesPerToken(),
            budget.setting()),
        format("  longest context  %d tokens, %s", plan.maxContext(), contextLimit()),
        format("  fit at once      %s", fitting()));
  }

  /** What keeps a context from being longer. */
  public String contextLimit() {
    if (plan.maxContext() > modelContext) {
      return format(
          "as fovea.max-context says; beyond %d the rotation's base is that of the whole context,"
              + " for short texts too",
          modelContext);
    }
    if (plan.maxContext() == modelContext) {
      return stretchedContext == modelContext
          ? "the model's limit"
          : format("the trained one; up to %d with fovea.max-context", stretchedContext);
    }
    return budget.capacity().maxContext() > 0
        ? "as fovea.max-context says"
        : format("all that fits of the model's %d (%s)", modelContext, budget.setting());
  }

  /** Sequences of so many tokens that are computed at once: pages limit them, or the setting. */
  public int sequencesOf(int tokens) {
    return Math.min(budget.capacity().maxSequences(), plan.sequencesOf(tokens));
  }

  private String fitting() {
    String full = fitting(plan.maxContext());
    return plan.maxContext() <= EXAMPLE_TOKENS ? full : full + ", " + fitting(EXAMPLE_TOKENS);
  }

  private String fitting(int tokens) {
    int fitting = sequencesOf(tokens);
    boolean isSetting = fitting == budget.capacity().maxSequences();
    return format(
        "%d of %d tokens (%s)",
        fitting, tokens, isSetting ? "fovea.max-sequences" : budget.setting());
  }

  private static String bytes(long bytes) {
    return bytes < 100_000_000 ? format("%.1f MB", bytes * 1e-6) : format("%.2f GB", bytes * 1e-9);
  }

  private static String format(String pattern, Object... values) {
    return String.format(Locale.ROOT, pattern, values);
  }
}
