package dev.fovea.server.answer;

import java.time.Instant;
import java.util.UUID;

/**
 * What every part of one answer repeats.
 *
 * @param created seconds since 1970
 * @param model name the client knows
 */
public record AnswerHead(String id, long created, String model) {

  /**
   * Of an answer that begins now, with an id of its own.
   *
   * @param kind what the id begins with
   */
  public static AnswerHead begin(String kind, String model) {
    return new AnswerHead(kind + "-" + UUID.randomUUID(), Instant.now().getEpochSecond(), model);
  }
}
