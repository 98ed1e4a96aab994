package dev.fovea.server.answer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fovea.engine.Generation;
import dev.fovea.engine.GenerationListener;
import dev.fovea.engine.GenerationListener.Deadline;
import dev.fovea.engine.GenerationListener.Ending;
import dev.fovea.engine.GenerationListener.FinishReason;
import dev.fovea.server.ModelText;
import dev.fovea.server.http.ApiException;
import dev.fovea.server.request.GenerationOptions;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Choices of one answer, by what the engine may tell of them in any order. */
class AnswerChoicesTest {
  private static final Ending DONE = new Ending.Finished(FinishReason.LENGTH, null);

  private static final GenerationOptions.Ending ENDING =
      new GenerationOptions.Ending(null, 0, false, List.of("!!"), List.of());

  private final List<String> told = new ArrayList<>();
  private final GenerationGroup generations = new GenerationGroup();
  private ModelText text;

  @BeforeEach
  void load() {
    text = ModelText.load(Path.of("src/test/resources/server/bytes"));
  }

  @AfterEach
  void close() {
    text.close();
  }

  @Test
  void anAnswerIsCompleteWithItsLastChoice() {
    List<GenerationListener> choices = choices(2, 1);
    choices.get(1).onTokens(new int[] {'x', 'y'});
    choices.get(1).onEnd(DONE);
    choices.get(0).onTokens(new int[] {'a'});
    choices.get(0).onEnd(DONE);

    assertThat(told)
        .containsExactly(
            "1 xy",
            "1 length",
            "0 a",
            "0 length",
            "complete Usage[promptTokens=10, " + "cachedTokens=0, completionTokens=3]");
  }

  @Test
  void cachedTokensAreThoseOfThePromptsNotOfTheChoices() {
    List<GenerationListener> choices = choices(4, 2);
    int[] cached = {64, 128, 256, 512};
    for (int i = 0; i < cached.length; i++) {
      choices.get(i).onStart(cached[i]);
      choices.get(i).onEnd(DONE);
    }

    assertThat(told.get(told.size() - 1)).contains("cachedTokens=" + (64 + 256));
  }

  @Test
  void theFirstFailureEndsAllAndNothingFollowsIt() {
    List<GenerationListener> choices = choices(3, 1);
    choices.get(0).onEnd(DONE);
    choices.get(1).onEnd(new Ending.Failed("broken", null));
    choices.get(2).onTokens(new int[] {'a'});
    choices.get(2).onEnd(new Ending.Cancelled());

    assertThat(told)
        .containsExactly(
            "0 length",
            "fail 500 generation_failed",
            "cancel",
            "cancel",
            "cancel",
            "resume",
            "resume",
            "resume");
  }

  @Test
  void aStopStringStopsItsOwnGeneration() {
    List<GenerationListener> choices = choices(2, 1);
    choices.get(1).onTokens(new int[] {'a', '!', '!', 'b'});
    choices.get(1).onEnd(new Ending.Finished(FinishReason.STOP, null));

    assertThat(told).containsExactly("1 a", "1 stop", "stop 1");
  }

  @Test
  void deadlinesAreToldApart() {
    choices(1, 1).get(0).onEnd(new Ending.TimedOut(Deadline.QUEUE));
    choices(1, 1).get(0).onEnd(new Ending.TimedOut(Deadline.TOTAL));

    assertThat(told)
        .contains("fail 503 queue_timeout, again after PT1S", "fail 504 request_timeout");
  }

  private List<GenerationListener> choices(int count, int perPrompt) {
    AnswerChoices choices =
        new AnswerChoices(
            new Told(), new AnswerChoices.Request(10, perPrompt, Set.of(), generations));
    List<GenerationListener> listeners =
        IntStream.range(0, count)
            .mapToObj(i -> choices.add(text.newAnswer(ENDING), tokens -> {}))
            .toList();
    generations.attach(IntStream.range(0, count).mapToObj(this::generation).toList());
    return listeners;
  }

  private Generation generation(int index) {
    return new Generation() {
      @Override
      public void cancel() {
        told.add("cancel");
      }

      @Override
      public void stop() {
        told.add("stop " + index);
      }

      @Override
      public void pause() {
        told.add("pause");
      }

      @Override
      public void resume() {
        told.add("resume");
      }
    };
  }

  private final class Told implements Answer {
    @Override
    public void text(int choice, String more, Usage soFar) {
      told.add(choice + " " + more);
    }

    @Override
    public void end(int choice, AnswerEnd end) {
      told.add(choice + " " + end.finishReason());
    }

    @Override
    public void complete(Usage usage) {
      told.add("complete " + usage);
    }

    @Override
    public void fail(ApiException failure) {
      String again = failure.retryAfter().map(after -> ", again after " + after).orElse("");
      told.add("fail " + failure.error().status() + " " + failure.error().code() + again);
    }
  }
}
