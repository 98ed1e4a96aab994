package dev.fovea.model;

import dev.fovea.kernel.AttentionBounds;
import dev.fovea.kernel.KvLayer;
import dev.fovea.tensor.DType;
import java.util.Locale;
import java.util.function.ToLongFunction;

/**
 * Where memory goes, known before anything is loaded.
 *
 * @param weightBytes of all weights (on CPUs most are mapped from their files)
 * @param workspaceBytes activations, logits, the rotary table, the inputs of a step and the scratch
 *     memory of attention
 * @param kvBytesPerToken keys and values of all layers
 * @param numPages KV pages, P
 * @param maxContext tokens a sequence may have
 * @param longestContext that this memory would hold for one sequence, up to the model's own limit
 */
public record MemoryPlan(
    long weightBytes,
    long workspaceBytes,
    long kvBytesPerToken,
    int numPages,
    int maxContext,
    int longestContext) {

  /** Every piece of a device's memory begins at a multiple of so many bytes. */
  private static final int ALIGNMENT = 256;

  /** Rotary table, scratch, a step's inputs, the page table, the tokens of two steps. */
  private static final int OTHER_PIECES = 6;

  /**
   * Shares out the memory of {@code capacity}.
   *
   * @param inspection of the model
   * @param scratch bytes that the kernels need for attention within bounds
   * @throws IllegalArgumentException if the model or the wanted context does not fit; the message
   *     has the numbers
   */
  public static MemoryPlan of(
      ModelLoader.Inspection inspection,
      Capacity capacity,
      ToLongFunction<AttentionBounds> scratch) {
    ModelConfig config = inspection.config();
    DType dtype = inspection.weights().dtype();
    if (capacity.maxContext() > config.longestContext()) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "context: expected at most the model's %d tokens, got %d",
              config.longestContext(),
              capacity.maxContext()));
    }
    int positions = Math.max(config.sizes().maxPositions(), capacity.maxContext());
    int wanted = capacity.maxContext() == 0 ? positions : capacity.maxContext();
    long weights = inspection.weights().bytes();
    long workspace =
        workspaceBytes(config, dtype, capacity, wanted)
            + scratch.applyAsLong(bounds(config, dtype, capacity, wanted));
    long perToken = kvBytesPerToken(config, dtype);
    long free = capacity.memoryBytes() - weights - workspace;
    long pages = Math.max(0, free) / (perToken * KvLayer.PAGE_SLOTS);
    long useful = (long) capacity.maxSequences() * pagesFor(wanted);
    int longest = (int) Math.min(positions, pages * KvLayer.PAGE_SLOTS);
    if (longest == 0 || (capacity.maxContext() > 0 && longest < wanted)) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "memory: expected room for %d tokens of context, got %d bytes in all; weights take %d,"
                  + " workspace %d, a token %d; %d tokens fit",
              wanted,
              capacity.memoryBytes(),
              weights,
              workspace,
              perToken,
              longest));
    }
    int numPages = (int) Math.min(Integer.MAX_VALUE, Math.min(pages, useful));
    return new MemoryPlan(
        weights, workspace, perToken, numPages, Math.min(wanted, longest), longest);
  }

  /** KV pages that hold so many tokens. */
  public static int pagesFor(int tokens) {
    return (tokens + KvLayer.PAGE_SLOTS - 1) / KvLayer.PAGE_SLOTS;
  }

  public long kvBytes() {
    return kvBytesPerToken * KvLayer.PAGE_SLOTS * numPages;
  }

  public long totalBytes() {
    return weightBytes + workspaceBytes + kvBytes();
  }

  /** Sequences of so many tokens that the pages hold at once. */
  public int sequencesOf(int tokens) {
    return numPages / pagesFor(tokens);
  }

  private static long kvBytesPerToken(ModelConfig config, DType dtype) {
    long perLayer = 2L * config.attention().heads().kv() * config.attention().heads().dim();
    return perLayer * config.sizes().layers() * dtype.bytes();
  }

  private static long workspaceBytes(
      ModelConfig config, DType dtype, Capacity capacity, int context) {
    long rotary =
        config.rope() == null ? 0 : (long) context * 2 * config.rope().pairs() * DType.F32.bytes();
    return Workspace.bytes(config, dtype, capacity.maxTokens(), capacity.maxSequences())
        + ModelRunner.bytes(capacity.maxTokens(), capacity.maxSequences(), context)
        + rotary
        + ALIGNMENT * numPieces(config);
  }

  /** Weights, keys and values, activations, and a few more. */
  private static long numPieces(ModelConfig config) {
    return TensorPlan.of(config).expected().size()
        + 2L * config.sizes().layers()
        + Workspace.Slot.values().length
        + OTHER_PIECES;
  }

  /** The largest attention of a model that is used so. */
  static AttentionBounds bounds(
      ModelConfig config, DType dtype, Capacity capacity, int maxContext) {
    int maxPages = pagesFor(maxContext);
    long numPages = Math.min(Integer.MAX_VALUE, (long) capacity.maxSequences() * maxPages);
    return new AttentionBounds(
        config.attention().heads(),
        dtype,
        capacity.maxTokens(),
        capacity.maxSequences(),
        maxPages,
        (int) numPages);
  }
}
