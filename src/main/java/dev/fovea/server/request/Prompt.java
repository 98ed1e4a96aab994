package dev.fovea.server.request;

/** What a completion continues. */
public sealed interface Prompt {

  /** Empty only where a tokenizer that begins every text with a token makes a prompt of it. */
  record Text(String text, boolean addSpecialTokens) implements Prompt {}

  /** Not empty; each id inside the vocabulary. */
  record TokenIds(int[] ids) implements Prompt {}
}
