package dev.fovea.server.answer;

import java.util.List;

/** Answers of {@code /v1/completions}. */
public final class CompletionFormat implements AnswerFormat {
  private static final byte[] TEXT = JsonBytes.ascii(",\"text\":");

  private final AnswerJson json;

  /**
   * @param includeUsage a stream tells the counts at its end
   */
  public CompletionFormat(AnswerHead head, boolean includeUsage) {
    json = new AnswerJson(head, "text_completion", includeUsage);
  }

  @Override
  public boolean opens() {
    return false;
  }

  @Override
  public void opening(JsonBytes out, int choice) {}

  @Override
  public void delta(JsonBytes out, int choice, String text, Usage soFar) {
    json.begin(out);
    writeChoice(out, choice, text, null);
    json.end(out, soFar);
  }

  @Override
  public void finish(JsonBytes out, int choice, AnswerEnd end) {
    json.begin(out);
    writeChoice(out, choice, "", end);
    json.end(out, null);
  }

  @Override
  public void usage(JsonBytes out, Usage usage) {
    json.begin(out);
    json.end(out, usage);
  }

  @Override
  public void whole(JsonBytes out, List<Choice> choices, Usage usage) {
    json.begin(out);
    for (int i = 0; i < choices.size(); i++) {
      out.raw(i == 0 ? "" : ",");
      writeChoice(out, i, choices.get(i).text(), choices.get(i).end());
    }
    json.end(out, usage);
  }

  private static void writeChoice(JsonBytes out, int index, String text, AnswerEnd end) {
    AnswerJson.beginChoice(out, index).raw(TEXT).string(text);
    AnswerJson.endChoice(out, end);
  }
}
