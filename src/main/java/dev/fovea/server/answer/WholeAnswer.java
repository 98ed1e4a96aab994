package dev.fovea.server.answer;

import dev.fovea.server.http.ApiException;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** Collects the texts and answers with one JSON object. */
public final class WholeAnswer implements Answer {
  private final AnswerFormat format;
  private final AnswerMailbox mailbox;
  private final List<StringBuilder> texts;
  private final AnswerEnd[] ends;

  public WholeAnswer(AnswerFormat format, AnswerMailbox mailbox, int numChoices) {
    this.format = format;
    this.mailbox = mailbox;
    texts = Stream.generate(StringBuilder::new).limit(numChoices).toList();
    ends = new AnswerEnd[numChoices];
  }

  @Override
  public void text(int choice, String more, Usage soFar) {
    texts.get(choice).append(more);
  }

  @Override
  public void end(int choice, AnswerEnd end) {
    ends[choice] = end;
  }

  @Override
  public void complete(Usage usage) {
    List<AnswerFormat.Choice> choices =
        IntStream.range(0, ends.length)
            .mapToObj(i -> new AnswerFormat.Choice(texts.get(i).toString(), ends[i]))
            .toList();
    JsonBytes out = new JsonBytes();
    format.whole(out, choices, usage);
    mailbox.offer(out.take());
    mailbox.complete();
  }

  @Override
  public void fail(ApiException failure) {
    mailbox.fail(failure);
  }
}
