package dev.fovea.model;

import dev.fovea.weights.Checkpoint;
import dev.fovea.weights.CheckpointException;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Tensors of a checkpoint that its model has no place for. Those that cannot change the result are
 * left out: tables that are computed anew, other heads, layers past the last, what holds nothing.
 * Any other is refused, because the model would be another one without it.
 */
final class UnusedTensors {
  /** What GPTQ, AWQ, bitsandbytes, compressed-tensors and FP8 checkpoints hold. */
  private static final Pattern QUANTISED =
      Pattern.compile(
          ".*[._](qweight|qzeros|scales|zeros|g_idx|blocks|weight_(scale|scale_inv|scale_2"
              + "|global_scale|zero_point|packed|shape|format|g_idx)|input_scale"
              + "|input_global_scale|activation_scale|SCB|absmax|quant_map|quant_state(\\..*)?)");

  private static final Pattern ADAPTER =
      Pattern.compile(
          "(base_model\\..*|.*\\.(lora_[^.]*|base_layer|modules_to_save|ia3_l)(\\..*)?)");

  /** Tables, masks and bookkeeping, and the scales of a cache that is not quantised here. */
  private static final Pattern COMPUTED_ANEW =
      Pattern.compile(
          "(.*\\.)?(h\\.\\d+\\.(attn|crossattention)\\.bias|rotary_emb\\..*|rotary_pos_emb\\..*|rope\\.freqs|freqs_cis|inv_freq"
              + "|masked_bias|causal_mask|position_ids|_extra_state"
              + "|(q|k|v|kv|prob)_scale|[kv]_zero_point|[kv]_proj\\.output_scale)");

  /** Heads beside the one that predicts the next token, as a bare model's checkpoint has them. */
  private static final Pattern OTHER_HEADS =
      Pattern.compile(
          "(v_head|value_head|reward_head|score|classifier|qa_outputs|multiple_choice_head"
              + "|regression_head|pooler|mtp)\\..*");

  private final ModelConfig config;
  private final Checkpoint checkpoint;
  private final StoredNames stored;
  private final TensorNames names;
  private final TensorPlan plan;
  private final Pattern layer;

  UnusedTensors(ModelConfig config, Checkpoint checkpoint, StoredNames stored) {
    this.config = config;
    this.checkpoint = checkpoint;
    this.stored = stored;
    this.names = config.family().names();
    this.plan = TensorPlan.of(config);
    this.layer =
        Pattern.compile(Pattern.quote(names.prefix() + names.layerPrefix()) + "(\\d+)\\..*");
  }

  /**
   * A line about what is left out, if anything is.
   *
   * @throws CheckpointException for the first tensor that would change the result
   */
  Optional<String> warning() {
    List<String> unused =
        checkpoint.names().stream()
            .filter(name -> !name.equals(TensorNames.HEAD_WEIGHT))
            .filter(name -> !plan.expected().containsKey(stored.full(name)))
            .toList();
    for (String name : unused) {
      if (!isHarmless(name, stored.full(name))) {
        throw refusal(name);
      }
    }
    return unused.stream()
        .findFirst()
        .map(
            first ->
                String.format(
                    Locale.ROOT,
                    "%s does not use some tensors and leaves them out: %d, such as '%s'",
                    config.family().architecture(),
                    unused.size(),
                    first));
  }

  private boolean isHarmless(String name, String full) {
    if (ADAPTER.matcher(name).matches()) {
      return false;
    }
    return isPastTheLastLayer(full)
        || COMPUTED_ANEW.matcher(name).matches()
        || isOutside(name)
        || isEmpty(name)
        || isZeroBias(name);
  }

  private boolean isPastTheLastLayer(String full) {
    Matcher matcher = layer.matcher(full);
    return matcher.matches()
        && (matcher.group(1).length() > 4
            || Integer.parseInt(matcher.group(1)) >= config.sizes().layers());
  }

  /** Beside the decoder and its head; a bare model's tensors do not say where they belong. */
  private boolean isOutside(String name) {
    if (name.startsWith(TensorNames.HEAD + ".")) {
      return false;
    }
    return stored.hasPrefix()
        ? !name.startsWith(names.prefix())
        : OTHER_HEADS.matcher(name).matches();
  }

  private boolean isEmpty(String name) {
    return checkpoint.info(name).byteSize() == 0;
  }

  /** Some tools write a bias for every projection, whether it has one or not. */
  private boolean isZeroBias(String name) {
    return name.endsWith(TensorPlan.BIAS)
        && checkpoint.info(name).isFloating()
        && checkpoint.isZero(name);
  }

  private CheckpointException refusal(String name) {
    Checkpoint.Info info = checkpoint.info(name);
    if (ADAPTER.matcher(name).matches()) {
      return new CheckpointException(
          info.file(),
          String.format(
              Locale.ROOT, "adapter (tensor '%s'): merge it into its base model first", name));
    }
    if (QUANTISED.matcher(name).matches()) {
      return new CheckpointException(
          info.file(),
          String.format(
              Locale.ROOT,
              "quantised checkpoint (tensor '%s'): expected bf16, fp16 or fp32 weights",
              name));
    }
    return new CheckpointException(
        info.file(),
        String.format(
            Locale.ROOT,
            "unknown tensor '%s' %s %s for %s",
            name,
            info.shape(),
            info.type(),
            config.family().architecture()));
  }
}
