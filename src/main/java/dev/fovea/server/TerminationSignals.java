package dev.fovea.server;

import java.util.concurrent.atomic.AtomicBoolean;
import org.jboss.logging.Logger;
import sun.misc.Signal;

/**
 * SIGTERM and SIGINT. A shutdown hook would not do: it can neither run before the HTTP server's own
 * nor make the exit code 0.
 */
public final class TerminationSignals {
  private static final Logger LOG = Logger.getLogger(TerminationSignals.class);
  private static final int SIGNAL_EXIT_BASE = 128;

  private TerminationSignals() {}

  /**
   * Until {@link #handle} is called, a signal ends the process at once as one that was asked to end
   * and had nothing to finish. The JVM's own end would give another exit code, and would wait for
   * an application that has only begun to start.
   */
  public static void endAtOnce() {
    handle(() -> Runtime.getRuntime().halt(ExitCode.OK.code()));
  }

  /** The first signal runs {@code farewell}; a second one halts the process. */
  static void handle(Runnable farewell) {
    AtomicBoolean isSecond = new AtomicBoolean();
    for (String name : new String[] {"TERM", "INT"}) {
      try {
        Signal.handle(
            new Signal(name),
            signal -> {
              if (isSecond.getAndSet(true)) {
                Runtime.getRuntime().halt(SIGNAL_EXIT_BASE + signal.getNumber());
              }
              farewell.run();
            });
      } catch (IllegalArgumentException e) {
        LOG.debugf("SIG%s belongs to the JVM: %s", name, e.getMessage());
      }
    }
  }
}
