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
      say(step);
    }
  }

  @Override
  public void notice(String line) {
    say(line);
  }

  void end(String words) {
    say(words);
  }

  private void say(String line) {
    err.println(line);
    err.flush();
  }
}
