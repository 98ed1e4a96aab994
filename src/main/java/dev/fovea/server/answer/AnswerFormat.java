package dev.fovea.server.answer;

/** The JSON of one endpoint's answers, UTF-8; stream parts carry {@code usage: null} if asked. */
public interface AnswerFormat {

  /** What goes before the first text of a stream; empty where there is nothing. */
  byte[] opening();

  byte[] delta(String text);

  byte[] finish(AnswerEnd end);

  /** The last part of a stream that was asked for usage: no choices. */
  byte[] usage(Usage usage);

  byte[] whole(String text, AnswerEnd end, Usage usage);
}
