package dev.fovea.model;

import java.util.Arrays;
import java.util.Optional;
import java.util.stream.Collectors;

/** Model families; what sets them apart is data here, in {@link ModelConfig} and in the names. */
public enum Family {
  LLAMA("LlamaForCausalLM", "llama", TensorNames.LLAMA),
  MISTRAL("MistralForCausalLM", "mistral", TensorNames.LLAMA),
  QWEN2("Qwen2ForCausalLM", "qwen2", TensorNames.LLAMA),
  QWEN3("Qwen3ForCausalLM", "qwen3", TensorNames.LLAMA),
  GPT2("GPT2LMHeadModel", "gpt2", TensorNames.GPT2),
  GPT_BIGCODE("GPTBigCodeForCausalLM", "gpt_bigcode", TensorNames.GPT2);

  private final String architecture;
  private final String modelType;
  private final TensorNames names;

  Family(String architecture, String modelType, TensorNames names) {
    this.architecture = architecture;
    this.modelType = modelType;
    this.names = names;
  }

  /** The class name in {@code architectures} of config.json. */
  public String architecture() {
    return architecture;
  }

  TensorNames names() {
    return names;
  }

  /** Learned positions, LayerNorm with bias and a plain feed-forward: the GPT-2 line. */
  public boolean isGpt2Like() {
    return this == GPT2 || this == GPT_BIGCODE;
  }

  /** RMS norm of each query and key head before the rotation. */
  boolean hasHeadNorm() {
    return this == QWEN3;
  }

  /** Whether the checkpoint stores projections as {@code [K, N]} (the Conv1D of GPT-2). */
  boolean storesTurned() {
    return this == GPT2;
  }

  static Optional<Family> ofArchitecture(String name) {
    return Arrays.stream(values()).filter(f -> f.architecture.equals(name)).findFirst();
  }

  static Optional<Family> ofModelType(String name) {
    return Arrays.stream(values()).filter(f -> f.modelType.equals(name)).findFirst();
  }

  static String supported() {
    return Arrays.stream(values()).map(Family::architecture).collect(Collectors.joining(", "));
  }
}
