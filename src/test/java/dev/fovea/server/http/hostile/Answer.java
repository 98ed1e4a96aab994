package dev.fovea.server.http.hostile;

import java.util.Map;

/**
 * What came of a request.
 *
 * @param status 0: the connection or stream was closed without an answer
 * @param headers by lower-case name
 * @param nanos until all of it was there
 */
record Answer(int status, Map<String, String> headers, byte[] body, long nanos) {
  static Answer none(long nanos) {
    return new Answer(0, Map.of(), new byte[0], nanos);
  }
}
