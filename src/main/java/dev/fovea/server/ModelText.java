package dev.fovea.server;

import dev.fovea.server.http.ApiException;
import dev.fovea.server.http.ErrorCodes;
import dev.fovea.server.request.ChatMessage;
import dev.fovea.text.ChatTemplate;
import dev.fovea.text.ChatTemplateException;
import dev.fovea.text.IncrementalDecoder;
import dev.fovea.text.Message;
import dev.fovea.text.StopMatcher;
import dev.fovea.text.Tokenizer;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/** The text side of a model: what its tokenizer and its chat template do. Thread-safe. */
public final class ModelText implements AutoCloseable {
  private static final int[] NO_PROMPT = {};

  private final Tokenizer tokenizer;
  private final Optional<ChatTemplate> template;

  private ModelText(Tokenizer tokenizer, Optional<ChatTemplate> template) {
    this.tokenizer = tokenizer;
    this.template = template;
  }

  /**
   * @throws dev.fovea.text.TokenizerException if the directory has no usable tokenizer
   * @throws ChatTemplateException if its chat template cannot be parsed
   */
  public static ModelText load(Path directory) {
    Optional<ChatTemplate> template = ChatTemplate.load(directory);
    return new ModelText(Tokenizer.load(directory), template);
  }

  /**
   * @param addSpecialTokens also those that the tokenizer puts around a text
   */
  public int[] encode(String text, boolean addSpecialTokens) {
    return tokenizer.encode(text, addSpecialTokens);
  }

  /** Special tokens excluded. */
  public String decode(int[] ids) {
    return tokenizer.decode(ids, true);
  }

  public int vocabularySize() {
    return tokenizer.vocabularySize();
  }

  /** The tokenizer's end token, if it names one that it knows. */
  public OptionalInt eosId() {
    return tokenizer.specialTokens().eos().map(tokenizer::tokenId).orElse(OptionalInt.empty());
  }

  public boolean hasChatTemplate() {
    return template.isPresent();
  }

  /**
   * The prompt of a conversation, ready for the assistant's turn.
   *
   * @param variables more of the template's, by name
   * @throws ApiException 400 if the template refuses it, or there is none
   */
  public int[] encodeChat(List<ChatMessage> messages, Map<String, Object> variables) {
    ChatTemplate chat =
        template.orElseThrow(
            () ->
                ApiException.badField(
                    "messages",
                    ErrorCodes.NO_CHAT_TEMPLATE,
                    "this model has no chat template; use /v1/completions with a prompt"));
    List<Message> turns =
        messages.stream().map(turn -> new Message(turn.role(), turn.content())).toList();
    try {
      return tokenizer.encode(chat.render(turns, variables), false);
    } catch (ChatTemplateException e) {
      throw ApiException.badField(
          "messages", ErrorCodes.INVALID_MESSAGES, "messages: " + e.getMessage());
    }
  }

  /** Text of one answer to a conversation. */
  public Output newAnswer(List<String> stopStrings) {
    return newContinuation(NO_PROMPT, stopStrings);
  }

  /** Text that continues a prompt: its first word keeps the space before it. */
  public Output newContinuation(int[] prompt, List<String> stopStrings) {
    return new Output(
        new IncrementalDecoder(tokenizer, true, prompt), new StopMatcher(stopStrings));
  }

  @Override
  public void close() {
    tokenizer.close();
  }

  /** One output's text as it grows; for one thread at a time. */
  public static final class Output {
    private final IncrementalDecoder decoder;
    private final StopMatcher matcher;
    private String stopString;

    private Output(IncrementalDecoder decoder, StopMatcher matcher) {
      this.decoder = decoder;
      this.matcher = matcher;
    }

    /**
     * Text that has become safe to show; empty while a character or a stop string may be pending.
     */
    public String append(int id) {
      return match(decoder.append(id));
    }

    /** What was held back, of which a stop string may still be found. */
    public String finish() {
      String shown = match(decoder.finish());
      return stopString == null ? shown + matcher.finish() : shown;
    }

    /** The stop string that was found, after which there is no more text; or null. */
    public String stopString() {
      return stopString;
    }

    private String match(String text) {
      StopMatcher.Result result = matcher.append(text);
      stopString = result.stop().orElse(null);
      return result.text();
    }
  }
}
