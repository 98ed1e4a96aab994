package dev.fovea.server.http;

import jakarta.inject.Singleton;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;

/** Connections that ended for what their clients did: counted rather than logged. Any thread. */
@Singleton
public final class ConnectionCounts {
  private final Map<End, LongAdder> ends = new EnumMap<>(End.class);

  ConnectionCounts() {
    for (End end : End.values()) {
      ends.put(end, new LongAdder());
    }
  }

  /** Why it ended. */
  public enum End {
    /** The client reset it. */
    RESET,
    /** What came was not HTTP, or more of it than a client may send. */
    MALFORMED,
    /** A request's head, or the first one, did not come in time. */
    LATE,
    /** The client left its answer unread. */
    UNREAD,
    /** It was idle when there was no room for another. */
    EVICTED,
    /** There was no room for it. */
    REFUSED;

    public String label() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  void count(End end) {
    ends.get(end).increment();
  }

  public long of(End end) {
    return ends.get(end).sum();
  }
}
