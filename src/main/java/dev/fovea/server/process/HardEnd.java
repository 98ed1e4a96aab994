package dev.fovea.server.process;

import java.time.Duration;

/**
 * Ends the process where its orderly end does not come: a thread that hangs must not keep it. No
 * lock is taken and nobody is waited for.
 */
public final class HardEnd {
  private HardEnd() {}

  /**
   * Returns at once; if the process lives after this time, it is halted, with one line that says
   * so.
   *
   * @param code what it exits with then
   */
  public static void after(Duration time, int code) {
    Thread thread = new Thread(() -> halt(time, code), "fovea-hard-end");
    thread.setDaemon(true);
    thread.start();
  }

  private static void halt(Duration time, int code) {
    long end = System.nanoTime() + time.toNanos();
    for (long left = time.toNanos(); left > 0; left = end - System.nanoTime()) {
      try {
        Thread.sleep(left / 1_000_000 + 1);
      } catch (InterruptedException e) {
        // Nobody has a reason to: the end comes when it was said to.
      }
    }
    System.err.println("the process does not end: it is halted");
    Runtime.getRuntime().halt(code);
  }
}
