package dev.fovea.server.bench.serve;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/**
 * A process that loads the tests' server, whose model says its prompt again and again, and checks
 * every byte of every stream: nothing is lost, repeated or reordered. Its arguments are the
 * server's port, streams at once, tokens of each and the report's file.
 */
final class ParrotLoad implements StreamSink {
  private final byte[][] prompts;
  private final int[] numBytes;
  private final int numTokens;

  private ParrotLoad(LoadPlan plan, int numTokens) throws IOException {
    int numStreams = Math.toIntExact(plan.extent().maxRequests());
    prompts = new byte[numStreams][];
    numBytes = new int[numStreams];
    this.numTokens = numTokens;
    Workload workload = new Workload(plan, null);
    for (int i = 0; i < numStreams; i++) {
      String sent = new String(workload.next().bytes(), StandardCharsets.UTF_8);
      JsonNode body = new ObjectMapper().readTree(sent.substring(sent.indexOf("\r\n\r\n")));
      prompts[i] = body.get("prompt").asText().getBytes(StandardCharsets.UTF_8);
    }
  }

  public static void main(String... args) throws IOException {
    int numStreams = Integer.parseInt(args[1]);
    int numTokens = Integer.parseInt(args[2]);
    LoadPlan plan =
        Plans.streams(Integer.parseInt(args[0]), numStreams, new Range(6, 10), numTokens);
    new LoadGenerator(plan, new ParrotLoad(plan, numTokens)).run(null).write(Path.of(args[3]));
  }

  @Override
  public void content(long request, String text) {
    byte[] prompt = prompts[(int) request];
    for (int i = 0; i < text.length(); i++) {
      byte expected = prompt[numBytes[(int) request]++ % prompt.length];
      if (text.charAt(i) != expected) {
        throw new IllegalStateException(
            "stream %d, byte %d: expected %c, got %c"
                .formatted(request, numBytes[(int) request] - 1, expected, text.charAt(i)));
      }
    }
  }

  @Override
  public void ended(long request, CallOutcome outcome) {
    if (outcome != CallOutcome.COMPLETED || numBytes[(int) request] != numTokens) {
      throw new IllegalStateException(
          "stream %d: %s after %d tokens".formatted(request, outcome, numBytes[(int) request]));
    }
  }
}
