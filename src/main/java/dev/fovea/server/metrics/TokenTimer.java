package dev.fovea.server.metrics;

import java.time.Duration;
import java.util.function.LongSupplier;
import org.eclipse.microprofile.metrics.Timer;

/** Times the tokens of one output from its request's arrival; for one thread at a time. */
public final class TokenTimer {
  private final Timer firstToken;
  private final Timer interToken;
  private final LongSupplier nanoTime;
  private long lastNanos;
  private boolean started;

  TokenTimer(Timer firstToken, Timer interToken, LongSupplier nanoTime) {
    this(firstToken, interToken, nanoTime, nanoTime.getAsLong());
  }

  private TokenTimer(Timer firstToken, Timer interToken, LongSupplier nanoTime, long startNanos) {
    this.firstToken = firstToken;
    this.interToken = interToken;
    this.nanoTime = nanoTime;
    this.lastNanos = startNanos;
  }

  /** Of one more output of the same request, before any token. */
  public TokenTimer forAnotherOutput() {
    return new TokenTimer(firstToken, interToken, nanoTime, lastNanos);
  }

  /** So many tokens have come at once; called for every token of every request. */
  public void tokens(int count) {
    long now = nanoTime.getAsLong();
    long elapsed = now - lastNanos;
    lastNanos = now;
    if (started) {
      addGaps(count, Duration.ofNanos(elapsed / count));
    } else {
      started = true;
      firstToken.update(Duration.ofNanos(elapsed));
      addGaps(count - 1, Duration.ZERO);
    }
  }

  private void addGaps(int count, Duration gap) {
    for (int i = 0; i < count; i++) {
      interToken.update(gap);
    }
  }
}
