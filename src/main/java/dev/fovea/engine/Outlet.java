package dev.fovea.engine;

import dev.fovea.engine.GenerationListener.Ending;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;

/**
 * Where a request's output crosses from the engine thread to the delivery thread, and where any
 * thread may cut it. The tokens stay in the sequence's own array, so a listener that falls behind
 * costs no memory and stalls nobody.
 */
final class Outlet {
  private static final Published NOTHING = new Published(new int[0], 0, 0, null);

  private final GenerationListener listener;
  private final AtomicReference<Ending> verdict = new AtomicReference<>();
  private final AtomicBoolean isListed = new AtomicBoolean();
  private volatile Published published = NOTHING;

  private int numDelivered;
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

  /**
   * Makes the output so far visible to the delivery thread. Engine thread.
   *
   * @return whether the outlet must now be posted for delivery; false: it is posted already
   */
  boolean publish(Sequence sequence) {
    published =
        new Published(
            sequence.ids(), sequence.numPrompt(), sequence.numTokens(), sequence.ending());
    return isListed.compareAndSet(false, true);
  }

  /** The latest publication; posts from here on are listed again. Delivery thread. */
  Published take() {
    isListed.set(false);
    return published;
  }

  /** Hands over tokens that are new, unless the request has been cut; how many. Delivery thread. */
  int deliverTokens(Published now) {
    int numFresh = now.to - now.from - numDelivered;
    if (hasEnded || numFresh <= 0 || verdict.get() != null) {
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
