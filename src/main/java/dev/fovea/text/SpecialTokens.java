package dev.fovea.text;

import java.util.Map;
import java.util.Optional;

/**
 * The named special tokens of a checkpoint.
 *
 * @param byName text by name, such as {@code bos_token}; a token that is not set is absent
 */
public record SpecialTokens(Map<String, String> byName) {
  public SpecialTokens {
    byName = Map.copyOf(byName);
  }

  public Optional<String> bos() {
    return Optional.ofNullable(byName.get("bos_token"));
  }

  public Optional<String> eos() {
    return Optional.ofNullable(byName.get("eos_token"));
  }

  public Optional<String> pad() {
    return Optional.ofNullable(byName.get("pad_token"));
  }

  public Optional<String> unknown() {
    return Optional.ofNullable(byName.get("unk_token"));
  }
}
