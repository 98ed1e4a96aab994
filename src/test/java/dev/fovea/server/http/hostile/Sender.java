package dev.fovea.server.http.hostile;

import java.io.IOException;

/** Sends drafts by one protocol; for one thread. */
interface Sender extends AutoCloseable {
  /** No answer may come later. */
  int LATE_MILLIS = 2000;

  /** Blocks until there is an answer, or there can be none, or it is late. */
  Answer send(Draft draft) throws IOException;

  @Override
  void close() throws IOException;
}
