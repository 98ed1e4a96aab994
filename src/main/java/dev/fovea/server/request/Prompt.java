package dev.fovea.server.request;

/** What a completion continues. */
public sealed interface Prompt {

  /** Not empty. */
  record Text(String text, boolean addSpecialTokens) implements Prompt {}

  /** Not empty; each id inside the vocabulary. */
  record TokenIds(int[] ids) implements Prompt {}
}
