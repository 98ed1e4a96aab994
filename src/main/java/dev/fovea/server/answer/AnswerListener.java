package dev.fovea.server.answer;

import dev.fovea.engine.Generation;
import dev.fovea.engine.GenerationListener;
import dev.fovea.server.ModelText;
import dev.fovea.server.http.ApiError;
import dev.fovea.server.http.ErrorCodes;
import java.util.Locale;
import java.util.Set;

/** Turns a generation's tokens into an answer's text, on the engine's delivery thread. */
public final class AnswerListener implements GenerationListener {
  private final Answer answer;
  private final ModelText.Output output;
  private final Request request;
  private int completionTokens;
  private boolean ended;

  public AnswerListener(Answer answer, ModelText.Output output, Request request) {
    this.answer = answer;
    this.output = output;
    this.request = request;
  }

  /**
   * What the listener needs to know of the request.
   *
   * @param ownStopIds stop tokens that the request named, rather than the model
   * @param generation told to stop where a stop string is found
   * @param timer told of every token
   */
  public record Request(
      int promptTokens, Set<Integer> ownStopIds, Generation generation, TokenTimer timer) {}

  /** Is told of tokens as they come. */
  @FunctionalInterface
  public interface TokenTimer {
    void tokens(int count);
  }

  @Override
  public void onTokens(int[] ids) {
    if (ended) {
      return;
    }
    request.timer().tokens(ids.length);
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
      request.generation().stop();
    }
  }

  @Override
  public void onEnd(Ending ending) {
    if (ended) {
      return;
    }
    if (ending instanceof Ending.Finished finished) {
      finish(finished);
    } else {
      ended = true;
      answer.fail(errorOf(ending));
    }
  }

  private static ApiError errorOf(Ending ending) {
    if (ending instanceof Ending.Failed failed) {
      return new ApiError(500, ErrorCodes.GENERATION_FAILED, null, failed.message());
    }
    if (ending instanceof Ending.TimedOut timedOut) {
      return new ApiError(
          503,
          ErrorCodes.UNAVAILABLE,
          null,
          "the request's deadline has passed: "
              + timedOut.deadline().name().toLowerCase(Locale.ROOT));
    }
    return ending instanceof Ending.Closed
        ? ApiError.goingDown()
        : new ApiError(503, ErrorCodes.UNAVAILABLE, null, "the generation was cancelled");
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
      answer.text(text, usage());
    }
  }

  private void end(AnswerEnd end) {
    ended = true;
    answer.end(end, usage());
  }

  private Usage usage() {
    return new Usage(request.promptTokens(), completionTokens);
  }
}
