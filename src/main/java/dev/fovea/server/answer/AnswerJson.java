package dev.fovea.server.answer;

/** Writes what the parts of one kind have in common, in both formats. */
final class AnswerJson {
  private static final byte[] CHOICE = JsonBytes.ascii("{\"index\":");
  private static final byte[] UNFINISHED =
      JsonBytes.ascii(",\"logprobs\":null,\"finish_reason\":null}");
  private static final byte[] END = JsonBytes.ascii("]}");
  private static final byte[] END_BEFORE_USAGE = JsonBytes.ascii("],\"usage\":null}");

  private final byte[] beginning;
  private final byte[] end;

  /**
   * @param kind of the object
   * @param announcesUsage parts without usage carry {@code usage: null}
   */
  AnswerJson(AnswerHead head, String kind, boolean announcesUsage) {
    beginning =
        new JsonBytes()
            .raw("{\"id\":")
            .string(head.id())
            .raw(",\"object\":")
            .string(kind)
            .raw(",\"created\":")
            .number(head.created())
            .raw(",\"model\":")
            .string(head.model())
            .raw(",\"choices\":[")
            .take();
    end = announcesUsage ? END_BEFORE_USAGE : END;
  }

  /** The head's fields and the beginning of {@code choices}. */
  void begin(JsonBytes out) {
    out.raw(beginning);
  }

  /** A choice as far as its index. */
  static JsonBytes beginChoice(JsonBytes out, int index) {
    return out.raw(CHOICE).number(index);
  }

  /** How a choice has ended; null: not yet. */
  static void endChoice(JsonBytes out, AnswerEnd end) {
    if (end == null) {
      out.raw(UNFINISHED);
      return;
    }
    out.raw(",\"logprobs\":null,\"finish_reason\":").string(end.finishReason());
    out.raw(",\"stop_reason\":");
    if (end.stopReason() instanceof String stopString) {
      out.string(stopString);
    } else {
      out.raw(String.valueOf(end.stopReason()));
    }
    out.raw("}");
  }

  /** The end of {@code choices} and the counts, if there are any to tell. */
  void end(JsonBytes out, Usage usage) {
    if (usage == null) {
      out.raw(end);
      return;
    }
    out.raw("],\"usage\":{\"prompt_tokens\":").number(usage.promptTokens());
    out.raw(",\"completion_tokens\":").number(usage.completionTokens());
    out.raw(",\"total_tokens\":").number((long) usage.promptTokens() + usage.completionTokens());
    out.raw(",\"prompt_tokens_details\":{\"cached_tokens\":").number(usage.cachedTokens());
    out.raw("},\"completion_tokens_details\":{\"reasoning_tokens\":0}}}");
  }
}
