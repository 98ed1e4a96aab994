package dev.fovea.model;

import dev.fovea.kernel.Activation;
import dev.fovea.kernel.Attention;
import dev.fovea.kernel.HeadLayout;
import dev.fovea.weights.CheckpointException;
import java.nio.file.Path;
import java.util.List;

/**
 * What config.json says a checkpoint computes, checked and with defaults filled in.
 *
 * @param rope rotation of queries and keys; null: learned positions
 */
public record ModelConfig(
    Family family,
    Sizes sizes,
    AttentionConfig attention,
    RopeConfig rope,
    BlockConfig block,
    TokenIds tokens) {

  public static final String FILE = "config.json";

  /**
   * Reads config.json as transformers 4 and 5 write it.
   *
   * @throws CheckpointException if it is missing, contradictory or of a model that is not supported
   */
  public static ModelConfig read(Path directory) {
    return ConfigReader.read(directory.resolve(FILE));
  }

  /** The same model with an output matrix of its own. */
  ModelConfig withOwnHead() {
    BlockConfig own =
        new BlockConfig(block.activation(), block.hasFeedForwardBias(), block.normEpsilon(), false);
    return new ModelConfig(family, sizes, attention, rope, own, tokens);
  }

  /**
   * Tokens that a sequence may be asked to have: more than {@link Sizes#maxPositions} where the
   * rotation stretches with the context.
   */
  public int longestContext() {
    double factor =
        rope != null && rope.scaling() instanceof RopeConfig.Dynamic dynamic ? dynamic.factor() : 1;
    return (int) Math.min(ConfigReader.MAX_POSITIONS, factor * sizes.maxPositions());
  }

  /**
   * @param hidden width of the residual stream, E
   * @param feedForward F
   * @param layers L
   * @param vocabulary V
   * @param maxPositions tokens a sequence may have, unless {@link #longestContext} are asked for
   */
  public record Sizes(int hidden, int feedForward, int layers, int vocabulary, int maxPositions) {}

  /**
   * @param masks scale and sliding window of each layer
   * @param hasInputBias on query, key and value projections
   * @param hasOutputBias on the output projection
   */
  public record AttentionConfig(
      HeadLayout heads, List<Attention.Mask> masks, boolean hasInputBias, boolean hasOutputBias) {

    public AttentionConfig {
      masks = List.copyOf(masks);
    }
  }

  /**
   * @param tiedEmbeddings the output matrix is the embedding
   */
  public record BlockConfig(
      Activation activation,
      boolean hasFeedForwardBias,
      float normEpsilon,
      boolean tiedEmbeddings) {}

  /**
   * @param eos ids that end a text, maybe empty
   * @param warnings lines about what else the file has in their place
   */
  public record TokenIds(List<Integer> eos, List<String> warnings) {
    public TokenIds {
      eos = List.copyOf(eos);
      warnings = List.copyOf(warnings);
    }
  }
}
