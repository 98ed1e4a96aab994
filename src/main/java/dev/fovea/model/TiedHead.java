package dev.fovea.model;

import dev.fovea.weights.Checkpoint;
import dev.fovea.weights.CheckpointException;
import java.util.Locale;
import java.util.Optional;

/**
 * What a checkpoint makes of an output matrix that is tied to the embedding. Either name may hold
 * the one matrix; where both do and differ, the checkpoint counts and not the configuration, as in
 * transformers 5.
 *
 * @param config with the embeddings tied as they are in fact
 * @param embedding name of the embedding in the checkpoint
 * @param source tensor to take it from
 * @param warning a line for where configuration and checkpoint disagree
 */
record TiedHead(ModelConfig config, String embedding, String source, Optional<String> warning) {

  /**
   * @throws CheckpointException if a stored head is of another shape than the embedding
   */
  static TiedHead of(ModelConfig config, Checkpoint checkpoint, StoredNames names) {
    String head = TensorNames.HEAD_WEIGHT;
    String embedding = names.stored(config.family().names().embeddingWeight());
    if (!config.block().tiedEmbeddings() || !checkpoint.contains(head)) {
      return new TiedHead(config, embedding, embedding, Optional.empty());
    }
    if (!checkpoint.contains(embedding)) {
      return new TiedHead(config, embedding, head, Optional.empty());
    }
    Checkpoint.Info tied = checkpoint.info(embedding);
    Checkpoint.Info stored = checkpoint.info(head);
    if (!stored.shape().equals(tied.shape())) {
      throw new CheckpointException(
          stored.file(),
          String.format(
              Locale.ROOT,
              "tensor '%s': expected %s as the embedding it is tied to, got %s",
              head,
              tied.shape(),
              stored.shape()));
    }
    boolean isSame =
        !stored.isFloating() || !tied.isFloating() || checkpoint.areEqual(embedding, head);
    return isSame
        ? new TiedHead(config, embedding, embedding, Optional.empty())
        : new TiedHead(
            config.withOwnHead(),
            embedding,
            embedding,
            Optional.of(
                String.format(
                    Locale.ROOT,
                    "%s ties '%s' to the embedding, but the checkpoint has another one: that is used",
                    ModelConfig.FILE,
                    head)));
  }

  /** The tensor of the checkpoint that holds what a name of it stands for. */
  String stored(String name) {
    return name.equals(embedding) ? source : name;
  }
}
