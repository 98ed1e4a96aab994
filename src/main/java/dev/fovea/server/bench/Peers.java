package dev.fovea.server.bench;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/**
 * What peers reached in attention on the same machine: the JSON of {@code
 * src/test/python/peers/attention.py}.
 */
public final class Peers {
  private static final String[] SHAPE = {"B", "T", "Hq", "Hkv", "D"};

  private final JsonNode rows;

  private Peers(JsonNode rows) {
    this.rows = rows;
  }

  public static Peers none() {
    return new Peers(new ObjectMapper().createArrayNode());
  }

  /**
   * @throws IllegalArgumentException if the file has no rows
   */
  public static Peers read(Path file) throws IOException {
    JsonNode rows = new ObjectMapper().readTree(file.toFile()).path("rows");
    if (!rows.isArray()) {
      throw new IllegalArgumentException(
          String.format(Locale.ROOT, "%s: expected an array \"rows\", got none", file));
    }
    return new Peers(rows);
  }

  /** Rates by name, in the unit of the file's rows: TFLOP/s of prompts, GB/s of generated rows. */
  Map<String, Double> of(AttentionBench.Case c) {
    Map<String, Double> rates = new TreeMap<>();
    for (JsonNode row : rows) {
      if (isOf(row, c)) {
        row.path("peers")
            .properties()
            .forEach(
                peer -> {
                  if (peer.getValue().isNumber()) { // not the reason why there is no rate
                    rates.put(peer.getKey(), peer.getValue().asDouble());
                  }
                });
      }
    }
    return rates;
  }

  private static boolean isOf(JsonNode row, AttentionBench.Case c) {
    if (!c.isUniform() || !row.path("kind").asText().equals(c.kind())) {
      return false;
    }
    int[] shape = {
      c.contexts().size(), c.contexts().get(0), c.heads().query(), c.heads().kv(), c.heads().dim()
    };
    for (int i = 0; i < shape.length; i++) {
      if (row.path(SHAPE[i]).asInt() != shape[i]) {
        return false;
      }
    }
    return true;
  }
}
