package dev.fovea.text;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonFactoryBuilder;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.fovea.files.RegularFile;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Locale;
import java.util.OptionalInt;

/**
 * The tokens of a {@code tokenizer.json} by id, read as a stream: the merges, by far the largest
 * part, are skipped.
 */
final class Vocabulary {
  private static final int MAX_ID = 1 << 24;

  private String[] tokens = new String[1 << 10];
  private final BitSet special = new BitSet();
  private final List<Integer> addedIds = new ArrayList<>();
  private boolean hasPostProcessor;
  private int size;

  private Vocabulary() {}

  static Vocabulary read(Path tokenizerJson) {
    // Token texts are field names here: each is seen once, so a symbol table would only grow.
    JsonFactory factory =
        new JsonFactoryBuilder()
            .configure(JsonFactory.Feature.INTERN_FIELD_NAMES, false)
            .configure(JsonFactory.Feature.CANONICALIZE_FIELD_NAMES, false)
            .build();
    Vocabulary vocabulary = new Vocabulary();
    try (InputStream in =
            new ByteArrayInputStream(RegularFile.read(tokenizerJson, Tokenizer.MAX_BYTES));
        JsonParser parser = factory.createParser(in)) {
      vocabulary.readRoot(parser);
    } catch (JacksonException e) {
      throw new TokenizerException(
          tokenizerJson + ": expected JSON, got " + e.getOriginalMessage(), e);
    } catch (IOException e) {
      throw new TokenizerException(tokenizerJson + ": cannot be read: " + e.getMessage(), e);
    }
    if (vocabulary.size == 0) {
      throw new TokenizerException(tokenizerJson + ": expected a vocabulary, got none");
    }
    vocabulary.tokens = Arrays.copyOf(vocabulary.tokens, vocabulary.size);
    return vocabulary;
  }

  private void readRoot(JsonParser parser) throws IOException {
    expect(parser, parser.nextToken(), JsonToken.START_OBJECT);
    while (parser.nextToken() == JsonToken.FIELD_NAME) {
      String field = parser.currentName();
      JsonToken value = parser.nextToken();
      if (field.equals("added_tokens") && value == JsonToken.START_ARRAY) {
        readAddedTokens(parser);
      } else if (field.equals("model") && value == JsonToken.START_OBJECT) {
        readModel(parser);
      } else {
        hasPostProcessor |= field.equals("post_processor") && value != JsonToken.VALUE_NULL;
        parser.skipChildren();
      }
    }
    expect(parser, parser.currentToken(), JsonToken.END_OBJECT);
  }

  private static void expect(JsonParser parser, JsonToken got, JsonToken expected) {
    if (got != expected) {
      throw new TokenizerException(
          String.format(
              Locale.ROOT,
              "tokenizer.json, line %d: expected %s, got %s",
              parser.currentLocation().getLineNr(),
              expected,
              got));
    }
  }

  private void readModel(JsonParser parser) throws IOException {
    while (parser.nextToken() == JsonToken.FIELD_NAME) {
      boolean isVocabulary = parser.currentName().equals("vocab");
      JsonToken value = parser.nextToken();
      if (isVocabulary && value == JsonToken.START_OBJECT) {
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
          String token = parser.currentName();
          expect(parser, parser.nextToken(), JsonToken.VALUE_NUMBER_INT);
          put(parser.getIntValue(), token);
        }
      } else if (isVocabulary && value == JsonToken.START_ARRAY) {
        readPieces(parser);
      } else {
        parser.skipChildren();
      }
    }
  }

  /** A list of pairs of text and score, the id being the position. */
  private void readPieces(JsonParser parser) throws IOException {
    for (int id = 0; parser.nextToken() == JsonToken.START_ARRAY; id++) {
      expect(parser, parser.nextToken(), JsonToken.VALUE_STRING);
      put(id, parser.getText());
      while (parser.nextToken() != JsonToken.END_ARRAY) {
        parser.skipChildren();
      }
    }
  }

  private void readAddedTokens(JsonParser parser) throws IOException {
    while (parser.nextToken() == JsonToken.START_OBJECT) {
      int id = -1;
      String content = null;
      boolean isSpecial = false;
      while (parser.nextToken() == JsonToken.FIELD_NAME) {
        String field = parser.currentName();
        parser.nextToken();
        switch (field) {
          case "id" -> id = parser.getIntValue();
          case "content" -> content = parser.getText();
          case "special" -> isSpecial = parser.getBooleanValue();
          default -> parser.skipChildren();
        }
      }
      if (content == null) {
        throw new TokenizerException("tokenizer.json: added token " + id + " has no content");
      }
      put(id, content);
      addedIds.add(id);
      special.set(id, isSpecial);
    }
  }

  private void put(int id, String token) {
    if (id < 0 || id >= MAX_ID) {
      throw new TokenizerException(
          String.format(
              Locale.ROOT,
              "tokenizer.json: expected ids in [0, %d), got %d for '%s'",
              MAX_ID,
              id,
              token));
    }
    if (id >= tokens.length) {
      tokens = Arrays.copyOf(tokens, Math.max(id + 1, tokens.length * 2));
    }
    tokens[id] = token;
    size = Math.max(size, id + 1);
  }

  /** One more than the largest id. */
  int size() {
    return size;
  }

  /** The token's text as the file has it, or null where no token has the id. */
  String text(int id) {
    return id >= 0 && id < size ? tokens[id] : null;
  }

  boolean isSpecial(int id) {
    return special.get(id);
  }

  boolean hasPostProcessor() {
    return hasPostProcessor;
  }

  /** Added tokens are found first, others by a walk over the vocabulary. */
  OptionalInt id(String token) {
    for (int id : addedIds) {
      if (tokens[id].equals(token)) {
        return OptionalInt.of(id);
      }
    }
    int id = Arrays.asList(tokens).indexOf(token);
    return id < 0 ? OptionalInt.empty() : OptionalInt.of(id);
  }
}
