package dev.fovea.server;

import dev.fovea.server.request.ChatMessage;
import java.util.List;

/** The text side of a model: what a tokenizer and a chat template do for it. Thread-safe. */
public interface ModelText extends AutoCloseable {

  /**
   * @param addSpecialTokens also those that the tokenizer puts around a text
   */
  int[] encode(String text, boolean addSpecialTokens);

  /** Special tokens excluded. */
  String decode(int[] ids);

  boolean hasChatTemplate();

  /**
   * The prompt of a conversation, ready for the assistant's turn.
   *
   * @throws dev.fovea.server.http.ApiException 400 if the template refuses it or there is none
   */
  int[] encodeChat(List<ChatMessage> messages);

  /** Text of one answer, from its tokens. */
  Output newOutput(List<String> stopStrings);

  @Override
  void close();

  /** One answer's text as it grows. For one thread at a time. */
  interface Output {

    /**
     * Text that has become safe to show; empty while a character or a stop string may be pending.
     */
    String append(int id);

    /** What was held back and can no longer become a stop string. */
    String finish();

    /** The stop string that was found, after which there is no more text; or null. */
    String stopString();
  }
}
