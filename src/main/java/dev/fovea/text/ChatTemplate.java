package dev.fovea.text;

import com.fasterxml.jackson.databind.JsonNode;
import dev.fovea.files.RegularFile;
import dev.fovea.text.jinja.Limits;
import dev.fovea.text.jinja.Template;
import dev.fovea.text.jinja.TemplateException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The chat template of a checkpoint: turns a conversation into the text the model was trained on.
 * Immutable; any thread may render.
 */
public final class ChatTemplate {
  private static final long MAX_BYTES = 4 << 20;

  /**
   * What marks the end of a message that is to be continued, while it is rendered. The space tells
   * whether the template strips what is behind a text.
   */
  private static final String END_MARK = "FOVEA-CONTINUES-HERE ";

  /** Where the prompt ends. */
  public enum Turn {
    /** Where the assistant begins to speak. */
    ASSISTANT,
    /** Behind the last message. */
    NONE,
    /** Within the last message, which the model is to continue. */
    CONTINUED
  }

  private final String source;
  private final Template template;
  private final MessageForm form;
  private final SpecialTokens specialTokens;
  private final Limits limits;
  private final Clock clock;

  private ChatTemplate(String source, SpecialTokens specialTokens, Limits limits, Clock clock) {
    this.source = source;
    this.template = parse(source);
    this.form = new MessageForm(source, template);
    this.specialTokens = specialTokens;
    this.limits = limits;
    this.clock = clock;
  }

  private static Template parse(String source) {
    try {
      return Template.parse(source);
    } catch (TemplateException e) {
      throw new ChatTemplateException(
          ChatTemplateException.Reason.BROKEN, "chat template: " + e.getMessage(), e);
    }
  }

  /** A template from its text. {@code clock} is what {@code strftime_now} reads. */
  public static ChatTemplate of(
      String source, SpecialTokens specialTokens, Limits limits, Clock clock) {
    return new ChatTemplate(source, specialTokens, limits, clock);
  }

  /** As {@link #load(Path, Limits, Clock)} with the default limits and the system's clock. */
  public static Optional<ChatTemplate> load(Path modelDirectory) {
    return load(modelDirectory, Limits.DEFAULT, Clock.systemDefaultZone());
  }

  /**
   * The template of a checkpoint, where transformers 4 and 5 put it: {@code chat_template.jinja}
   * with those of {@code additional_chat_templates} beside it, else {@code chat_template} in
   * tokenizer_config.json, a text or a list of named texts. Of several the one called {@code
   * default} counts; the others are for requests that bring tools or documents. Empty if the
   * checkpoint has none.
   *
   * @throws ChatTemplateException if the template is broken or no default can be told
   * @throws TokenizerException if tokenizer_config.json is broken
   */
  public static Optional<ChatTemplate> load(Path modelDirectory, Limits limits, Clock clock) {
    TokenizerConfig config = TokenizerConfig.read(modelDirectory);
    Path file = modelDirectory.resolve("chat_template.jinja");
    Optional<String> source =
        RegularFile.isThere(file) ? Optional.of(readText(file)) : configured(config.chatTemplate());
    return source.map(text -> of(text, config.specialTokens(), limits, clock));
  }

  /**
   * The template in a file of its own, for a checkpoint whose special tokens it may name.
   *
   * @throws ChatTemplateException if it is broken or cannot be read
   * @throws TokenizerException if tokenizer_config.json is broken
   */
  public static ChatTemplate read(Path file, Path modelDirectory) {
    SpecialTokens tokens = TokenizerConfig.read(modelDirectory).specialTokens();
    try {
      return of(readText(file), tokens, Limits.DEFAULT, Clock.systemDefaultZone());
    } catch (ChatTemplateException e) {
      throw new ChatTemplateException(e.reason(), file + ": " + e.getMessage(), e);
    }
  }

  private static String readText(Path file) {
    try {
      return StandardCharsets.UTF_8
          .newDecoder()
          .decode(ByteBuffer.wrap(RegularFile.read(file, MAX_BYTES)))
          .toString();
    } catch (IOException e) {
      throw new ChatTemplateException(
          ChatTemplateException.Reason.BROKEN,
          "chat template: expected UTF-8 text, got " + e.getMessage(),
          e);
    }
  }

  private static Optional<String> configured(JsonNode node) {
    if (node.isMissingNode() || node.isNull()) {
      return Optional.empty();
    }
    if (node.isTextual()) {
      return Optional.of(node.textValue());
    }
    List<String> names = new ArrayList<>();
    for (JsonNode entry : node) {
      names.add(entry.path("name").asText());
      if (entry.path("name").asText().equals("default") && entry.path("template").isTextual()) {
        return Optional.of(entry.get("template").textValue());
      }
    }
    throw new ChatTemplateException(
        ChatTemplateException.Reason.BROKEN,
        "chat_template: expected a text, or a list with one named 'default', got "
            + (node.isArray() ? "names " + names : node.getNodeType().toString()));
  }

  /** The template as the checkpoint has it. */
  public String source() {
    return source;
  }

  /** Whether the template's text names a role, a field of messages, or a variable. */
  public boolean mentions(String word) {
    return form.mentions(word);
  }

  /**
   * Renders a conversation. Values are null, Boolean, Number, String, List and Map with string
   * keys. Beside the messages the template sees {@code add_generation_prompt}, the special tokens
   * that are set, {@code tools} and {@code documents} (None unless in {@code extras}), and {@code
   * extras}.
   *
   * @throws ChatTemplateException if the template refuses the conversation or fails
   */
  public String render(List<? extends Map<String, ?>> messages, Turn turn, Map<String, ?> extras) {
    Map<String, Object> variables = new LinkedHashMap<>();
    variables.put("tools", null);
    variables.put("documents", null);
    variables.putAll(specialTokens.byName());
    variables.putAll(extras);
    variables.put("add_generation_prompt", turn == Turn.ASSISTANT);
    try {
      return rendered(messages, turn, variables);
    } catch (TemplateException e) {
      if (e.kind() == TemplateException.Kind.RAISED) {
        throw new ChatTemplateException(ChatTemplateException.Reason.REFUSED, e.reason(), e);
      }
      boolean isBroken = e.kind() == TemplateException.Kind.UNSUPPORTED;
      throw new ChatTemplateException(
          isBroken ? ChatTemplateException.Reason.BROKEN : ChatTemplateException.Reason.FAILED,
          "chat template: " + e.getMessage(),
          e);
    }
  }

  private String rendered(
      List<? extends Map<String, ?>> messages, Turn turn, Map<String, Object> variables) {
    List<? extends Map<String, ?>> sent =
        turn == Turn.CONTINUED ? FinalMessage.marked(messages, END_MARK) : messages;
    String text;
    try {
      text = rendered(sent, MessageForm.Arguments.VALUES, variables);
    } catch (TemplateException e) {
      boolean hasCalls = messages.stream().anyMatch(message -> message.get("tool_calls") != null);
      if (e.kind() != TemplateException.Kind.RUNTIME || !hasCalls) {
        throw e;
      }
      // A template that adds the arguments to its own text fails on values that are none.
      text = rendered(sent, MessageForm.Arguments.TEXT, variables);
    }
    return turn == Turn.CONTINUED ? FinalMessage.cut(text, END_MARK) : text;
  }

  private String rendered(
      List<? extends Map<String, ?>> messages,
      MessageForm.Arguments arguments,
      Map<String, Object> variables) {
    variables.put("messages", form.adapt(messages, arguments));
    return template.render(variables, limits, clock);
  }
}
