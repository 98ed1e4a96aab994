package dev.fovea.server.answer;

import java.util.List;

/** Answers of {@code /v1/chat/completions}. */
public final class ChatFormat implements AnswerFormat {
  private static final byte[] DELTA = JsonBytes.ascii(",\"delta\":{\"content\":");
  private static final byte[] DELTA_END = JsonBytes.ascii("}");

  private final AnswerJson chunks;
  private final AnswerJson answer;

  /**
   * @param includeUsage a stream tells the counts at its end
   */
  public ChatFormat(AnswerHead head, boolean includeUsage) {
    chunks = new AnswerJson(head, "chat.completion.chunk", includeUsage);
    answer = new AnswerJson(head, "chat.completion", false);
  }

  @Override
  public boolean opens() {
    return true;
  }

  @Override
  public void opening(JsonBytes out, int choice) {
    chunks.begin(out);
    AnswerJson.beginChoice(out, choice).raw(",\"delta\":{\"role\":\"assistant\",\"content\":\"\"}");
    AnswerJson.endChoice(out, null);
    chunks.end(out, null);
  }

  @Override
  public void delta(JsonBytes out, int choice, String text, Usage soFar) {
    chunks.begin(out);
    AnswerJson.beginChoice(out, choice).raw(DELTA).string(text).raw(DELTA_END);
    AnswerJson.endChoice(out, null);
    chunks.end(out, soFar);
  }

  @Override
  public void finish(JsonBytes out, int choice, AnswerEnd end) {
    chunks.begin(out);
    AnswerJson.beginChoice(out, choice).raw(",\"delta\":{}");
    AnswerJson.endChoice(out, end);
    chunks.end(out, null);
  }

  @Override
  public void usage(JsonBytes out, Usage usage) {
    chunks.begin(out);
    chunks.end(out, usage);
  }

  @Override
  public void whole(JsonBytes out, List<Choice> choices, Usage usage) {
    answer.begin(out);
    for (int i = 0; i < choices.size(); i++) {
      out.raw(i == 0 ? "" : ",");
      AnswerJson.beginChoice(out, i)
          .raw(",\"message\":{\"role\":\"assistant\",\"content\":")
          .string(choices.get(i).text())
          .raw(",\"refusal\":null}");
      AnswerJson.endChoice(out, choices.get(i).end());
    }
    answer.end(out, usage);
  }
}
