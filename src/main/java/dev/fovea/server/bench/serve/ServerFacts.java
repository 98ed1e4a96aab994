package dev.fovea.server.bench.serve;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.net.HttpURLConnection;
import java.net.Proxy;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * What a server says of itself before it is loaded.
 *
 * @param models its answer to {@code /models}
 * @param version its answer to {@code /version}, or null
 */
public record ServerFacts(JsonNode models, JsonNode version) {
  private static final int TIMEOUT_MILLIS = 10_000;

  /**
   * @param apiKey to show; null: none
   * @throws IOException if it does not list its models
   */
  public static ServerFacts of(Target target, String apiKey) throws IOException {
    return new ServerFacts(get(target, target.root() + "/models", apiKey), version(target, apiKey));
  }

  private static JsonNode version(Target target, String apiKey) {
    try {
      return get(target, "/version", apiKey);
    } catch (IOException e) {
      return null; // not every server tells
    }
  }

  /** The name of its first model. */
  public Optional<String> model() {
    return Optional.ofNullable(models.at("/data/0/id").textValue());
  }

  /** All token ids are below it. */
  public OptionalInt vocabulary() {
    for (String place : new String[] {"/data/0/vocab_size", "/data/0/meta/n_vocab"}) {
      if (models.at(place).isInt()) {
        return OptionalInt.of(models.at(place).intValue());
      }
    }
    return OptionalInt.empty();
  }

  private static JsonNode get(Target target, String path, String apiKey) throws IOException {
    HttpURLConnection connection =
        (HttpURLConnection) target.uri(path).toURL().openConnection(Proxy.NO_PROXY);
    connection.setConnectTimeout(TIMEOUT_MILLIS);
    connection.setReadTimeout(TIMEOUT_MILLIS);
    if (apiKey != null) {
      connection.setRequestProperty("Authorization", "Bearer " + apiKey);
    }
    try (InputStream body = connection.getInputStream()) {
      return new ObjectMapper().readTree(body);
    } catch (IOException e) {
      throw new IOException(
          String.format(Locale.ROOT, "%s: %s", target.uri(path), e.getMessage()), e);
    } finally {
      connection.disconnect();
    }
  }
}
