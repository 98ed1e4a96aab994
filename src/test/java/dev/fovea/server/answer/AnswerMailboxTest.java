package dev.fovea.server.answer;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Flow;
import org.junit.jupiter.api.Test;

class AnswerMailboxTest {
  private static final Duration PATIENCE = Duration.ofSeconds(10);
  private static final int KIB = 1024;

  private final Calls calls = new Calls();
  private final ManualAlarm alarm = new ManualAlarm();
  private final AnswerMailbox mailbox =
      new AnswerMailbox(calls, new AnswerMailbox.Patience(PATIENCE, alarm));
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
  void anEndThatNobodyReadsIsGivenUp() {
    mailbox.subscribe(reader);
    mailbox.offer(new byte[] {1});
    mailbox.complete();
    alarm.advance(PATIENCE.minusMillis(1));
    assertThat(reader.failure).isNull();
    alarm.advance(Duration.ofMillis(1));
    assertThat(reader.failure).hasMessageContaining("unread");
  }

  @Test
  void anEndThatIsReadInTimeIsWhole() {
    mailbox.subscribe(reader);
    mailbox.offer(new byte[] {1});
    mailbox.complete();
    alarm.advance(PATIENCE.minusMillis(1));
    reader.subscription.request(1);
    alarm.advance(PATIENCE);
    assertThat(reader.received).containsExactly(1);
    assertThat(reader.failure).isNull();
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

    assertThat(calls.made).containsExactly("cancel");
    assertThat(reader.received).isEmpty();
    assertThat(reader.isComplete).isFalse();
  }

  @Test
  void pausesItsSourceAboveTheBoundAndResumesItBelowHalf() {
    mailbox.subscribe(reader);
    offerKib(64);
    assertThat(calls.made).isEmpty();
    offerKib(1);
    assertThat(calls.made).containsExactly("pause");
    offerKib(5);
    assertThat(calls.made).as("once").containsExactly("pause");

    reader.subscription.request(37);
    assertThat(calls.made).as("33 KiB are left").containsExactly("pause");
    reader.subscription.request(1);
    assertThat(calls.made).containsExactly("pause", "resume");

    offerKib(33);
    assertThat(calls.made).containsExactly("pause", "resume", "pause");
  }

  @Test
  void aReaderThatStaysPausedIsGivenUpThoughNothingMoreIsOffered() {
    mailbox.subscribe(reader);
    offerKib(65);
    alarm.advance(PATIENCE.minusMillis(1));
    reader.subscription.request(20);
    assertThat(calls.made).containsExactly("pause");

    alarm.advance(Duration.ofMillis(1));
    assertThat(calls.made).containsExactly("pause", "cancel");
    assertThat(reader.failure).hasMessageContaining("unread");
    assertThat(reader.received).hasSize(20);
    mailbox.offer(new byte[] {1});
    reader.subscription.request(100);
    assertThat(reader.received).as("nothing is kept").hasSize(20);
  }

  @Test
  void patienceBeginsAnewWithEveryPause() {
    mailbox.subscribe(reader);
    for (int i = 0; i < 5; i++) {
      offerKib(65);
      alarm.advance(PATIENCE.minusMillis(1));
      reader.subscription.request(65);
    }
    alarm.advance(PATIENCE.multipliedBy(3));

    assertThat(calls.made).doesNotContain("cancel").hasSize(10);
    assertThat(reader.received).hasSize(5 * 65);
    assertThat(alarm.isSet()).isFalse();
  }

  @Test
  void anAlarmThatIsLateFindsAnotherPause() {
    mailbox.subscribe(reader);
    offerKib(65);
    Runnable late = alarm.task;
    reader.subscription.request(65);
    offerKib(65);
    late.run();

    assertThat(calls.made).containsExactly("pause", "resume", "pause");
    assertThat(reader.failure).isNull();
  }

  @Test
  void aCompleteAnswerIsGivenUpToo() {
    mailbox.subscribe(reader);
    offerKib(65);
    mailbox.complete();
    alarm.advance(PATIENCE);

    assertThat(reader.isComplete).isFalse();
    assertThat(reader.failure).hasMessageContaining("unread");
  }

  @Test
  void oneOfferMayBeLargerThanTheBound() {
    mailbox.subscribe(reader);
    mailbox.offer(new byte[1024 * KIB]);
    mailbox.complete();
    reader.subscription.request(1);

    assertThat(reader.isComplete).isTrue();
    assertThat(calls.made).containsExactly("pause", "resume");
    assertThat(alarm.isSet()).isFalse();
  }

  @Test
  void leavingDuringAPauseTurnsTheAlarmOff() {
    mailbox.subscribe(reader);
    offerKib(65);
    reader.subscription.cancel();

    assertThat(calls.made).containsExactly("pause", "cancel");
    assertThat(alarm.isSet()).isFalse();
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
      byte[] bytes = new byte[100];
      bytes[0] = (byte) i;
      mailbox.offer(bytes);
    }
    mailbox.complete();
    requests.join();

    assertThat(reader.isComplete).isTrue();
    assertThat(reader.received).hasSize(numOffers);
    for (int i = 0; i < numOffers; i++) {
      assertThat(reader.received.get(i)).isEqualTo((byte) i);
    }
    for (int i = 0; i < calls.made.size(); i++) {
      assertThat(calls.made.get(i)).isEqualTo(i % 2 == 0 ? "pause" : "resume");
    }
    assertThat(calls.made.size() % 2).as("it is not left paused").isZero();
  }

  private void offerKib(int count) {
    for (int i = 0; i < count; i++) {
      mailbox.offer(new byte[KIB]);
    }
  }

  /** What the source was told; guarded by the mailbox. */
  private static final class Calls implements AnswerMailbox.Source {
    private final List<String> made = new ArrayList<>();

    @Override
    public void pause() {
      made.add("pause");
    }

    @Override
    public void resume() {
      made.add("resume");
    }

    @Override
    public void cancel() {
      made.add("cancel");
    }
  }

  /** Goes off when a test says that it is time; guarded by the mailbox. */
  private static final class ManualAlarm implements AnswerMailbox.Alarm {
    private Duration left;
    private Runnable task;

    @Override
    public Runnable set(Duration delay, Runnable newTask) {
      assertThat(isSet()).as("one at a time").isFalse();
      left = delay;
      task = newTask;
      return () -> left = null;
    }

    boolean isSet() {
      return left != null;
    }

    void advance(Duration time) {
      if (!isSet()) {
        return;
      }
      left = left.minus(time);
      if (left.isZero() || left.isNegative()) {
        left = null;
        task.run();
      }
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
