package dev.fovea.server.bench.serve;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import dev.fovea.server.bench.serve.LoadPlan.Endpoint;
import dev.fovea.server.bench.serve.LoadPlan.Shape;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** Makes the requests of a plan, the same ones for the same seed. */
final class Workload {
  private static final JsonFactory JSON = new JsonFactory();

  // Short and common, so that most tokenizers have a token for each with its space.
  private static final String[] WORDS =
      """
      the of and to in is you that it he was for on are as with his they at be this have from or
      one had by word but not what all were we when your can said there use an each which she do
      how their if will up other about out many then them these so some her would make like him
      into time has look two more write go see number no way could people my than first water been
      call who oil its now find long down day did get come made may part\
      """
          .split("\\s+");

  private final Target target;
  private final Shape shape;
  private final String authorization;
  private final long seed;
  private final SplittableRandom random;
  private final SplittableRandom clients;
  private final int[] prefix;
  private long numMade;

  /**
   * @param apiKey that every request shows; null: none
   */
  Workload(LoadPlan plan, String apiKey) {
    target = plan.target();
    shape = plan.shape();
    authorization = apiKey == null ? "" : "Authorization: Bearer " + apiKey + "\r\n";
    seed = plan.seed();
    random = new SplittableRandom(plan.seed()).split();
    clients = random.split(); // of their own, so that what they do changes no prompt
    prefix = draw(random, shape.prefixTokens());
  }

  /** The next one. */
  Call next() {
    int[] prompt =
        IntStream.concat(
                IntStream.of(prefix), IntStream.of(draw(random, shape.promptTokens().draw(random))))
            .toArray();
    int outputTokens = shape.outputTokens().draw(random);
    boolean isWhole = clients.nextDouble() < shape.wholeRatio();
    boolean isLeaving = clients.nextDouble() < shape.cancelRatio();
    double point = clients.nextDouble();
    byte[] body = body(prompt, outputTokens, isWhole);
    numMade++;
    return new Call(request(body, isWhole), outputTokens, isWhole, isLeaving ? point : Call.STAYS);
  }

  private int[] draw(SplittableRandom random, int count) {
    int below = shape.idsBelow() > 0 ? shape.idsBelow() : WORDS.length;
    return random.ints(count, 0, below).toArray();
  }

  private byte[] request(byte[] body, boolean isWhole) {
    String head =
        String.format(
                Locale.ROOT,
                "POST %s%s HTTP/1.1\r\nHost: %s\r\n",
                target.root(),
                shape.endpoint().path(),
                target.authority())
            + String.format(
                Locale.ROOT,
                "%sContent-Type: application/json\r\nAccept: %s\r\nContent-Length: %d\r\n\r\n",
                authorization,
                isWhole ? "application/json" : "text/event-stream",
                body.length);
    ByteArrayOutputStream out = new ByteArrayOutputStream(head.length() + body.length);
    out.writeBytes(head.getBytes(StandardCharsets.US_ASCII));
    out.writeBytes(body);
    return out.toByteArray();
  }

  private byte[] body(int[] prompt, int outputTokens, boolean isWhole) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (JsonGenerator json = JSON.createGenerator(out)) {
      json.writeStartObject();
      if (shape.model() != null) {
        json.writeStringField("model", shape.model());
      }
      if (shape.endpoint() == Endpoint.CHAT) {
        writeMessages(json, text(prompt));
      } else if (shape.idsBelow() > 0) {
        json.writeFieldName("prompt");
        json.writeArray(prompt, 0, prompt.length);
      } else {
        json.writeStringField("prompt", text(prompt));
      }
      json.writeNumberField("max_tokens", outputTokens);
      json.writeNumberField("seed", seed + numMade);
      if (shape.ignoreEos()) {
        json.writeBooleanField("ignore_eos", true);
      }
      json.writeBooleanField("stream", !isWhole);
      if (!isWhole) {
        json.writeObjectFieldStart("stream_options");
        json.writeBooleanField("include_usage", true);
        json.writeEndObject();
      }
      json.writeEndObject();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return out.toByteArray();
  }

  private static void writeMessages(JsonGenerator json, String text) throws IOException {
    json.writeArrayFieldStart("messages");
    json.writeStartObject();
    json.writeStringField("role", "user");
    json.writeStringField("content", text);
    json.writeEndObject();
    json.writeEndArray();
  }

  private static String text(int[] words) {
    return IntStream.of(words).mapToObj(word -> WORDS[word]).collect(Collectors.joining(" "));
  }
}
