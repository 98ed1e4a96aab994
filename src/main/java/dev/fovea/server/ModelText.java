package dev.fovea.server;

import dev.fovea.server.http.ApiException;
import dev.fovea.server.http.ErrorCodes;
import dev.fovea.server.request.ChatPrompt;
import dev.fovea.server.request.GenerationOptions;
import dev.fovea.text.IncrementalDecoder;
import dev.fovea.text.OutputText;
import dev.fovea.text.Tokenizer;
import dev.fovea.text.TokenizerException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;

/** The text side of a model: what its tokenizer and its chat template do. Thread-safe. */
public final class ModelText implements AutoCloseable {
  private static final int[] NO_PROMPT = {};

  private final Tokenizer tokenizer;
  private final ServedTemplate template;
  private final TextBudget budget;

  private ModelText(Tokenizer tokenizer, ServedTemplate template, TextBudget budget) {
    this.tokenizer = tokenizer;
    this.template = template;
    this.budget = budget;
  }

  /**
   * What a text has to keep to.
   *
   * @param maxTokens one that has more for certain is refused at once
   * @param patience how long it waits for others to be tokenized
   */
  public record Bound(int maxTokens, Patience patience) {}

  /**
   * @param chatTemplate to be used in place of the directory's
   * @param budget shared by all texts
   * @throws TokenizerException if the directory has no usable tokenizer
   * @throws dev.fovea.text.ChatTemplateException if the given template cannot be used
   */
  public static ModelText load(Path directory, Optional<Path> chatTemplate, TextBudget budget) {
    ServedTemplate template = ServedTemplate.load(directory, chatTemplate);
    return new ModelText(Tokenizer.load(directory), template, budget);
  }

  /** With a budget that the heap allows. */
  public static ModelText load(Path directory, Optional<Path> chatTemplate) {
    return load(directory, chatTemplate, TextBudget.ofHeap());
  }

  /** With a budget that the heap allows, and the directory's own chat template. */
  public static ModelText load(Path directory) {
    return load(directory, Optional.empty());
  }

  /**
   * The one way from text to tokens.
   *
   * @param addSpecialTokens also those that the tokenizer puts around a text
   * @throws ApiException 400 if it has too many tokens for certain or cannot be tokenized, 413 if
   *     it is too long to be, 503 if others leave no time for it
   */
  public int[] encode(String text, boolean addSpecialTokens, Bound bound) {
    long atLeast = tokenizer.minTokens(text, addSpecialTokens);
    if (atLeast > bound.maxTokens()) {
      throw ApiException.badRequest(
          ErrorCodes.CONTEXT_LENGTH,
          String.format(
              Locale.ROOT,
              "this model's maximum context length is %d tokens, and the prompt alone has %d or"
                  + " more",
              bound.maxTokens(),
              atLeast));
    }
    try {
      return budget.within(text, bound.patience(), () -> tokenizer.encode(text, addSpecialTokens));
    } catch (TokenizerException e) {
      throw ApiException.badRequest(
          ErrorCodes.INVALID_VALUE, "the text cannot be tokenized: " + e.getMessage());
    }
  }

  /** A token as the vocabulary spells it. */
  public Optional<String> tokenText(int id) {
    return tokenizer.tokenText(id);
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
    return template.template().isPresent();
  }

  /** Why the directory's chat template cannot be used, in one line; empty if it can, or is none. */
  public Optional<String> chatTemplateTrouble() {
    return template.trouble();
  }

  /**
   * The prompt of a conversation.
   *
   * @throws ApiException 400 if the template refuses it, or there is none; as {@link #encode} does
   */
  public int[] encodeChat(ChatPrompt prompt, Bound bound) {
    return encode(template.render(prompt), false, bound);
  }

  /** Text of one answer to a conversation. */
  public OutputText newAnswer(GenerationOptions.Ending ending) {
    return newContinuation(NO_PROMPT, ending);
  }

  /** Text that continues a prompt: its first word keeps the space before it. */
  public OutputText newContinuation(int[] prompt, GenerationOptions.Ending ending) {
    return new OutputText(
        tokenizer,
        new IncrementalDecoder(tokenizer, true, prompt),
        ending.stopStrings(),
        ending.minTokens());
  }

  @Override
  public void close() {
    tokenizer.close();
  }
}
