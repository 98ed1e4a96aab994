package dev.fovea.text;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fovea.files.RegularFile;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * What {@code tokenizer_config.json} says, with {@code special_tokens_map.json} filling in special
 * tokens that it leaves out. Both files may be absent.
 *
 * @param tokens that the tokenizer is to have, whatever tokenizer.json says
 * @param tokenizerClass transformers' class of it
 * @param switches as they are set
 * @param chatTemplate text, a list of named texts, or missing
 */
record TokenizerConfig(
    SpecialTokens specialTokens,
    List<AddedToken> tokens,
    TokenizerClass tokenizerClass,
    Switches switches,
    JsonNode chatTemplate) {

  /** Each empty where it is not set. */
  record Switches(
      Optional<Boolean> addBos, Optional<Boolean> addEos, Optional<Boolean> addPrefixSpace) {}

  private static final String FILE = "tokenizer_config.json";
  private static final long MAX_BYTES = 16 << 20;
  private static final List<String> NAMES =
      List.of(
          "bos_token",
          "eos_token",
          "unk_token",
          "sep_token",
          "pad_token",
          "cls_token",
          "mask_token");
  private static final List<String> LISTS =
      List.of("additional_special_tokens", "extra_special_tokens");

  static TokenizerConfig read(Path modelDirectory) {
    JsonNode config = readObject(modelDirectory.resolve(FILE));
    JsonNode map = readObject(modelDirectory.resolve("special_tokens_map.json"));
    TokenizerClass type = TokenizerClass.named(config.path("tokenizer_class").asText());
    Map<String, String> named = new TreeMap<>();
    List<AddedToken> tokens = new ArrayList<>(decoderTokens(config.path("added_tokens_decoder")));
    for (String name : NAMES) {
      Optional<AddedToken> token =
          config.has(name) || map.has(name)
              ? specialToken(config.has(name) ? config.get(name) : map.get(name))
              : Optional.ofNullable(type.defaults().get(name)).map(AddedToken::special);
      token.ifPresent(known -> named.put(name, known.content()));
      token.ifPresent(tokens::add);
    }
    for (String list : LISTS) {
      // A list of tokens, or an object of them by names.
      JsonNode extra = config.has(list) ? config.get(list) : map.path(list);
      extra.forEach(token -> specialToken(token).ifPresent(tokens::add));
    }
    return new TokenizerConfig(
        new SpecialTokens(named),
        List.copyOf(tokens),
        type,
        new Switches(
            flag(config, "add_bos_token"),
            flag(config, "add_eos_token"),
            flag(config, "add_prefix_space")),
        config.path("chat_template"));
  }

  /**
   * What is put around a text.
   *
   * @param file what tokenizer.json says
   * @param added with the tokens of this configuration
   */
  Affixes affixes(Affixes file, AddedTokens added) {
    TokenizerClass.Flags flags = tokenizerClass.flags();
    if (flags == TokenizerClass.Flags.IGNORED) {
      return file;
    }
    boolean bos = switches.addBos().orElse(flags == TokenizerClass.Flags.BOS_ON);
    boolean eos = switches.addEos().orElse(false);
    return new Affixes(
        ids(bos ? specialTokens.bos() : Optional.empty(), added),
        ids(eos ? specialTokens.eos() : Optional.empty(), added));
  }

  private static int[] ids(Optional<String> token, AddedTokens added) {
    return token.filter(text -> !text.isEmpty()).stream().mapToInt(added::id).toArray();
  }

  /** The file's pre-tokenizer, with a space before a text if the configuration says so. */
  JsonNode preTokenizer(JsonNode file) {
    boolean isByteLevel = file.path("type").asText().equals("ByteLevel");
    if (!isByteLevel || !tokenizerClass.setsPrefixSpace()) {
      return file;
    }
    ObjectNode changed = file.deepCopy();
    return changed.put("add_prefix_space", switches.addPrefixSpace().orElse(false));
  }

  /** Written as text, or as an object with the text and how to match it. */
  private static Optional<AddedToken> specialToken(JsonNode node) {
    if (node.isTextual()) {
      return Optional.of(AddedToken.special(node.textValue()));
    }
    return node.path("content").isTextual()
        ? Optional.of(AddedToken.of(FILE, node).asSpecial())
        : Optional.empty();
  }

  /** An object of tokens by ids, in whose order they are added. */
  private static List<AddedToken> decoderTokens(JsonNode decoder) {
    Map<Long, AddedToken> byId = new TreeMap<>();
    for (Map.Entry<String, JsonNode> entry : decoder.properties()) {
      try {
        byId.put(Long.parseLong(entry.getKey()), AddedToken.of(FILE, entry.getValue()));
      } catch (NumberFormatException e) {
        throw new TokenizerException(
            FILE + ", added_tokens_decoder: expected token ids, got '" + entry.getKey() + "'", e);
      }
    }
    return List.copyOf(byId.values());
  }

  private static Optional<Boolean> flag(JsonNode config, String name) {
    JsonNode value = config.path(name);
    return value.isBoolean() ? Optional.of(value.booleanValue()) : Optional.empty();
  }

  private static JsonNode readObject(Path file) {
    if (!RegularFile.isThere(file)) {
      return JsonNodeFactory.instance.objectNode();
    }
    try {
      JsonNode node = new ObjectMapper().readTree(RegularFile.read(file, MAX_BYTES));
      if (node == null || !node.isObject()) {
        throw new TokenizerException(
            file
                + ": expected a JSON object, got "
                + (node == null ? "nothing" : node.getNodeType()));
      }
      return node;
    } catch (JacksonException e) {
      throw new TokenizerException(file + ": expected JSON, got " + e.getOriginalMessage(), e);
    } catch (IOException e) {
      throw new TokenizerException(file + ": cannot be read: " + e.getMessage(), e);
    }
  }
}
