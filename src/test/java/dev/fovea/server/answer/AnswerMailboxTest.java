package dev.fovea.server.answer;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Flow;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class AnswerMailboxTest {
  private final AtomicInteger cancels = new AtomicInteger();
  private final AtomicLong nanos = new AtomicLong();
  private final AnswerMailbox mailbox = new AnswerMailbox(cancels::incrementAndGet, nanos::get);
  private final Reader reader = new Reader();

  @Test
  void handsOverInOrderAsMuchAsIsAskedFor() {
    mailbox.offer(new byte[] {1});
    mailbox.subscribe(reader);
    mailbox.offer(new byte[] {2});
    mailbox.complete();

    assertThat(reader.received).isEmpty();
    reader.subscription.request(1);
    assertThat(reader.received).containsExactly(1);
    assertThat(reader.isComplete).isFalse();
    reader.subscription.request(5);
    assertThat(reader.received).containsExactly(1, 2);
    assertThat(reader.isComplete).isTrue();
  }

  @Test
  void failsAfterWhatWasOffered() {
    mailbox.subscribe(reader);
    mailbox.offer(new byte[] {1});
    mailbox.fail(new IllegalStateException("broken"));
    reader.subscription.request(1);

    assertThat(reader.received).containsExactly(1);
    assertThat(reader.failure).hasMessage("broken");
  }

  @Test
  void aReaderThatLeavesCancelsOnce() {
    mailbox.subscribe(reader);
    reader.subscription.cancel();
    reader.subscription.cancel();
    mailbox.offer(new byte[] {1});
    mailbox.complete();

    assertThat(cancels).hasValue(1);
    assertThat(reader.received).isEmpty();
    assertThat(reader.isComplete).isFalse();
  }

  @Test
  void aReaderThatIsSlowForAWhileIsWaitedFor() {
    mailbox.subscribe(reader);
    fillBeyondTheLimit();
    nanos.addAndGet(AnswerMailbox.PATIENCE.toNanos());
    mailbox.offer(new byte[] {2});
    assertThat(cancels).hasValue(0);

    reader.subscription.request(Long.MAX_VALUE);
    nanos.addAndGet(AnswerMailbox.PATIENCE.toNanos());
    mailbox.offer(new byte[] {3});
    assertThat(reader.received).endsWith(2, 3);
    assertThat(cancels).hasValue(0);
  }

  @Test
  void aReaderThatStaysSlowIsGivenUp() {
    mailbox.subscribe(reader);
    fillBeyondTheLimit();
    nanos.addAndGet(AnswerMailbox.PATIENCE.toNanos() + 1);
    mailbox.offer(new byte[] {2});
    mailbox.offer(new byte[] {3});

    assertThat(cancels).hasValue(1);
    assertThat(reader.received).isEmpty();
    assertThat(reader.failure).hasMessageContaining("unread");
  }

  @Test
  void offersAndRequestsFromManyThreadsLoseNothing() throws InterruptedException {
    mailbox.subscribe(reader);
    int numOffers = 20_000;
    Thread requests =
        new Thread(
            () -> {
              for (int i = 0; i < numOffers + 1; i++) {
                reader.subscription.request(1);
              }
            });
    requests.start();
    for (int i = 0; i < numOffers; i++) {
      mailbox.offer(new byte[] {(byte) i});
    }
    mailbox.complete();
    requests.join();

    assertThat(reader.isComplete).isTrue();
    assertThat(reader.received).hasSize(numOffers);
    for (int i = 0; i < numOffers; i++) {
      assertThat(reader.received.get(i)).isEqualTo((byte) i);
    }
  }

  private void fillBeyondTheLimit() {
    for (int i = 0; i <= AnswerMailbox.MAX_QUEUED_BYTES / 1024; i++) {
      mailbox.offer(new byte[1024]);
    }
  }

  private static final class Reader implements Flow.Subscriber<byte[]> {
    private final List<Integer> received = new ArrayList<>();
    private Flow.Subscription subscription;
    private volatile boolean isComplete;
    private volatile Throwable failure;

    @Override
    public void onSubscribe(Flow.Subscription granted) {
      subscription = granted;
    }

    @Override
    public void onNext(byte[] bytes) {
      received.add((int) bytes[0]);
    }

    @Override
    public void onError(Throwable cause) {
      failure = cause;
    }

    @Override
    public void onComplete() {
      isComplete = true;
    }
  }
}
