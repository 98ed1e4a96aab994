package dev.fovea.text;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.Map;

/** Reads the files that the Python scripts beside the tests have written. */
public final class Golden {
  private static final ObjectMapper MAPPER = new ObjectMapper();

  private Golden() {}

  public static JsonNode read(String name) {
    try (InputStream in = Golden.class.getResourceAsStream("/text/" + name)) {
      return MAPPER.readTree(in);
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  /** A directory below {@code /text} of the test resources. */
  public static Path directory(String name) {
    try {
      return Path.of(Golden.class.getResource("/text/" + name).toURI());
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }

  @SuppressWarnings("unchecked")
  public static Map<String, Object> map(JsonNode node) {
    return MAPPER.convertValue(node, Map.class);
  }

  public static Object value(JsonNode node) {
    return MAPPER.convertValue(node, Object.class);
  }

  public static int[] ints(JsonNode array) {
    return MAPPER.convertValue(array, int[].class);
  }
}
