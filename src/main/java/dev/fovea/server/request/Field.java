package dev.fovea.server.request;

import com.fasterxml.jackson.databind.JsonNode;

/**
 * One field of a request.
 *
 * @param name in the JSON object
 * @param rule turns its value, never null or JSON null, into ours or refuses it
 */
record Field<T>(String name, Rule<T> rule) {

  /** Reads a value. */
  @FunctionalInterface
  interface Rule<T> {

    /**
     * @param path of the value in the request, for the error
     * @throws dev.fovea.server.http.ApiException 400 with {@code param} = path
     */
    T read(JsonNode value, String path);
  }
}
