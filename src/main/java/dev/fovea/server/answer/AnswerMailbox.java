package dev.fovea.server.answer;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.Flow;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongSupplier;

/**
 * Bytes on their way from the delivery thread to one connection; any thread may call. Holds little:
 * a client that leaves more than {@code MAX_QUEUED_BYTES} unread for longer than {@code PATIENCE}
 * is given up, its generation cancelled and its connection cut.
 */
public final class AnswerMailbox implements Flow.Publisher<byte[]>, Flow.Subscription {
  static final int MAX_QUEUED_BYTES = 64 * 1024;
  static final Duration PATIENCE = Duration.ofSeconds(10);

  private final Runnable onCancel;
  private final LongSupplier nanoTime;
  private final AtomicInteger drains = new AtomicInteger();

  // Guarded by this.
  private final Queue<byte[]> queue = new ArrayDeque<>();
  private Flow.Subscriber<? super byte[]> subscriber;
  private int queuedBytes;
  private long overfullSinceNanos;
  private long requested;
  private boolean ended;
  private boolean closed;
  private Throwable failure;

  /**
   * @param onCancel run at most once, when the client has gone or is given up
   */
  public AnswerMailbox(Runnable onCancel, LongSupplier nanoTime) {
    this.onCancel = onCancel;
    this.nanoTime = nanoTime;
  }

  /** Takes bytes that one write sends; dropped when the client has gone. */
  public void offer(byte[] bytes) {
    boolean givenUp;
    synchronized (this) {
      if (closed || ended) {
        return;
      }
      queue.add(bytes);
      boolean wasOverfull = queuedBytes > MAX_QUEUED_BYTES;
      queuedBytes += bytes.length;
      boolean overfull = queuedBytes > MAX_QUEUED_BYTES;
      long now = nanoTime.getAsLong();
      if (overfull && !wasOverfull) {
        overfullSinceNanos = now;
      }
      givenUp = overfull && now - overfullSinceNanos > PATIENCE.toNanos();
      if (givenUp) {
        queue.clear();
        queuedBytes = 0;
        ended = true;
        failure = new SlowReaderException();
      }
    }
    if (givenUp) {
      onCancel.run();
    }
    drain();
  }

  /** Ends the answer after what was offered. */
  public void complete() {
    end(null);
  }

  /** Fails the answer after what was offered. */
  public void fail(Throwable cause) {
    end(cause);
  }

  private void end(Throwable cause) {
    synchronized (this) {
      if (!ended) {
        ended = true;
        failure = cause;
      }
    }
    drain();
  }

  @Override
  public void subscribe(Flow.Subscriber<? super byte[]> newSubscriber) {
    synchronized (this) {
      if (subscriber != null) {
        throw new IllegalStateException("an answer has one reader");
      }
      subscriber = newSubscriber;
    }
    newSubscriber.onSubscribe(this);
    drain();
  }

  @Override
  public void request(long count) {
    synchronized (this) {
      requested = Math.max(requested, requested + count);
    }
    drain();
  }

  @Override
  public void cancel() {
    synchronized (this) {
      if (closed) {
        return;
      }
      closed = true;
      queue.clear();
    }
    onCancel.run();
  }

  /** One thread at a time hands over; the others leave it a mark that there is more. */
  private void drain() {
    if (drains.getAndIncrement() != 0) {
      return;
    }
    int missed = 1;
    do {
      while (deliverOne()) {}
      missed = drains.addAndGet(-missed);
    } while (missed != 0);
  }

  /** Calls the subscriber outside the lock; false when there is nothing to hand over. */
  private boolean deliverOne() {
    byte[] next;
    Throwable cause;
    synchronized (this) {
      if (closed || subscriber == null) {
        return false;
      }
      next = queue.isEmpty() || requested == 0 ? null : queue.remove();
      if (next != null) {
        requested--;
        queuedBytes -= next.length;
      } else if (!queue.isEmpty() || !ended) {
        return false;
      } else {
        closed = true;
      }
      cause = failure;
    }
    if (next != null) {
      subscriber.onNext(next);
      return true;
    }
    if (cause == null) {
      subscriber.onComplete();
    } else {
      subscriber.onError(cause);
    }
    return false;
  }

  /** The client reads too slowly. */
  static final class SlowReaderException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    SlowReaderException() {
      super("the client left its answer unread for too long", null, false, false);
    }
  }
}
