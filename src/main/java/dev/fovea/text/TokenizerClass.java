package dev.fovea.text;

import java.util.Map;

/**
 * What transformers' class of a tokenizer makes of its configuration, beyond what every class does.
 *
 * @param defaults special tokens where the configuration is silent
 * @param setsPrefixSpace whether {@code add_prefix_space}, false where silent, replaces what the
 *     ByteLevel pre-tokenizer of the file says
 * @param flags what {@code add_bos_token} and {@code add_eos_token} do
 */
record TokenizerClass(Map<String, String> defaults, boolean setsPrefixSpace, Flags flags) {

  /** Whether tokens are put around a text by switches of the configuration. */
  enum Flags {
    /** The post-processor of tokenizer.json alone says so. */
    IGNORED,
    /** They replace the post-processor; both are off if unset. */
    BOS_OFF,
    /** As before, {@code add_bos_token} being on if unset. */
    BOS_ON
  }

  private static final TokenizerClass PLAIN = new TokenizerClass(Map.of(), false, Flags.IGNORED);

  private static final Map<String, String> END_OF_TEXT =
      Map.of(
          "bos_token", "<|endoftext|>",
          "eos_token", "<|endoftext|>",
          "unk_token", "<|endoftext|>");

  private static final Map<String, String> QWEN =
      Map.of(
          "eos_token", "<|endoftext|>",
          "unk_token", "<|endoftext|>",
          "pad_token", "<|endoftext|>");

  private static final Map<String, String> LLAMA =
      Map.of("bos_token", "<s>", "eos_token", "</s>", "unk_token", "<unk>");

  private static final Map<String, String> GEMMA =
      Map.of(
          "bos_token", "<bos>",
          "eos_token", "<eos>",
          "unk_token", "<unk>",
          "pad_token", "<pad>");

  private static final Map<String, TokenizerClass> BY_NAME =
      Map.of(
          "GPT2Tokenizer", new TokenizerClass(END_OF_TEXT, true, Flags.IGNORED),
          "CodeGenTokenizer", new TokenizerClass(END_OF_TEXT, true, Flags.IGNORED),
          "GPTNeoXTokenizer", new TokenizerClass(END_OF_TEXT, true, Flags.BOS_OFF),
          "Qwen2Tokenizer", new TokenizerClass(QWEN, true, Flags.IGNORED),
          "LlamaTokenizer", new TokenizerClass(LLAMA, false, Flags.BOS_ON),
          "CodeLlamaTokenizer", new TokenizerClass(LLAMA, false, Flags.BOS_ON),
          "GemmaTokenizer", new TokenizerClass(GEMMA, false, Flags.BOS_ON));

  /** A class by its name, with or without {@code Fast} at its end. */
  static TokenizerClass named(String name) {
    String slow = name.endsWith("Fast") ? name.substring(0, name.length() - 4) : name;
    return BY_NAME.getOrDefault(slow, PLAIN);
  }
}
