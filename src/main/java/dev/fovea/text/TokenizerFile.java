package dev.fovea.text;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonFactoryBuilder;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fovea.files.RegularFile;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A {@code tokenizer.json} as it was read and checked: the native library gets a file that is
 * written anew from it, never the one that was found.
 */
final class TokenizerFile {
  /** What the largest vocabularies take, several times over. */
  private static final long MAX_BYTES = 256 << 20;

  /** Parts of the file but the model, with what stands there if the file has none. */
  private static final List<String> PARTS =
      List.of("normalizer", "pre_tokenizer", "post_processor", "decoder");

  private final byte[] bytes;
  private final ObjectNode parts = JsonNodeFactory.instance.objectNode();
  private final ObjectNode model = JsonNodeFactory.instance.objectNode();
  private final Map<String, Integer> modelIds = new HashMap<>();
  private final List<AddedToken> added = new ArrayList<>();
  private int modelSize;
  private boolean hasMerges;

  private TokenizerFile(byte[] bytes) {
    this.bytes = bytes;
  }

  /**
   * @throws TokenizerException if the file cannot be read, or is no tokenizer that can be used
   */
  static TokenizerFile read(Path file) {
    try {
      TokenizerFile read = new TokenizerFile(RegularFile.read(file, MAX_BYTES));
      try (JsonParser parser = factory().createParser(read.bytes)) {
        read.readRoot(parser);
      }
      read.check();
      return read;
    } catch (JacksonException e) {
      throw new TokenizerException(file + ": expected JSON, got " + e.getOriginalMessage(), e);
    } catch (IOException e) {
      throw new TokenizerException(file + ": cannot be read: " + e.getMessage(), e);
    }
  }

  private static JsonFactory factory() {
    // Token texts are field names here: each is seen once, so a symbol table would only grow.
    JsonFactory factory =
        new JsonFactoryBuilder()
            .configure(JsonFactory.Feature.INTERN_FIELD_NAMES, false)
            .configure(JsonFactory.Feature.CANONICALIZE_FIELD_NAMES, false)
            .build();
    factory.setCodec(new ObjectMapper(factory));
    return factory;
  }

  private void readRoot(JsonParser parser) throws IOException {
    expect(parser, parser.nextToken(), JsonToken.START_OBJECT);
    while (parser.nextToken() == JsonToken.FIELD_NAME) {
      String field = parser.currentName();
      JsonToken value = parser.nextToken();
      if (field.equals("model")) {
        expect(parser, value, JsonToken.START_OBJECT);
        readModel(parser);
      } else if (field.equals("added_tokens") && value != JsonToken.VALUE_NULL) {
        expect(parser, value, JsonToken.START_ARRAY);
        while (parser.nextToken() != JsonToken.END_ARRAY) {
          added.add(AddedToken.of("tokenizer.json", parser.readValueAsTree()));
        }
      } else if (PARTS.contains(field)) {
        parts.set(field, parser.readValueAsTree());
      } else {
        parser.skipChildren();
      }
    }
    expect(parser, parser.currentToken(), JsonToken.END_OBJECT);
  }

  private static void expect(JsonParser parser, JsonToken got, JsonToken expected) {
    if (got != expected) {
      throw new TokenizerException(
          "tokenizer.json, line "
              + parser.currentLocation().getLineNr()
              + ": expected "
              + expected
              + ", got "
              + got);
    }
  }

  private void readModel(JsonParser parser) throws IOException {
    if (!model.isEmpty() || !modelIds.isEmpty()) {
      throw new TokenizerException("tokenizer.json: expected one model, got several");
    }
    while (parser.nextToken() == JsonToken.FIELD_NAME) {
      String field = parser.currentName();
      JsonToken value = parser.nextToken();
      if (field.equals("merges")) {
        expect(parser, value, JsonToken.START_ARRAY);
        hasMerges = true;
        parser.skipChildren();
      } else if (field.equals("vocab")) {
        if (!modelIds.isEmpty()) {
          throw new TokenizerException("tokenizer.json: expected one vocabulary, got several");
        }
        readVocabulary(parser, value);
      } else {
        model.set(field, parser.readValueAsTree());
      }
    }
    expect(parser, parser.currentToken(), JsonToken.END_OBJECT);
  }

  private void readVocabulary(JsonParser parser, JsonToken value) throws IOException {
    if (value == JsonToken.START_OBJECT) {
      while (parser.nextToken() == JsonToken.FIELD_NAME) {
        String token = parser.currentName();
        expect(parser, parser.nextToken(), JsonToken.VALUE_NUMBER_INT);
        modelIds.put(token, parser.getIntValue());
      }
      modelSize = modelIds.size();
      return;
    }
    expect(parser, value, JsonToken.START_ARRAY);
    // A list of pairs of text and score, the id being the position.
    for (int id = 0; parser.nextToken() == JsonToken.START_ARRAY; id++) {
      expect(parser, parser.nextToken(), JsonToken.VALUE_STRING);
      modelIds.put(parser.getText(), id);
      modelSize = id + 1;
      while (parser.nextToken() != JsonToken.END_ARRAY) {
        parser.skipChildren();
      }
    }
  }

  private void check() {
    if (modelIds.isEmpty()) {
      throw new TokenizerException("tokenizer.json: expected a vocabulary, got none");
    }
    if (!model.has("type")) {
      model.put("type", guessedType());
    }
    Components.check("model", model);
    PARTS.forEach(part -> Components.check(part, parts.path(part)));
  }

  /** Files of the first versions leave the type out. */
  private String guessedType() {
    if (hasMerges) {
      return "BPE";
    }
    if (model.has("max_input_chars_per_word")) {
      return "WordPiece";
    }
    return model.has("unk_id") ? "Unigram" : "WordLevel";
  }

  /** A part of the file by its name; missing or null where it has none. */
  JsonNode part(String name) {
    return parts.path(name);
  }

  /** The model's fields, but for its vocabulary and merges. */
  JsonNode model() {
    return model;
  }

  /** Ids of the model's own tokens. */
  Map<String, Integer> modelIds() {
    return modelIds;
  }

  /** How many tokens the model has; the next id is the first that is free. */
  int modelSize() {
    return modelSize;
  }

  /** As the file lists them. */
  List<AddedToken> addedTokens() {
    return added;
  }

  /**
   * The file that the native library gets: without a post-processor, without cutting and padding.
   *
   * @param tokens to be added to the model's
   * @param preTokenizer instead of the file's
   */
  byte[] rewritten(AddedTokens tokens, JsonNode preTokenizer) {
    JsonFactory factory = factory();
    ByteArrayOutputStream out = new ByteArrayOutputStream(bytes.length + (1 << 16));
    try (JsonGenerator json = factory.createGenerator(out)) {
      json.writeStartObject();
      json.writeStringField("version", "1.0");
      json.writeNullField("truncation");
      json.writeNullField("padding");
      json.writeArrayFieldStart("added_tokens");
      for (AddedToken token : tokens.all()) {
        write(json, token, tokens.id(token));
      }
      json.writeEndArray();
      json.writeFieldName("normalizer");
      json.writeTree(parts.get("normalizer"));
      json.writeFieldName("pre_tokenizer");
      json.writeTree(preTokenizer);
      json.writeNullField("post_processor");
      json.writeFieldName("decoder");
      json.writeTree(parts.get("decoder"));
      json.writeObjectFieldStart("model");
      writeModel(json, factory);
      json.writeEndObject();
      json.writeEndObject();
    } catch (IOException e) {
      throw new TokenizerException("tokenizer.json: expected text, got " + e.getMessage(), e);
    }
    return out.toByteArray();
  }

  private static void write(JsonGenerator json, AddedToken token, int id) throws IOException {
    json.writeStartObject();
    json.writeNumberField("id", id);
    json.writeStringField("content", token.content());
    json.writeBooleanField("single_word", token.isSingleWord());
    json.writeBooleanField("lstrip", token.strip().left());
    json.writeBooleanField("rstrip", token.strip().right());
    json.writeBooleanField("normalized", token.isNormalized());
    json.writeBooleanField("special", token.isSpecial());
    json.writeEndObject();
  }

  /** The large parts are copied as they stream by. */
  private void writeModel(JsonGenerator json, JsonFactory factory) throws IOException {
    for (Map.Entry<String, JsonNode> field : model.properties()) {
      json.writeFieldName(field.getKey());
      json.writeTree(field.getValue());
    }
    try (JsonParser parser = factory.createParser(bytes)) {
      parser.nextToken();
      while (!"model".equals(parser.nextFieldName())) {
        parser.nextToken();
        parser.skipChildren();
      }
      parser.nextToken();
      while (parser.nextToken() == JsonToken.FIELD_NAME) {
        boolean isLarge = List.of("vocab", "merges").contains(parser.currentName());
        if (isLarge) {
          json.copyCurrentStructure(parser);
        } else {
          parser.nextToken();
          parser.skipChildren();
        }
      }
    }
  }
}
