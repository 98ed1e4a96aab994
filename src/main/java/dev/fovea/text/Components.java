package dev.fovea.text;

import static java.util.Map.entry;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Map;
import java.util.function.Consumer;

/**
 * The parts that a tokenizer.json may be built of. The native library checks the types of their
 * fields, but aborts the process for some values; those are refused here, before it sees them. A
 * type that is not in the tables is refused by name: the library would take it for another one
 * whose fields fit.
 */
final class Components {
  private static final int MAX_DEPTH = 8;
  private static final int MAX_PATTERN = 1 << 14;
  private static final Consumer<JsonNode> ANY = component -> {};

  /** Parts of one kind by their types, with what each has to obey; {@code list}: of a Sequence. */
  private record Kind(String list, Map<String, Consumer<JsonNode>> types) {}

  private static final Kind NORMALIZERS =
      new Kind(
          "normalizers",
          Map.ofEntries(
              entry("BertNormalizer", ANY),
              entry("ByteLevel", ANY),
              entry("Lowercase", ANY),
              entry("NFC", ANY),
              entry("NFD", ANY),
              entry("NFKC", ANY),
              entry("NFKD", ANY),
              entry("Nmt", ANY),
              entry("Precompiled", PrecompiledMap::check),
              entry("Prepend", Components::checkPrepend),
              entry("Replace", Components::checkReplace),
              entry("Strip", ANY),
              entry("StripAccents", ANY)));

  private static final Kind PRE_TOKENIZERS =
      new Kind(
          "pretokenizers",
          Map.ofEntries(
              entry("BertPreTokenizer", ANY),
              entry("ByteLevel", ANY),
              entry("CharDelimiterSplit", ANY),
              entry("Digits", ANY),
              entry("FixedLength", Components::checkLength),
              entry("Metaspace", ANY),
              entry("Punctuation", ANY),
              entry("Split", Components::checkPattern),
              entry("UnicodeScripts", ANY),
              entry("Whitespace", ANY),
              entry("WhitespaceSplit", ANY)));

  private static final Kind DECODERS =
      new Kind(
          "decoders",
          Map.ofEntries(
              entry("BPEDecoder", ANY),
              entry("ByteFallback", ANY),
              entry("ByteLevel", ANY),
              entry("CTC", ANY),
              entry("Fuse", ANY),
              entry("Metaspace", ANY),
              entry("Replace", Components::checkPattern),
              entry("Strip", Components::checkStrip),
              entry("WordPiece", ANY)));

  private static final Kind POST_PROCESSORS =
      new Kind(
          "processors",
          Map.ofEntries(
              entry("BertProcessing", ANY),
              entry("ByteLevel", ANY),
              entry("RobertaProcessing", ANY),
              entry("TemplateProcessing", ANY)));

  private static final Kind MODELS =
      new Kind(
          null,
          Map.ofEntries(
              entry("BPE", Components::checkBpe),
              entry("Unigram", ANY),
              entry("WordLevel", ANY),
              entry("WordPiece", ANY)));

  private static final Map<String, Kind> KINDS =
      Map.of(
          "normalizer", NORMALIZERS,
          "pre_tokenizer", PRE_TOKENIZERS,
          "decoder", DECODERS,
          "post_processor", POST_PROCESSORS,
          "model", MODELS);

  private Components() {}

  /**
   * Checks one part of a tokenizer.json, with all that it consists of.
   *
   * @param field of the file that it stands in
   * @param component may be null
   * @throws TokenizerException if it is of no known type, or cannot be used
   */
  static void check(String field, JsonNode component) {
    if (component.isMissingNode() || component.isNull()) {
      return;
    }
    try {
      check(KINDS.get(field), component, 0);
    } catch (TokenizerException e) {
      throw new TokenizerException("tokenizer.json, " + field + ": " + e.getMessage(), e);
    }
  }

  private static void check(Kind kind, JsonNode component, int depth) {
    if (!component.isObject() || !component.path("type").isTextual()) {
      throw new TokenizerException("expected an object with a type");
    }
    String type = component.get("type").textValue();
    if (type.equals("Sequence") && kind.list() != null) {
      JsonNode parts = component.path(kind.list());
      if (!parts.isArray() || depth == MAX_DEPTH) {
        throw new TokenizerException(
            "expected a list '" + kind.list() + "' in a Sequence, at most " + MAX_DEPTH + " deep");
      }
      parts.forEach(part -> check(kind, part, depth + 1));
      return;
    }
    Consumer<JsonNode> rule = kind.types().get(type);
    if (rule == null) {
      throw new TokenizerException(
          "unknown type '"
              + (type.length() <= 40 ? type : type.substring(0, 40) + "...")
              + "', expected one of "
              + kind.types().keySet().stream().sorted().toList());
    }
    rule.accept(component);
  }

  private static void checkPattern(JsonNode component) {
    JsonNode pattern = component.path("pattern");
    JsonNode text = pattern.path(pattern.has("Regex") ? "Regex" : "String");
    boolean isOne = pattern.isObject() && pattern.size() == 1 && text.isTextual();
    if (!isOne || text.textValue().isEmpty() || text.textValue().length() > MAX_PATTERN) {
      throw new TokenizerException(
          component.get("type").textValue()
              + ": expected one pattern, a String or a Regex, that is not empty");
    }
  }

  private static void checkLength(JsonNode component) {
    if (component.has("length") && component.get("length").asLong(0) < 1) {
      throw new TokenizerException(
          "FixedLength: expected a length of at least 1, got " + component.get("length"));
    }
  }

  private static void checkPrepend(JsonNode component) {
    if (component.path("prepend").asText("").isEmpty()) {
      throw new TokenizerException("Prepend: expected a text that is not empty");
    }
  }

  /** Nothing, replaced at the end of a text, is looked for beyond it. */
  private static void checkReplace(JsonNode component) {
    checkPattern(component);
    JsonNode pattern = component.get("pattern");
    if (pattern.has("Regex") && PatternWidth.min(pattern.get("Regex").textValue()) < 1) {
      throw new TokenizerException(
          "Replace: expected an expression that matches at least one character for certain");
    }
  }

  /** Cutting the end of a text looks before its beginning where the text is too short. */
  private static void checkStrip(JsonNode component) {
    if (component.path("stop").asLong(1) != 0) {
      throw new TokenizerException("Strip: expected 0 for 'stop', got " + component.path("stop"));
    }
  }

  private static void checkBpe(JsonNode model) {
    if (!model.path("continuing_subword_prefix").asText("").isEmpty()
        && !model.path("continuing_subword_prefix").isNull()) {
      throw new TokenizerException(
          "BPE: expected no continuing_subword_prefix, got "
              + model.path("continuing_subword_prefix"));
    }
  }
}
