package dev.fovea.server.answer;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.Flow;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Bytes on their way from the delivery thread to one connection; any thread may call. Holds at most
 * {@code MAX_QUEUED_BYTES} and one more offer: then what fills it is paused until the client has
 * read half of that. A client that takes longer than its patience for it is given up: the source is
 * cancelled and the connection cut.
 */
public final class AnswerMailbox implements Flow.Publisher<byte[]>, Flow.Subscription {
  static final int MAX_QUEUED_BYTES = 64 * 1024;

  private static final Runnable NO_ALARM = () -> {};

  private final Source source;
  private final Patience patience;
  private final AtomicInteger drains = new AtomicInteger();

  // Guarded by this.
  private final Queue<byte[]> queue = new ArrayDeque<>();
  private Flow.Subscriber<? super byte[]> subscriber;
  private int queuedBytes;
  private boolean paused;
  private long numPauses;
  private Runnable alarmOff = NO_ALARM;
  private long requested;
  private boolean ended;
  private boolean closed;
  private Throwable failure;

  /** What fills a mailbox; told under its lock, so that the order holds, and must not block. */
  public interface Source {

    /** Offers no more until it is resumed. */
    void pause();

    void resume();

    /** The client has gone or is given up. */
    void cancel();
  }

  /**
   * How long a client may leave its mailbox full, or the end of its answer unread.
   *
   * @param alarm measures it
   */
  public record Patience(Duration length, Alarm alarm) {}

  /** Runs a task once after a while, on any thread. */
  @FunctionalInterface
  public interface Alarm {

    /**
     * @return turns it off, if it has not gone off yet
     */
    Runnable set(Duration delay, Runnable task);
  }

  public AnswerMailbox(Source source, Patience patience) {
    this.source = source;
    this.patience = patience;
  }

  /** Takes bytes that one write sends; dropped when the client has gone. */
  public void offer(byte[] bytes) {
    synchronized (this) {
      if (closed || ended) {
        return;
      }
      queue.add(bytes);
      queuedBytes += bytes.length;
      if (!paused && queuedBytes > MAX_QUEUED_BYTES) {
        source.pause();
        beginPause();
      }
    }
    drain();
  }

  private void beginPause() {
    paused = true;
    long pause = ++numPauses;
    alarmOff = patience.alarm().set(patience.length(), () -> giveUp(pause));
  }

  /** The client has not read enough during a pause. */
  private void giveUp(long pause) {
    synchronized (this) {
      if (closed || !paused || pause != numPauses) {
        return;
      }
      queue.clear();
      queuedBytes = 0;
      paused = false;
      ended = true;
      failure = new SlowReaderException();
      source.cancel();
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
    synchronized (this) {
      // The rest is little, but it must not wait for ever either.
      if (!closed && !queue.isEmpty() && !paused) {
        beginPause();
      }
    }
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
      alarmOff.run();
      source.cancel();
    }
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
        resumeIfRead();
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

  private void resumeIfRead() {
    boolean isRead = ended ? queue.isEmpty() : queuedBytes <= MAX_QUEUED_BYTES / 2;
    if (paused && isRead) {
      paused = false;
      alarmOff.run();
      source.resume();
    }
  }

  /** The client reads too slowly. */
  static final class SlowReaderException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    SlowReaderException() {
      super("the client left its answer unread for too long", null, false, false);
    }
  }
}
