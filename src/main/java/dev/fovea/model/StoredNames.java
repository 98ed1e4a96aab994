package dev.fovea.model;

import dev.fovea.weights.Checkpoint;
import java.util.Set;

/**
 * What a checkpoint calls the tensors of a plan: with the family's prefix, or without it where the
 * bare model was saved.
 */
record StoredNames(TensorNames names, boolean hasPrefix) {

  static StoredNames of(TensorNames names, Checkpoint checkpoint) {
    Set<String> stored = checkpoint.names();
    String bare = names.embeddingWeight().substring(names.prefix().length());
    boolean hasPrefix =
        stored.contains(names.embeddingWeight())
            || !stored.contains(bare)
                && (stored.isEmpty()
                    || stored.stream().anyMatch(name -> name.startsWith(names.prefix())));
    return new StoredNames(names, hasPrefix);
  }

  /** The name in the checkpoint of a tensor of the plan. */
  String stored(String full) {
    return !hasPrefix && full.startsWith(names.prefix())
        ? full.substring(names.prefix().length())
        : full;
  }

  /** The name in the plan of a tensor of the checkpoint. */
  String full(String stored) {
    return hasPrefix || stored.startsWith(TensorNames.HEAD + ".")
        ? stored
        : names.prefix() + stored;
  }
}
