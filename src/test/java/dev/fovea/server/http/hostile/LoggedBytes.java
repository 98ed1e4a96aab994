package dev.fovea.server.http.hostile;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.jboss.logmanager.ExtLogRecord;

/** Counts what is logged while it is open. */
final class LoggedBytes extends Handler implements AutoCloseable {
  private static final int BYTES_OF_TIME_AND_LEVEL = 16;

  private final AtomicLong count = new AtomicLong();
  private final List<String> traces = new ArrayList<>();
  private final Map<String, Integer> byLogger = new ConcurrentHashMap<>();

  private LoggedBytes() {}

  static LoggedBytes begin() {
    LoggedBytes counting = new LoggedBytes();
    Logger.getLogger("").addHandler(counting);
    return counting;
  }

  @Override
  public void publish(LogRecord entry) {
    String message =
        entry instanceof ExtLogRecord ext ? ext.getFormattedMessage() : entry.getMessage();
    count.addAndGet(message.length() + BYTES_OF_TIME_AND_LEVEL);
    byLogger.merge(entry.getLoggerName(), 1, Integer::sum);
    if (entry.getThrown() != null) {
      synchronized (traces) {
        StackTraceElement[] frames = entry.getThrown().getStackTrace();
        traces.add(
            message + ": " + entry.getThrown() + (frames.length == 0 ? "" : " at " + frames[0]));
      }
    }
  }

  long count() {
    return count.get();
  }

  List<String> traces() {
    synchronized (traces) {
      return List.copyOf(traces);
    }
  }

  @Override
  public String toString() {
    return count + " bytes of log, entries by logger " + new TreeMap<>(byLogger);
  }

  @Override
  public void flush() {}

  @Override
  public void close() {
    Logger.getLogger("").removeHandler(this);
  }
}
