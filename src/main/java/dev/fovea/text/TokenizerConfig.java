package dev.fovea.text;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.fovea.files.RegularFile;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What {@code tokenizer_config.json} says, with {@code special_tokens_map.json} filling in special
 * tokens that it leaves out. Both files may be absent.
 *
 * @param chatTemplate text, a list of named texts, or missing
 */
record TokenizerConfig(
    SpecialTokens specialTokens,
    boolean setsBosOrEos,
    boolean addsBos,
    boolean addsEos,
    JsonNode chatTemplate) {
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

  static TokenizerConfig read(Path modelDirectory) {
    JsonNode config = readObject(modelDirectory.resolve("tokenizer_config.json"));
    JsonNode map = readObject(modelDirectory.resolve("special_tokens_map.json"));
    Map<String, String> tokens = new TreeMap<>();
    for (String name : NAMES) {
      JsonNode token = config.has(name) ? config.get(name) : map.path(name);
      // Written as text, or as an object with the text and how to match it.
      JsonNode text = token.isObject() ? token.path("content") : token;
      if (text.isTextual()) {
        tokens.put(name, text.textValue());
      }
    }
    return new TokenizerConfig(
        new SpecialTokens(tokens),
        config.has("add_bos_token") || config.has("add_eos_token"),
        config.path("add_bos_token").asBoolean(false),
        config.path("add_eos_token").asBoolean(false),
        config.path("chat_template"));
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
