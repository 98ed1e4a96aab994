package dev.fovea.server.request;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fovea.server.http.ApiException;
import dev.fovea.server.http.ErrorCodes;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/** Parses a body where two readers could not differ: one object, unique names, valid UTF-8. */
final class StrictJson {
  private static final int MAX_DEPTH = 64;
  private static final int MAX_STRING_CHARS = 1 << 30;
  private static final ObjectMapper MAPPER =
      JsonMapper.builder(
              JsonFactory.builder()
                  .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                  .streamReadConstraints(
                      StreamReadConstraints.builder()
                          .maxNestingDepth(MAX_DEPTH)
                          .maxStringLength(MAX_STRING_CHARS)
                          .build())
                  .build())
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  private StrictJson() {}

  /**
   * @throws ApiException 400 {@code invalid_json}
   */
  static ObjectNode parse(byte[] body) {
    if (body.length == 0) {
      throw invalid("the request body is empty, expected a JSON object");
    }
    JsonNode node;
    try {
      node = MAPPER.readTree(utf8(body));
    } catch (StreamConstraintsException e) {
      throw invalid(
          String.format(
                  Locale.ROOT,
                  "the request body is beyond the limits of JSON here: at most %d levels deep, numbers of",
                  MAX_DEPTH)
              + " at most 1000 characters");
    } catch (JsonProcessingException e) {
      throw invalid(describe(e));
    } catch (CharacterCodingException e) {
      throw invalid("the request body is not valid UTF-8");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    if (node instanceof ObjectNode object) {
      return object;
    }
    throw invalid("the request body must be a JSON object");
  }

  /** Whether a text is a JSON value by the same rules as a body. */
  static boolean isValue(String text) {
    try {
      return !MAPPER.readTree(text).isMissingNode();
    } catch (JsonProcessingException e) {
      return false;
    }
  }

  /** Nothing that is no UTF-8 passes; the text is never there as a whole. */
  private static Reader utf8(byte[] body) {
    return new InputStreamReader(
        new ByteArrayInputStream(body),
        StandardCharsets.UTF_8
            .newDecoder()
            .onMalformedInput(CodingErrorAction.REPORT)
            .onUnmappableCharacter(CodingErrorAction.REPORT));
  }

  /** The parser's own words name its classes and options, so only the place is passed on. */
  private static String describe(JsonProcessingException e) {
    String detail = e.getOriginalMessage();
    String what =
        detail != null && detail.startsWith("Duplicate field")
            ? "a field is given twice"
            : "unexpected content";
    JsonLocation at = e.getLocation();
    return at == null
        ? "the request body is not valid JSON: " + what
        : String.format(
            Locale.ROOT,
            "the request body is not valid JSON: %s at line %d, column %d",
            what,
            at.getLineNr(),
            at.getColumnNr());
  }

  private static ApiException invalid(String message) {
    return ApiException.badRequest(ErrorCodes.INVALID_JSON, message);
  }
}
