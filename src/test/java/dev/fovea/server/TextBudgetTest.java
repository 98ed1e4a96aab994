package dev.fovea.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fovea.server.http.ApiException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class TextBudgetTest {
  private static final int BYTES = 100_000;

  @Test
  void noMoreThanTheBudgetIsWorkedOnAtATime() throws Exception {
    TextBudget budget = new TextBudget(BYTES, () -> {});
    AtomicInteger now = new AtomicInteger();
    AtomicInteger most = new AtomicInteger();
    String text = "x".repeat(40_000);
    ExecutorService threads = Executors.newFixedThreadPool(8);
    try {
      List<Future<Integer>> all =
          IntStream.range(0, 40)
              .mapToObj(
                  i ->
                      threads.submit(
                          () ->
                              budget.within(
                                  text,
                                  Patience.endless(),
                                  () -> {
                                    most.accumulateAndGet(now.addAndGet(40_000), Math::max);
                                    Thread.yield();
                                    return now.addAndGet(-40_000);
                                  })))
              .toList();
      for (Future<Integer> one : all) {
        one.get();
      }
    } finally {
      threads.shutdownNow();
    }
    assertThat(most).hasValueBetween(40_000, BYTES);
  }

  @Test
  void aTextThatNeverFitsIsRefusedAndOneThatJustDoesIsNot() {
    TextBudget budget = new TextBudget(BYTES, () -> {});
    assertThatThrownBy(() -> budget.within("x".repeat(BYTES + 1), Patience.endless(), () -> 1))
        .isInstanceOfSatisfying(
            ApiException.class, e -> assertThat(e.error().status()).isEqualTo(413));
    assertThat(budget.<Integer>within("x".repeat(BYTES), Patience.endless(), () -> 1)).isOne();
    assertThatThrownBy(() -> budget.within("é".repeat(BYTES), Patience.endless(), () -> 1))
        .isInstanceOf(ApiException.class);
  }

  @Test
  void whoHasLeftWaitsNoLongerAndShortTextsGoPast() throws Exception {
    TextBudget budget = new TextBudget(BYTES, () -> {});
    CountDownLatch isIn = new CountDownLatch(1);
    CountDownLatch mayGo = new CountDownLatch(1);
    Thread holder =
        new Thread(
            () ->
                budget.within(
                    "x".repeat(BYTES),
                    Patience.endless(),
                    () -> {
                      isIn.countDown();
                      try {
                        mayGo.await();
                      } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                      }
                      return 1;
                    }));
    holder.start();
    isIn.await();
    AtomicBoolean hasLeft = new AtomicBoolean();
    Thread leaving = new Thread(() -> hasLeft.set(true));
    leaving.start();
    assertThatThrownBy(
            () -> budget.within("x".repeat(BYTES), Patience.ofRequest(hasLeft::get), () -> 1))
        .isInstanceOfSatisfying(
            ApiException.class,
            e -> {
              assertThat(e.error().status()).isEqualTo(503);
              assertThat(e.retryAfter()).isPresent();
            });
    assertThat(budget.<Integer>within("short", Patience.endless(), () -> 1)).isOne();
    mayGo.countDown();
    holder.join();
    leaving.join();
    assertThat(budget.<Integer>within("x".repeat(BYTES), Patience.endless(), () -> 1)).isOne();
  }

  @Test
  void lengthsAreThoseOfUtf8() {
    for (String text : List.of("", "heron", "Grüße", "東京", "a😀b", "x\u0000")) {
      assertThat(TextBudget.utf8Length(text))
          .as(text)
          .isEqualTo(text.getBytes(StandardCharsets.UTF_8).length);
    }
    assertThat(TextBudget.utf8Length("\ud83d")).as("half a character").isEqualTo(3);
    assertThat(TextBudget.utf8Length("\ude00\ud83d")).as("in the wrong order").isEqualTo(6);
  }
}
