package dev.fovea.engine;

import dev.fovea.engine.GenerationListener.Ending;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;

/**
 * Where a request's output crosses from the engine thread to the delivery thread, and where any
 * thread may cut or pause it. The tokens stay in the sequence's own array, so a listener that falls
 * behind costs no memory and stalls nobody.
 */
final class Outlet {
  private static final Published NOTHING = new Published(new int[0], 0, 0, null);

  private final GenerationListener listener;
  private final AtomicReference<Ending> verdict = new AtomicReference<>();
  private final AtomicBoolean isListed = new AtomicBoolean();
  private volatile Published published = NOTHING;
  private volatile boolean isPaused;

  private int numDelivered;
  private boolean hasStarted;
  private boolean hasEnded;

  /**
   * @param ids the output is in places {@code from} to {@code to}, the latter excluded, which are
   *     never written again
   * @param ending null while the sequence lives
   */
  record Published(int[] ids, int from, int to, Ending ending) {}

  Outlet(GenerationListener listener) {
    this.listener = listener;
  }

  /** Decides how the request ends, unless that is decided already. Any thread. */
  boolean decide(Ending ending) {
    return verdict.compareAndSet(null, ending);
  }

  /** How the request ends, or null while that is open. Any thread. */
  Ending verdict() {
    return verdict.get();
  }

  /** Any thread. */
  void pause() {
    isPaused = true;
  }

  /** Whether the outlet must now be posted for delivery. Any thread. */
  boolean resume() {
    isPaused = false;
    return enlist();
  }

  /**
   * Makes the output so far visible to the delivery thread. Engine thread.
   *
   * @return whether the outlet must now be posted for delivery; false: it is posted already
   */
  boolean publish(Sequence sequence) {
    published =
        new Published(
            sequence.ids(), sequence.numPrompt(), sequence.numTokens(), sequence.ending());
    return enlist();
  }

  /** As {@link #publish}, from a thread that finds the engine thread hanging. */
  boolean abandon(Ending ending) {
    Published last = published;
    published = new Published(last.ids, last.from, last.to, ending);
    return enlist();
  }

  private boolean enlist() {
    return isListed.compareAndSet(false, true);
  }

  /** The latest publication; posts from here on are listed again. Delivery thread. */
  Published take() {
    isListed.set(false);
    return published;
  }

  /**
   * Whether the reader wants nothing now; an ending that is not the output's own does not wait for
   * it. Delivery thread, after {@link #take()}, so that whoever resumes posts again.
   */
  boolean isHeld(Published now) {
    boolean isCut = now.ending != null && !(now.ending instanceof Ending.Finished);
    return isPaused && !isCut && !hasEnded;
  }

  /**
   * Hands over tokens that are new, unless the request has been cut; how many. Delivery thread.
   *
   * @param cachedTokens of the prompt, told once
   */
  int deliverTokens(Published now, int cachedTokens) {
    int numFresh = now.to - now.from - numDelivered;
    boolean isDue = numFresh > 0 || now.ending instanceof Ending.Finished;
    if (hasEnded || !isDue || verdict.get() != null || isPaused) {
      return 0;
    }
    if (!hasStarted) {
      hasStarted = true;
      listener.onStart(cachedTokens);
    }
    if (numFresh == 0) {
      return 0;
    }
    int begin = now.from + numDelivered;
    numDelivered += numFresh;
    listener.onTokens(Arrays.copyOfRange(now.ids, begin, now.to));
    return numFresh;
  }

  /** Hands over the ending if there is one and it has not been; which. Delivery thread. */
  Ending deliverEnding(Published now) {
    if (hasEnded || now.ending == null) {
      return null;
    }
    hasEnded = true;
    verdict.compareAndSet(null, now.ending);
    listener.onEnd(verdict.get());
    return verdict.get();
  }

  /** Tokens handed over so far. Delivery thread. */
  int numDelivered() {
    return numDelivered;
  }
}
