package dev.fovea.engine;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.IntConsumer;

/** A listener that keeps what it got. */
final class Recorder implements GenerationListener {
  private final List<Integer> ids = new ArrayList<>();
  private final CompletableFuture<Ending> ending = new CompletableFuture<>();
  private final IntConsumer onTokens;
  private final List<Integer> starts = new ArrayList<>();
  private int numCalls;
  private int numEndings;

  /**
   * @param onTokens is told how many tokens it has, on the delivery thread
   */
  Recorder(IntConsumer onTokens) {
    this.onTokens = onTokens;
  }

  Recorder() {
    this(count -> {});
  }

  @Override
  public synchronized void onStart(int cachedTokens) {
    if (numCalls + numEndings > 0) {
      throw new IllegalStateException("start: expected nothing before it");
    }
    starts.add(cachedTokens);
  }

  @Override
  public void onTokens(int[] fresh) {
    synchronized (this) {
      numCalls++;
      for (int id : fresh) {
        ids.add(id);
      }
    }
    onTokens.accept(size());
  }

  @Override
  public void onEnd(Ending how) {
    synchronized (this) {
      numEndings++;
    }
    ending.complete(how);
  }

  /** Waits for the end, at most 20 s. */
  Ending await() throws Exception {
    return ending.get(20, TimeUnit.SECONDS);
  }

  boolean hasEnded() {
    return ending.isDone();
  }

  synchronized int[] ids() {
    return ids.stream().mapToInt(Integer::intValue).toArray();
  }

  synchronized int size() {
    return ids.size();
  }

  /** Times that tokens were handed over. */
  synchronized int numCalls() {
    return numCalls;
  }

  /** What it was told at the start, each time. */
  synchronized List<Integer> starts() {
    return List.copyOf(starts);
  }

  synchronized int numEndings() {
    return numEndings;
  }
}
