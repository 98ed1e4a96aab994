package dev.fovea.server.answer;

/** Answers of {@code /v1/completions}. */
public final class CompletionFormat implements AnswerFormat {
  private static final String KIND = "text_completion";

  private final AnswerJson json;
  private final AnswerJson.Part usagePending;

  public CompletionFormat(AnswerHead head, boolean includeUsage) {
    this.json = new AnswerJson(head);
    this.usagePending = AnswerJson.usagePending(includeUsage);
  }

  @Override
  public byte[] opening() {
    return new byte[0];
  }

  @Override
  public byte[] delta(String text, Usage soFar) {
    return part(
        text, null, soFar == null ? usagePending : out -> AnswerJson.writeUsage(out, soFar));
  }

  @Override
  public byte[] finish(AnswerEnd end) {
    return part("", end, usagePending);
  }

  @Override
  public byte[] usage(Usage usage) {
    return json.object(KIND, null, out -> AnswerJson.writeUsage(out, usage));
  }

  @Override
  public byte[] whole(String text, AnswerEnd end, Usage usage) {
    return part(text, end, out -> AnswerJson.writeUsage(out, usage));
  }

  private byte[] part(String text, AnswerEnd end, AnswerJson.Part more) {
    return json.object(
        KIND,
        out -> {
          out.writeStringField("text", text);
          AnswerJson.writeEnd(out, end);
        },
        more);
  }
}
