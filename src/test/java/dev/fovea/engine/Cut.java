package dev.fovea.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fovea.engine.GenerationListener.Ending;
import dev.fovea.engine.GenerationListener.FinishReason;
import java.util.Arrays;
import java.util.Random;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicReference;

/**
 * An output of a request, with its listener, who may cut or pause it after some tokens; others may
 * cut it any time.
 */
final class Cut implements GenerationListener {
  final GenerationRequest request;
  final int choice;
  final AtomicReference<Generation> generation = new AtomicReference<>();
  private final Semaphore places;
  private final Runnable afterCut;
  private final int cutAfter;
  private final How how;
  private final int[] ids;
  private int numTokens;
  private int numEndings;
  private Ending ending;
  private boolean isCutFromInside;
  private int numCallsAfterCutFromInside;
  private volatile boolean isPaused;
  private volatile boolean isCutFromOutside;
  private int numCallsAfterCutFromOutside;

  private enum How {
    CANCEL,
    STOP,
    PAUSE
  }

  /**
   * @param places of which it gives one back at its end
   * @param afterCut is run when a cut has been taken
   */
  Cut(GenerationRequest request, int choice, Random random, Semaphore places, Runnable afterCut) {
    this.request = request;
    this.choice = choice;
    this.places = places;
    this.afterCut = afterCut;
    cutAfter = random.nextInt(150);
    how = How.values()[random.nextInt(3)];
    ids = new int[request.stop().maxTokens()];
  }

  void cutFromOutside(boolean asStop) {
    cut(asStop);
    isCutFromOutside = true;
  }

  /** Whether it waits for ever unless it is cut. */
  boolean isPaused() {
    return isPaused;
  }

  int numTokens() {
    return numTokens;
  }

  boolean isTimedOut() {
    return ending instanceof Ending.TimedOut;
  }

  boolean isCutShort(FakeModel model, int maxContext) {
    return numTokens < model.complete(request, choice, maxContext).ids().length;
  }

  @Override
  public void onTokens(int[] fresh) {
    numCallsAfterCutFromInside += isCutFromInside ? 1 : 0;
    numCallsAfterCutFromOutside += isCutFromOutside ? 1 : 0;
    System.arraycopy(fresh, 0, ids, numTokens, fresh.length);
    numTokens += fresh.length;
    if (numTokens > cutAfter && generation.get() != null) {
      isCutFromInside = true;
      if (how == How.PAUSE) {
        generation.get().pause();
        isPaused = true;
      } else {
        cut(how == How.STOP);
      }
    }
  }

  @Override
  public void onEnd(Ending ended) {
    numEndings++;
    ending = ended;
    places.release();
  }

  private void cut(boolean asStop) {
    if (asStop) {
      generation.get().stop();
    } else {
      generation.get().cancel();
    }
    afterCut.run();
  }

  void assertConsistent(FakeModel model, int maxContext) {
    FakeModel.Output alone = model.complete(request, choice, maxContext);
    assertThat(numEndings).isEqualTo(1);
    assertThat(numCallsAfterCutFromInside).isZero();
    // A call may be on its way when another thread cuts.
    assertThat(numCallsAfterCutFromOutside).isLessThanOrEqualTo(1);
    boolean isNatural =
        ending.equals(new Ending.Finished(alone.reason(), alone.stopToken()))
            && numTokens == alone.ids().length;
    if (!isNatural && isTimedOut()) {
      assertThat(request.terms().deadlines()).isNotEqualTo(GenerationRequest.Deadlines.NONE);
    } else if (!isNatural) {
      assertThat(isCutFromInside || isCutFromOutside).isTrue();
      assertThat(ending).isIn(new Ending.Cancelled(), new Ending.Finished(FinishReason.STOP, null));
    }
    assertThat(Arrays.copyOf(ids, numTokens)).isEqualTo(Arrays.copyOf(alone.ids(), numTokens));
  }
}
