package dev.fovea.server.answer;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;

/** Answers of {@code /v1/chat/completions}. */
public final class ChatFormat implements AnswerFormat {
  private static final String CHUNK = "chat.completion.chunk";

  private final AnswerJson json;
  private final AnswerJson.Part usagePending;

  public ChatFormat(AnswerHead head, boolean includeUsage) {
    this.json = new AnswerJson(head);
    this.usagePending = AnswerJson.usagePending(includeUsage);
  }

  @Override
  public byte[] opening() {
    return chunk(
        out -> {
          out.writeStringField("role", "assistant");
          out.writeStringField("content", "");
        },
        null,
        usagePending);
  }

  @Override
  public byte[] delta(String text, Usage soFar) {
    return chunk(out -> out.writeStringField("content", text), null, soFar(soFar));
  }

  @Override
  public byte[] finish(AnswerEnd end) {
    return chunk(out -> {}, end, usagePending);
  }

  @Override
  public byte[] usage(Usage usage) {
    return json.object(CHUNK, null, out -> AnswerJson.writeUsage(out, usage));
  }

  @Override
  public byte[] whole(String text, AnswerEnd end, Usage usage) {
    return json.object(
        "chat.completion",
        out -> writeMessage(out, text, end),
        out -> AnswerJson.writeUsage(out, usage));
  }

  private AnswerJson.Part soFar(Usage soFar) {
    return soFar == null ? usagePending : out -> AnswerJson.writeUsage(out, soFar);
  }

  private byte[] chunk(AnswerJson.Part delta, AnswerEnd end, AnswerJson.Part usage) {
    return json.object(
        CHUNK,
        out -> {
          out.writeObjectFieldStart("delta");
          delta.write(out);
          out.writeEndObject();
          AnswerJson.writeEnd(out, end);
        },
        usage);
  }

  private static void writeMessage(JsonGenerator out, String text, AnswerEnd end)
      throws IOException {
    out.writeObjectFieldStart("message");
    out.writeStringField("role", "assistant");
    out.writeStringField("content", text);
    out.writeNullField("refusal");
    out.writeEndObject();
    AnswerJson.writeEnd(out, end);
  }
}
