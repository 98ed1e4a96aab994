package dev.fovea.weights;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.fovea.files.RegularFile;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/**
 * Reads the JSON files of a model directory strictly: UTF-8, no duplicate keys, nothing after the
 * value, bounded size and depth.
 */
public final class JsonFile {
  private static final int MAX_DEPTH = 64;
  private static final int MAX_NAME_LENGTH = 4096;
  private static final JsonFactory FACTORY =
      JsonFactory.builder()
          .streamReadConstraints(
              StreamReadConstraints.builder()
                  .maxNestingDepth(MAX_DEPTH)
                  .maxNameLength(MAX_NAME_LENGTH)
                  .build())
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          // Python writes Infinity and NaN; who reads a number checks that it is finite.
          .enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS)
          .disable(JsonFactory.Feature.CANONICALIZE_FIELD_NAMES)
          .build();
  private static final ObjectMapper MAPPER = new ObjectMapper(FACTORY);

  private JsonFile() {}

  /**
   * Reads a whole file that holds one JSON object.
   *
   * @throws CheckpointException if it is missing, larger than {@code maxBytes} or not such a file
   */
  public static JsonNode readObject(Path file, long maxBytes) {
    try {
      return readObject(file, RegularFile.read(file, maxBytes));
    } catch (NoSuchFileException e) {
      throw new CheckpointException(file, "file not found", e);
    } catch (IOException e) {
      throw new CheckpointException(file, "cannot be read: " + e.getMessage(), e);
    }
  }

  private static JsonNode readObject(Path file, byte[] bytes) {
    try (JsonParser parser = parser(bytes)) {
      JsonNode root = MAPPER.readTree(parser);
      if (root == null || !root.isObject()) {
        throw new CheckpointException(file, "expected a JSON object");
      }
      expectEnd(file, parser);
      return root;
    } catch (IOException e) {
      throw invalid(file, e);
    }
  }

  /** Reads UTF-8 and nothing else: left to itself, Jackson would guess UTF-16 and UTF-32 too. */
  static JsonParser parser(byte[] utf8) throws IOException {
    CharsetDecoder strict = StandardCharsets.UTF_8.newDecoder();
    return FACTORY.createParser(new InputStreamReader(new ByteArrayInputStream(utf8), strict));
  }

  static void expectEnd(Path file, JsonParser parser) throws IOException {
    if (parser.nextToken() != null) {
      throw new CheckpointException(file, "expected nothing after the JSON object");
    }
  }

  static CheckpointException invalid(Path file, IOException e) {
    if (e instanceof CharacterCodingException) {
      return new CheckpointException(file, "expected JSON in UTF-8, got other bytes", e);
    }
    String why = e instanceof JsonProcessingException json ? json.getOriginalMessage() : "" + e;
    return new CheckpointException(
        file, "not valid JSON: " + why.lines().findFirst().orElse(""), e);
  }
}
