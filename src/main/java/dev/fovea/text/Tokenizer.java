package dev.fovea.text;

import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import ai.djl.huggingface.tokenizers.jni.TokenizersLibrary;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.Supplier;
import java.util.stream.IntStream;

/**
 * The tokenizer of a checkpoint directory ({@code tokenizer.json}). Any thread may use it; {@link
 * #close()} waits for calls in flight and frees the native side.
 */
public final class Tokenizer implements AutoCloseable {
  /**
   * What the native library reads from the system properties when it is first used: no network, so
   * no download of a GPU build, and no usage report. Set by {@link #load} where absent.
   */
  private static final Map<String, String> RUNTIME_PROPERTIES =
      Map.of("ai.djl.offline", "true", "OPT_OUT_TRACKING", "true");

  /** The library would cut every text at 512 tokens if not told otherwise. */
  private static final Map<String, String> OPTIONS =
      Map.of("truncation", "false", "padding", "false");

  /** Encoded and decoded once before a tokenizer counts as loaded. */
  private static final String PROBE =
      "  A probe: naïve 東京 👍\u200d\ue000, it's 12'345.\n\t <s></s> \u0000";

  private final HuggingFaceTokenizer delegate;
  private final Vocabulary vocabulary;
  private final SpecialTokens specialTokens;
  private final Affixes affixes;
  private final TextFloor floor;
  private final ReentrantReadWriteLock lock = new ReentrantReadWriteLock();
  private boolean isClosed;

  private Tokenizer(
      HuggingFaceTokenizer delegate,
      Vocabulary vocabulary,
      SpecialTokens specialTokens,
      Affixes affixes,
      TextFloor floor) {
    this.delegate = delegate;
    this.vocabulary = vocabulary;
    this.specialTokens = specialTokens;
    this.affixes = affixes;
    this.floor = floor;
  }

  /**
   * Loads the tokenizer of a checkpoint.
   *
   * @throws TokenizerException if a file is missing, broken, or of a kind that is not supported
   */
  public static Tokenizer load(Path modelDirectory) {
    Path path = require(modelDirectory);
    RUNTIME_PROPERTIES.forEach(
        (name, value) -> {
          if (System.getProperty(name) == null) {
            System.setProperty(name, value);
          }
        });
    TokenizerConfig config = TokenizerConfig.read(modelDirectory);
    TokenizerFile file = TokenizerFile.read(path);
    AddedTokens added = new AddedTokens(file.modelIds(), file.modelSize());
    file.addedTokens().forEach(added::add);
    config.tokens().forEach(added::add);
    Vocabulary vocabulary = new Vocabulary(file.modelIds(), added);
    Affixes affixes = config.affixes(Affixes.of(file.part("post_processor")), added);
    TextFloor floor = TextFloor.of(file, added);
    byte[] rewritten = file.rewritten(added, config.preTokenizer(file.part("pre_tokenizer")));
    Tokenizer tokenizer =
        new Tokenizer(open(path, rewritten), vocabulary, config.specialTokens(), affixes, floor);
    tokenizer.probe();
    return tokenizer;
  }

  /** What a text may not contain is the text's fault; what aborts does so before a request. */
  private void probe() {
    try {
      decode(encode(PROBE, true), false);
      decode(new int[] {0, vocabularySize() - 1}, true);
    } catch (TokenizerException e) {
      return;
    }
  }

  /**
   * The file that {@link #load} reads, which is only looked for.
   *
   * @throws TokenizerException if it is not there
   */
  public static Path require(Path modelDirectory) {
    Path file = modelDirectory.resolve("tokenizer.json");
    if (!Files.isRegularFile(file)) {
      throw missing(modelDirectory);
    }
    return file;
  }

  private static HuggingFaceTokenizer open(Path file, byte[] rewritten) {
    try (InputStream in = new ByteArrayInputStream(rewritten)) {
      return HuggingFaceTokenizer.newInstance(in, OPTIONS);
    } catch (IOException | RuntimeException | LinkageError e) {
      throw new TokenizerException(file + ": cannot be loaded: " + oneLine(e.getMessage()), e);
    }
  }

  /** Tokens, which messages may quote, have line ends in them. */
  private static String oneLine(String message) {
    String text = String.valueOf(message).replaceAll("\\p{Cntrl}+", " ");
    return text.length() <= 300 ? text : text.substring(0, 300) + "...";
  }

  private static TokenizerException missing(Path modelDirectory) {
    if (Files.isRegularFile(modelDirectory.resolve("tokenizer.model"))) {
      return new TokenizerException(
          modelDirectory
              + ": expected tokenizer.json, got only tokenizer.model (SentencePiece); convert it"
              + " once with AutoTokenizer.from_pretrained(dir).save_pretrained(dir) of"
              + " transformers");
    }
    return new TokenizerException(
        modelDirectory
            + ": expected tokenizer.json, got "
            + (Files.isDirectory(modelDirectory) ? "a directory without it" : "no directory"));
  }

  /**
   * Token ids of {@code text}, never truncated. Special tokens spelled out in the text become those
   * tokens. {@code addSpecialTokens} puts what the checkpoint wants around a text (BOS): true for a
   * raw prompt, false for a rendered chat, whose template writes it. Unpaired surrogates count as
   * U+FFFD.
   *
   * <p>Takes some 300 bytes of native memory for each byte of the text while it runs.
   *
   * @throws TokenizerException if the text has what the model has no token for
   */
  public int[] encode(String text, boolean addSpecialTokens) {
    String valid = wellFormed(text);
    long[] ids = guarded(() -> ids(valid));
    return (addSpecialTokens ? affixes : Affixes.NONE).around(ids);
  }

  /** The binding's own encoding holds six more arrays and a text for each token. */
  private long[] ids(String text) {
    long encoding = TokenizersLibrary.LIB.encode(delegate.getHandle(), text, false);
    try {
      return TokenizersLibrary.LIB.getTokenIds(encoding);
    } finally {
      TokenizersLibrary.LIB.deleteEncoding(encoding);
    }
  }

  /**
   * A number of tokens that {@link #encode} gives at least, told in a moment; 0 where it cannot be
   * told.
   */
  public long minTokens(String text, boolean addSpecialTokens) {
    return floor.minTokens(text) + (addSpecialTokens ? affixes.numTokens() : 0);
  }

  /** JNI would turn an unpaired surrogate into bytes that are not UTF-8. */
  private static String wellFormed(String text) {
    int at = firstLoneSurrogate(text);
    if (at == text.length()) {
      return text;
    }
    StringBuilder out = new StringBuilder(text);
    for (int i = at; i < text.length(); i += Character.charCount(text.codePointAt(i))) {
      if (isSurrogate(text.codePointAt(i))) {
        out.setCharAt(i, '\ufffd');
      }
    }
    return out.toString();
  }

  private static int firstLoneSurrogate(String text) {
    int i = 0;
    while (i < text.length() && !isSurrogate(text.codePointAt(i))) {
      i += Character.charCount(text.codePointAt(i));
    }
    return i;
  }

  private static boolean isSurrogate(int codePoint) {
    return codePoint >= Character.MIN_SURROGATE && codePoint <= Character.MAX_SURROGATE;
  }

  /**
   * The text of token ids; incomplete UTF-8 becomes U+FFFD. Ids without a token (padding rows of
   * the output matrix) are skipped, and with {@code skipSpecialTokens} so are special tokens.
   */
  public String decode(int[] ids, boolean skipSpecialTokens) {
    long[] known =
        IntStream.of(ids).filter(id -> vocabulary.text(id) != null).asLongStream().toArray();
    return known.length == 0 ? "" : guarded(() -> delegate.decode(known, skipSpecialTokens));
  }

  private <T> T guarded(Supplier<T> call) {
    lock.readLock().lock();
    try {
      if (isClosed) {
        throw new IllegalStateException("tokenizer: used after close");
      }
      return call.get();
    } catch (IllegalStateException e) {
      throw e;
    } catch (RuntimeException e) {
      throw new TokenizerException("tokenizer: " + oneLine(e.getMessage()), e);
    } finally {
      lock.readLock().unlock();
    }
  }

  /** Number of ids, added tokens included: one more than the largest. */
  public int vocabularySize() {
    return vocabulary.size();
  }

  /**
   * A token as the vocabulary spells it ({@code Ġthe}, {@code ▁the}, {@code <0x0A>}), not as it
   * decodes; empty where no token has the id.
   */
  public Optional<String> tokenText(int id) {
    return Optional.ofNullable(vocabulary.text(id));
  }

  /** The id of a token spelled as {@link #tokenText} answers it. */
  public OptionalInt tokenId(String token) {
    return vocabulary.id(token);
  }

  /** Whether decoding may skip the token: one marked special in tokenizer.json. */
  public boolean isSpecial(int id) {
    return id >= 0 && vocabulary.isSpecial(id);
  }

  /** Whether a text has one of the tokens in it that decoding may skip. */
  boolean spellsSpecial(String text) {
    return vocabulary.specialTexts().stream().anyMatch(text::contains);
  }

  public SpecialTokens specialTokens() {
    return specialTokens;
  }

  @Override
  public void close() {
    lock.writeLock().lock();
    try {
      if (!isClosed) {
        isClosed = true;
        delegate.close();
      }
    } finally {
      lock.writeLock().unlock();
    }
  }
}
