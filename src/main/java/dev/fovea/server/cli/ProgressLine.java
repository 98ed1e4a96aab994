package dev.fovea.server.cli;

import dev.fovea.server.ModelSource;
import java.io.PrintWriter;

/** Says on standard error what is being done, a line a step. */
final class ProgressLine implements ModelSource.Progress {
  private final PrintWriter err;
  private String shown = "";

  ProgressLine(PrintWriter err) {
    this.err = err;
  }

  @Override
  public void report(String step, double done) {
    if (!step.equals(shown)) {
      shown = step;
      err.println(step);
      err.flush();
    }
  }

  void end(String words) {
    err.println(words);
    err.flush();
  }
}
