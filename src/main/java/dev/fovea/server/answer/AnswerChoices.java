package dev.fovea.server.answer;

import dev.fovea.engine.GenerationListener;
import dev.fovea.engine.GenerationListener.Ending;
import dev.fovea.server.http.ApiError;
import dev.fovea.server.http.ApiException;
import dev.fovea.server.http.ErrorCodes;
import dev.fovea.text.OutputText;
import java.util.Set;
import java.util.function.IntConsumer;

/**
 * Turns the tokens of a request's choices into its answer. One that fails ends the whole answer and
 * cancels the others. All on the engine's delivery thread, once it is built.
 */
public final class AnswerChoices {
  private static final int RETRY_SECONDS = 1;

  private final Answer answer;
  private final Request request;
  private int numChoices;
  private int numEnded;
  private int cachedTokens;
  private int completionTokens;
  private boolean hasFailed;

  /**
   * What is to be known of the request.
   *
   * @param promptTokens of all its prompts
   * @param choicesPerPrompt outputs of each, one after the other
   * @param ownStopIds stop tokens that the request named, rather than the model
   * @param generations of the choices, in order
   */
  public record Request(
      int promptTokens,
      int choicesPerPrompt,
      Set<Integer> ownStopIds,
      GenerationGroup generations) {}

  public AnswerChoices(Answer answer, Request request) {
    this.answer = answer;
    this.request = request;
  }

  /**
   * One more choice, before any is submitted.
   *
   * @param timer told how many tokens have come, as they come
   */
  public GenerationListener add(OutputText output, IntConsumer timer) {
    return new Choice(numChoices++, output, timer);
  }

  private Usage usage() {
    return new Usage(request.promptTokens(), cachedTokens, completionTokens);
  }

  private void fail(Ending ending) {
    hasFailed = true;
    answer.fail(failureOf(ending));
    request.generations().cancel();
  }

  private static ApiException failureOf(Ending ending) {
    if (ending instanceof Ending.Failed failed) {
      return error(500, ErrorCodes.GENERATION_FAILED, failed.message());
    }
    if (ending instanceof Ending.TimedOut timedOut) {
      return switch (timedOut.deadline()) {
        case QUEUE ->
            ApiException.retryLater(
                503,
                ErrorCodes.QUEUE_TIMEOUT,
                "the request has waited in the queue for as long as it may",
                RETRY_SECONDS);
        case TOTAL ->
            error(
                504,
                ErrorCodes.TIMEOUT,
                "the answer was not complete in the time that it may take");
      };
    }
    return ending instanceof Ending.Closed
        ? new ApiException(ApiError.goingDown())
        : error(503, ErrorCodes.UNAVAILABLE, "the generation was cancelled");
  }

  private static ApiException error(int status, String code, String message) {
    return new ApiException(new ApiError(status, code, null, message));
  }

  /** One output. */
  private final class Choice implements GenerationListener {
    private final int index;
    private final OutputText output;
    private final IntConsumer timer;
    private boolean hasEnded;

    Choice(int index, OutputText output, IntConsumer timer) {
      this.index = index;
      this.output = output;
      this.timer = timer;
    }

    /** The choices of a prompt share it, so that the first speaks for all. */
    @Override
    public void onStart(int cached) {
      if (index % request.choicesPerPrompt() == 0) {
        cachedTokens += cached;
      }
    }

    @Override
    public void onTokens(int[] ids) {
      if (isOver()) {
        return;
      }
      timer.accept(ids.length);
      StringBuilder text = new StringBuilder();
      for (int id : ids) {
        completionTokens++;
        text.append(output.append(id));
        if (output.stopString() != null) {
          break;
        }
      }
      show(text.toString());
      if (output.stopString() != null) {
        end(new AnswerEnd("stop", output.stopString()));
        request.generations().stop(index);
      }
    }

    @Override
    public void onEnd(Ending ending) {
      if (isOver()) {
        return;
      }
      if (ending instanceof Ending.Finished finished) {
        finish(finished);
      } else {
        fail(ending);
      }
    }

    private boolean isOver() {
      return hasEnded || hasFailed;
    }

    private void finish(Ending.Finished finished) {
      show(output.finish());
      if (output.stopString() != null) {
        end(new AnswerEnd("stop", output.stopString()));
        return;
      }
      Integer stopToken = finished.stopToken();
      if (stopToken != null) {
        completionTokens++;
      }
      boolean own = stopToken != null && request.ownStopIds().contains(stopToken);
      String reason = finished.reason() == FinishReason.STOP ? "stop" : "length";
      end(new AnswerEnd(reason, own ? stopToken : null));
    }

    private void show(String text) {
      if (!text.isEmpty()) {
        answer.text(index, text, usage());
      }
    }

    private void end(AnswerEnd end) {
      hasEnded = true;
      answer.end(index, end);
      numEnded++;
      if (numEnded == numChoices) {
        answer.complete(usage());
      }
    }
  }
}
