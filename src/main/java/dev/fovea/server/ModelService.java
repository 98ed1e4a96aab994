package dev.fovea.server;

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
import org.jboss.logging.Logger;

/**
 * Holds the one served model through its life: loads it beside the running HTTP server, declares it
 * ready after a token, and ends the process where it cannot be served.
 */
@Singleton
public final class ModelService {
  private static final Logger LOG = Logger.getLogger(ModelService.class);
  private static final int RETRY_SECONDS = 2;

  /** What the answers of a dead engine get to reach their clients. */
  private static final Duration LAST_WORDS = Duration.ofSeconds(1);

  private final FoveaConfig config;
  private final ModelSource source;
  private final ServerMetrics metrics;
  private final ProcessEnd process;
  private final OpenRequests openRequests;
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
  }

  void start(@Observes StartupEvent event) {
    loader = new Thread(this::load, "fovea-load");
    loader.setDaemon(true);
    loader.start();
    process.onTermination(this::terminate);
  }

  /** Everybody is told, while the connections are still open. */
  private void terminate() {
    LOG.info("asked to end: open answers are ended, new requests refused");
    ServedModel model = beginClosing();
    if (model != null) {
      model.engine().close();
    }
    if (!openRequests.awaitNone(LAST_WORDS)) {
      LOG.warn("some clients did not read the end of their answers");
    }
    process.end(ExitCode.OK);
  }

  void stop(@Observes ShutdownEvent event) throws InterruptedException {
    beginClosing();
    loader.join();
    ServedModel model = beginClosing();
    if (model != null) {
      model.close();
    }
  }

  /** From now on no state but this one; the model, if there is a living one. */
  private synchronized ServedModel beginClosing() {
    closing = true;
    if (state instanceof ModelState.Failed) {
      return null;
    }
    state = new ModelState.Closing();
    return served;
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
          "the model is loading: %s, %.0f %% done"
              .formatted(loading.step(), 100 * loading.progress());
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

  /** The engine's events: metrics, and the one death path. */
  private final class Observer implements EngineObserver {
    /** The warm-up is nobody's request. */
    @Override
    public void onEnd(GenerationListener.Ending ending, RequestTrace trace) {
      if (state instanceof ModelState.Ready) {
        metrics.count(ending, trace);
      }
      if (ending instanceof GenerationListener.Ending.Failed failed) {
        LOG.warnf(failed.cause(), "a generation failed: %s", failed.message());
      }
    }

    /** Its requests are being told meanwhile: an exit at once would cut them instead. */
    @Override
    public void onDeath(Throwable cause) {
      become(new ModelState.Failed("the engine died"));
      try {
        Thread.sleep(LAST_WORDS.toMillis());
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
      fail("the engine died: " + cause, ExitCode.ENGINE_DEAD, null);
    }
  }
}
