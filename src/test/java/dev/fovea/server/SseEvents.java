package dev.fovea.server;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;

/** A stream's events, read as strictly as the strictest client reads them. */
public record SseEvents(List<JsonNode> chunks, JsonNode error, boolean isDone) {

  public static SseEvents parse(String stream) {
    List<JsonNode> chunks = new ArrayList<>();
    JsonNode error = null;
    boolean isDone = false;
    for (String event : stream.split("\n\n", -1)) {
      if (event.isEmpty()) {
        continue;
      }
      if (isDone || error != null) {
        throw new AssertionError("something after the end: " + event);
      }
      String data = event;
      boolean isError = event.startsWith("event: error\n");
      if (isError) {
        data = event.substring("event: error\n".length());
      }
      if (!data.startsWith("data: ") || data.contains("\n")) {
        throw new AssertionError("expected one line 'data: ...', got: " + event);
      }
      String payload = data.substring("data: ".length());
      if (payload.equals("[DONE]")) {
        isDone = true;
      } else if (isError) {
        error = Http.parse(payload);
      } else {
        chunks.add(Http.parse(payload));
      }
    }
    return new SseEvents(chunks, error, isDone);
  }

  /** The text of all chunks; chat or completion. */
  public String text() {
    StringBuilder text = new StringBuilder();
    for (JsonNode chunk : chunks) {
      for (JsonNode choice : chunk.get("choices")) {
        text.append(choice.path("text").asText("")).append(choice.at("/delta/content").asText(""));
      }
    }
    return text.toString();
  }

  public String finishReason() {
    String reason = null;
    for (JsonNode chunk : chunks) {
      for (JsonNode choice : chunk.get("choices")) {
        if (!choice.get("finish_reason").isNull()) {
          if (reason != null) {
            throw new AssertionError("two finish reasons");
          }
          reason = choice.get("finish_reason").asText();
        }
      }
    }
    return reason;
  }
}
