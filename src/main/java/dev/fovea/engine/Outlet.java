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
  private final AtomicReference<Published> published = new AtomicReference<>(NOTHING);
  private volatile boolean isPaused;

  private boolean isReleased;
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
   * Makes the output so far visible to the delivery thread, unless it has been abandoned. Engine
   * thread.
   *
   * @return whether the outlet must now be posted for delivery; false: it is posted already
   */
  boolean publish(Sequence sequence) {
    Published last = published.get();
    if (last.ending == null) {
      // An ending that came from another thread meanwhile stands.
      published.compareAndSet(
          last,
          new Published(
              sequence.ids(), sequence.numPrompt(), sequence.numTokens(), sequence.ending()));
    }
    return enlist();
  }

  /** As {@link #publish}, from a thread that finds the engine thread hanging. */
  boolean abandon(Ending ending) {
    published.updateAndGet(
        last -> last.ending != null ? last : new Published(last.ids, last.from, last.to, ending));
    return enlist();
  }

  private boolean enlist() {
    return isListed.compareAndSet(false, true);
  }

  /** The latest publication; posts from here on are listed again. Delivery thread. */
  Published take() {
    isListed.set(false);
    return published.get();
  }

  /**
   * Hands over tokens that are new, unless the request has been cut; how many. Delivery thread.
   *
   * @param cachedTokens of the prompt, told once
   */
  int deliverTokens(Published now, int cachedTokens) {
    int numFresh = now.to - now.from - numDelivered;
    boolean isDue = numFresh > 0 || now.ending instanceof Ending.Finished;
    if (hasEnded || !isDue || isSilenced()) {
      return 0;
    }
    if (!hasStarted) {
      hasStarted = true;
      listener.onStart(cachedTokens);
    }
    if (numFresh == 0 || isSilenced()) {
      return 0;
    }
    int begin = now.from + numDelivered;
    numDelivered += numFresh;
    listener.onTokens(Arrays.copyOfRange(now.ids, begin, now.to));
    return numFresh;
  }

  /** Whether the listener has been cut or paused, since whenever: its own calls count. */
  private boolean isSilenced() {
    return verdict.get() != null || isPaused();
  }

  /**
   * Settles how the request ends, once its ending is due; null before that and after it has been
   * settled. {@link #deliverEnding} has to follow. Delivery thread.
   */
  Ending settleEnding(Published now) {
    if (hasEnded || now.ending == null || mustWait(now)) {
      return null;
    }
    hasEnded = true;
    verdict.compareAndSet(null, now.ending);
    return verdict.get();
  }

  /** Tells the listener the settled ending. Delivery thread. */
  void deliverEnding(Ending settled) {
    listener.onEnd(settled);
  }

  /**
   * Whether the output's own ending has to wait for its reader, or for tokens that a pause kept
   * back: whoever lifts it posts the outlet again. No other ending waits.
   */
  private boolean mustWait(Published now) {
    Ending how = verdict.get() == null ? now.ending : verdict.get();
    boolean isBehind = verdict.get() == null && numDelivered < now.to - now.from;
    return how instanceof Ending.Finished && (isPaused() || isBehind);
  }

  private boolean isPaused() {
    return isPaused && !isReleased;
  }

  /** Pauses no more, whatever is asked for: what comes now is the last. Delivery thread. */
  void release() {
    isReleased = true;
  }

  /** Whether the ending has been settled. Delivery thread. */
  boolean hasEnded() {
    return hasEnded;
  }

  /** Tokens handed over so far. Delivery thread. */
  int numDelivered() {
    return numDelivered;
  }
}
