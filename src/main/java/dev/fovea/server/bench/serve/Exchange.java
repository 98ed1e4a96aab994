package dev.fovea.server.bench.serve;

/** One request and what has come back so far; times in nanoseconds from the start of the run. */
final class Exchange {
  private static final int OK = 200;
  private static final int MAX_ERROR_CHARS = 300;

  private final long index;
  private final Call call;
  private final long due;
  private final boolean isMeasured;

  private int status;
  private long headAt;
  private int numEvents;
  private long firstEventAt;
  private long lastEventAt;
  private long longestGap;
  private StreamEvent.Usage usage;
  private boolean isFinished;
  private boolean isDone;
  private String error;

  /**
   * @param due when it should start, which its latencies count from
   */
  Exchange(long index, Call call, long due, boolean isMeasured) {
    this.index = index;
    this.call = call;
    this.due = due;
    this.isMeasured = isMeasured;
  }

  void head(int status, long now) {
    this.status = status;
    headAt = now;
  }

  /**
   * @return nanoseconds since the event before, or -1 if this is the first
   */
  long event(long now) {
    long gap = -1;
    if (numEvents == 0) {
      firstEventAt = now;
    } else {
      gap = now - lastEventAt;
      longestGap = Math.max(longestGap, gap);
    }
    lastEventAt = now;
    numEvents++;
    return gap;
  }

  /** What an event said. */
  void told(StreamEvent event) {
    error(event.error());
    isFinished |= event.isFinish();
    if (event.usage() != null) {
      usage = event.usage();
    }
  }

  /** The answer, which came at once; one without choices is none. */
  void whole(byte[] json) {
    boolean isError = !StreamEvent.hasChoices(json);
    told(StreamEvent.of(isError, json, json.length));
    isFinished = !isError;
  }

  void error(String text) {
    if (error == null && text != null) {
      error = text.substring(0, Math.min(text.length(), MAX_ERROR_CHARS));
    }
  }

  void done() {
    isDone = true;
  }

  /**
   * How it ended, once nothing more comes. The stream's own end makes no answer: it must have said
   * why it stopped, or brought some text.
   */
  CallOutcome outcome() {
    if (status != OK) {
      return CallOutcome.REFUSED;
    }
    if (error != null) {
      return CallOutcome.ERROR_EVENT;
    }
    boolean isComplete = isFinished || isDone && numEvents > 0;
    return isComplete ? CallOutcome.COMPLETED : CallOutcome.CUT_SHORT;
  }

  /** Whether the client goes away, by the events that have come. */
  boolean isCut() {
    return numEvents >= call.cutAfter();
  }

  /** Whether the client goes away, by the time that answers of its length take. */
  boolean isCut(AnswerTimes times, long now) {
    return call.isLeaving()
        && now - due >= call.leavesAt() * times.expectedNanos(call.outputTokens());
  }

  /** Whether what comes is what was asked for, not an error. */
  boolean isAnswer() {
    return status == OK;
  }

  boolean isUnanswered() {
    return headAt == 0;
  }

  /** By the server's count, else events. */
  int outputTokens() {
    return usage == null ? numEvents : usage.completionTokens();
  }

  int promptTokens() {
    return usage == null ? 0 : usage.promptTokens();
  }

  int cachedTokens() {
    return usage == null ? 0 : usage.cachedTokens();
  }

  boolean hasUsage() {
    return usage != null;
  }

  long timeToFirstEvent() {
    return firstEventAt - due;
  }

  long timeToHead() {
    return headAt - due;
  }

  /** Mean time of an output token after the first. */
  long timePerToken() {
    return (lastEventAt - firstEventAt) / Math.max(1, outputTokens() - 1);
  }

  long longestGap() {
    return longestGap;
  }

  int numEvents() {
    return numEvents;
  }

  int status() {
    return status;
  }

  String error() {
    return error;
  }

  long index() {
    return index;
  }

  Call call() {
    return call;
  }

  long due() {
    return due;
  }

  boolean isMeasured() {
    return isMeasured;
  }
}
