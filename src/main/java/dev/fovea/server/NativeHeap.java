package dev.fovea.server;

import java.lang.management.ManagementFactory;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import javax.management.JMException;
import javax.management.ObjectName;
import org.jboss.logging.Logger;

/**
 * Gives memory that native code has freed back to the system. The C library keeps it for each
 * thread that ever asked for some, and tokenizing a long text asks for hundreds of times its size.
 * Any thread.
 */
final class NativeHeap {
  private static final Logger LOG = Logger.getLogger(NativeHeap.class);
  private static final long PAUSE_SECONDS = 2;

  private final AtomicBoolean isPlanned = new AtomicBoolean();
  private final Executor later = CompletableFuture.delayedExecutor(PAUSE_SECONDS, TimeUnit.SECONDS);

  /** Trims it a moment from now, once however often that was asked for meanwhile. */
  void trimSoon() {
    if (isPlanned.compareAndSet(false, true)) {
      later.execute(this::trim);
    }
  }

  private void trim() {
    isPlanned.set(false);
    try {
      ManagementFactory.getPlatformMBeanServer()
          .invoke(
              new ObjectName("com.sun.management:type=DiagnosticCommand"),
              "systemTrimNativeHeap",
              new Object[0],
              new String[0]);
    } catch (JMException | RuntimeException e) {
      // Virtual machines before 17.0.9 and other systems than Linux have no such command.
      LOG.debugf("native memory is not trimmed: %s", e.getMessage());
    }
  }
}
