package dev.fovea.server.answer;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;

/** Writes the parts of answers that both formats share. */
final class AnswerJson {
  private static final JsonFactory JSON = new JsonFactory();
  private static final int TYPICAL_BYTES = 320;

  private final AnswerHead head;

  AnswerJson(AnswerHead head) {
    this.head = head;
  }

  /** Writes fields. */
  @FunctionalInterface
  interface Part {
    void write(JsonGenerator json) throws IOException;
  }

  /** An object with the head's fields, {@code choices} with at most one element, and more. */
  byte[] object(String kind, Part choice, Part more) {
    ByteArrayOutputStream out = new ByteArrayOutputStream(TYPICAL_BYTES);
    try (JsonGenerator json = JSON.createGenerator(out)) {
      json.writeStartObject();
      json.writeStringField("id", head.id());
      json.writeStringField("object", kind);
      json.writeNumberField("created", head.created());
      json.writeStringField("model", head.model());
      json.writeArrayFieldStart("choices");
      if (choice != null) {
        json.writeStartObject();
        json.writeNumberField("index", 0);
        choice.write(json);
        json.writeEndObject();
      }
      json.writeEndArray();
      more.write(json);
      json.writeEndObject();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return out.toByteArray();
  }

  static void writeEnd(JsonGenerator json, AnswerEnd end) throws IOException {
    json.writeNullField("logprobs");
    json.writeStringField("finish_reason", end == null ? null : end.finishReason());
    if (end != null) {
      json.writeFieldName("stop_reason");
      json.writeObject(end.stopReason());
    }
  }

  static void writeUsage(JsonGenerator json, Usage usage) throws IOException {
    json.writeObjectFieldStart("usage");
    json.writeNumberField("prompt_tokens", usage.promptTokens());
    json.writeNumberField("completion_tokens", usage.completionTokens());
    json.writeNumberField("total_tokens", usage.promptTokens() + usage.completionTokens());
    json.writeObjectFieldStart("prompt_tokens_details");
    json.writeNumberField("cached_tokens", 0);
    json.writeEndObject();
    json.writeObjectFieldStart("completion_tokens_details");
    json.writeNumberField("reasoning_tokens", 0);
    json.writeEndObject();
    json.writeEndObject();
  }

  /** Parts before the last say that usage will come, where it was asked for. */
  static Part usagePending(boolean includeUsage) {
    return json -> {
      if (includeUsage) {
        json.writeNullField("usage");
      }
    };
  }
}
