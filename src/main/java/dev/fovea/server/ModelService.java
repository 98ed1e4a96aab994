package dev.fovea.server;

import dev.fovea.engine.Engine;
import dev.fovea.engine.EngineObserver;
import dev.fovea.engine.GenerationListener;
import dev.fovea.engine.RequestTrace;
import dev.fovea.server.http.ApiError;
import dev.fovea.server.http.ApiException;
import dev.fovea.server.http.ErrorCodes;
import dev.fovea.server.http.OpenRequests;
import dev.fovea.server.metrics.ServerMetrics;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.Locale;
import org.jboss.logging.Logger;

/**
 * Holds the one served model through its life: loads it beside the running HTTP server, declares it
 * ready after a token, and ends the process where it cannot be served.
 */
@Singleton
public final class ModelService {
  private static final Logger LOG = Logger.getLogger(ModelService.class);
  private static final int RETRY_SECONDS = 2;

  /** What answers that are ended get to reach their clients. */
  private static final Duration LAST_WORDS = Duration.ofSeconds(1);

  /** What the steps in flight get to end; with the last words within what Kubernetes leaves. */
  private static final Duration LAST_STEPS = Duration.ofSeconds(2);

  private final FoveaConfig config;
  private final ModelSource source;
  private final ServerMetrics metrics;
  private final ProcessEnd process;
  private final OpenRequests openRequests;
  private final Watchdog watchdog;
  private final WeightWatch weightWatch = new WeightWatch();
  private volatile ModelState state = new ModelState.Loading("starting", 0);
  private boolean closing;
  private ServedModel served;
  private Thread loader;

  @Inject
  ModelService(
      FoveaConfig config,
      ModelSource source,
      ServerMetrics metrics,
      ProcessEnd process,
      OpenRequests openRequests) {
    this.config = config;
    this.source = source;
    this.metrics = metrics;
    this.process = process;
    this.openRequests = openRequests;
    this.watchdog = new Watchdog(config.watchdogTimeout());
  }

  void start(@Observes StartupEvent event) {
    loader = new Thread(this::load, "fovea-load");
    loader.setDaemon(true);
    loader.start();
    process.onTermination(this::terminate);
  }

  /** What was accepted goes on until the deadline, the rest is told while it can still hear. */
  private void terminate() {
    LOG.infof(
        "asked to end: new requests are refused, open ones have %d ms",
        config.shutdownTimeout().toMillis());
    ServedModel model = beginClosing();
    if (model != null) {
      if (!openRequests.awaitOpen(config.shutdownTimeout())) {
        LOG.warn("the time is up: answers that are still open are ended");
      }
      close(model.engine());
    }
    if (!openRequests.awaitOpen(LAST_WORDS)) {
      LOG.warn("some clients did not read the end of their answers");
    }
    if (!(state instanceof ModelState.Failed)) {
      process.end(ExitCode.OK);
    }
  }

  /** An engine that does not answer any more is not waited for. */
  private void close(Engine engine) {
    Thread closing = new Thread(engine::close, "fovea-close");
    closing.setDaemon(true);
    closing.start();
    try {
      closing.join(LAST_STEPS.toMillis());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    if (closing.isAlive()) {
      LOG.warn("the engine does not finish its step");
      forget();
      engine.abandon(new IllegalStateException("the engine did not close in time"));
    }
  }

  void stop(@Observes ShutdownEvent event) throws InterruptedException {
    beginClosing();
    loader.join();
    watchdog.close();
    weightWatch.close();
    ServedModel model = beginClosing();
    if (model != null) {
      model.close();
    }
  }

  /** From now on no state but this one or a failure; the model, if there is a living one. */
  private synchronized ServedModel beginClosing() {
    closing = true;
    if (state instanceof ModelState.Failed) {
      return null;
    }
    state = new ModelState.Closing();
    return served;
  }

  /** Leaves the model to the end of the process: closing it would wait for a step in flight. */
  private synchronized void forget() {
    served = null;
  }

  /** False: it has failed before, and everybody is being told. */
  private synchronized boolean becomeDead(String reason) {
    if (state instanceof ModelState.Failed) {
      return false;
    }
    closing = true;
    served = null;
    state = new ModelState.Failed(reason);
    return true;
  }

  /** False: the end has begun, and its state stays. */
  private synchronized boolean become(ModelState next) {
    if (!closing) {
      state = next;
    }
    return !closing;
  }

  public ModelState state() {
    return state;
  }

  /**
   * The model, if it answers.
   *
   * @throws ApiException 503 while it does not
   */
  public ServedModel require() {
    ModelState now = state;
    if (now instanceof ModelState.Ready ready) {
      return ready.model();
    }
    if (now instanceof ModelState.Loading loading) {
      String message =
          String.format(
              Locale.ROOT,
              "the model is loading: %s, %.0f %% done",
              loading.step(),
              100 * loading.progress());
      throw ApiException.retryLater(503, ErrorCodes.LOADING, message, RETRY_SECONDS);
    }
    if (now instanceof ModelState.Closing) {
      throw ApiException.retryLater(ApiError.goingDown(), RETRY_SECONDS);
    }
    throw ApiException.retryLater(
        503, ErrorCodes.UNAVAILABLE, "the model cannot be served", RETRY_SECONDS);
  }

  /**
   * The model under the name a client gave it.
   *
   * @param name null: the served one
   * @throws ApiException 404 for any other name, 503 while it does not answer
   */
  public ServedModel require(String name) {
    ServedModel model = require();
    if (name == null || model.facts().names().contains(name)) {
      return model;
    }
    throw ModelNames.notFound(name, model);
  }

  private void load() {
    long start = System.nanoTime();
    ServedModel model = null;
    try {
      model = source.load(config, new Observer(), this::report);
      report("first token", 0.99);
      WarmUp.run(model);
      metrics.observe(model);
      if (!becomeReady(model)) {
        model.close();
        return;
      }
      watch(model);
      LOG.infof(
          "%s ready in %d ms on %s",
          model.facts().id(),
          (System.nanoTime() - start) / 1_000_000,
          Backend.describe(model.facts().kernels()));
    } catch (ModelLoadException e) {
      LOG.debug("model cannot be served", e);
      fail(e.getMessage(), ExitCode.MODEL_UNUSABLE, model);
    } catch (Throwable e) {
      LOG.error("the model failed to load", e);
      fail("the model failed to load: " + e, ExitCode.MODEL_UNUSABLE, model);
    }
  }

  private void watch(ServedModel model) {
    Engine engine = model.engine();
    watchdog.watch(() -> engine.status().pulse(), silence -> hung(engine, silence));
    weightWatch.watch(
        model.mapped(),
        damage ->
            abandon(engine, "weights in use were changed: " + damage, ExitCode.WEIGHTS_CHANGED));
  }

  private void report(String step, double done) {
    if (!become(new ModelState.Loading(step, done))) {
      throw new ModelLoadException("shut down while loading");
    }
  }

  private synchronized boolean becomeReady(ServedModel model) {
    boolean isReady = become(new ModelState.Ready(model));
    served = isReady ? model : null;
    return isReady;
  }

  private void fail(String reason, ExitCode code, ServedModel model) {
    boolean isNews = become(new ModelState.Failed(reason));
    if (model != null) {
      model.close();
    }
    if (isNews) {
      LOG.error(reason);
      process.end(code);
    }
  }

  private void hung(Engine engine, Duration silence) {
    String reason =
        String.format(
            Locale.ROOT, "the engine hangs: no sign of life for %d ms", silence.toMillis());
    abandon(engine, reason, ExitCode.ENGINE_HUNG);
  }

  /** Ends an engine that must not or cannot go on, and tells its requests in its stead. */
  private void abandon(Engine engine, String reason, ExitCode code) {
    IllegalStateException decision = new IllegalStateException(reason);
    decision.setStackTrace(new StackTraceElement[0]); // nothing was thrown anywhere
    die(reason, code, () -> engine.abandon(decision));
  }

  /**
   * The one death path, at most once: liveness goes off, every open request is told, the process
   * ends.
   *
   * @param tell has the requests told, where nobody does yet
   */
  private void die(String reason, ExitCode code, Runnable tell) {
    if (!becomeDead(reason)) {
      return;
    }
    LOG.error(reason);
    try {
      tell.run();
      openRequests.awaitOpen(LAST_WORDS);
    } finally {
      process.end(code);
    }
  }

  /** The engine's events. */
  private final class Observer implements EngineObserver {
    @Override
    public void onEnd(GenerationListener.Ending ending, RequestTrace trace) {
      metrics.count(ending, trace);
      if (ending instanceof GenerationListener.Ending.Failed failed) {
        LOG.warnf(failed.cause(), "a generation failed: %s", failed.message());
      }
    }

    @Override
    public void onDeath(Throwable cause) {
      die("the engine died: " + cause, ExitCode.ENGINE_DEAD, () -> {});
    }
  }
}
