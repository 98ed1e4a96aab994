package dev.fovea.text;

import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import dev.fovea.files.RegularFile;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
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

  /** What the largest vocabularies take, several times over. */
  static final long MAX_BYTES = 256 << 20;

  /** The library would cut every text at 512 tokens if not told otherwise. */
  private static final Map<String, String> OPTIONS =
      Map.of("truncation", "false", "padding", "false");

  private final HuggingFaceTokenizer delegate;
  private final Vocabulary vocabulary;
  private final SpecialTokens specialTokens;
  private final Affixes affixes;
  private final ReentrantReadWriteLock lock = new ReentrantReadWriteLock();
  private boolean isClosed;

  /** Tokens put around a text by us; {@code isOurs} is false where tokenizer.json does it. */
  private record Affixes(boolean isOurs, int[] before, int[] after) {}

  private Tokenizer(
      HuggingFaceTokenizer delegate,
      Vocabulary vocabulary,
      SpecialTokens specialTokens,
      Affixes affixes) {
    this.delegate = delegate;
    this.vocabulary = vocabulary;
    this.specialTokens = specialTokens;
    this.affixes = affixes;
  }

  /**
   * Loads the tokenizer of a checkpoint.
   *
   * @throws TokenizerException if a file is missing, broken, or of a kind that is not supported
   */
  public static Tokenizer load(Path modelDirectory) {
    Path file = require(modelDirectory);
    RUNTIME_PROPERTIES.forEach(
        (name, value) -> {
          if (System.getProperty(name) == null) {
            System.setProperty(name, value);
          }
        });
    TokenizerConfig config = TokenizerConfig.read(modelDirectory);
    Vocabulary vocabulary = Vocabulary.read(file);
    Affixes affixes = affixes(config, vocabulary);
    return new Tokenizer(open(file), vocabulary, config.specialTokens(), affixes);
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

  private static HuggingFaceTokenizer open(Path file) {
    try (InputStream in = new ByteArrayInputStream(RegularFile.read(file, MAX_BYTES))) {
      return HuggingFaceTokenizer.newInstance(in, OPTIONS);
    } catch (IOException | RuntimeException | LinkageError e) {
      throw new TokenizerException(file + ": cannot be loaded: " + e.getMessage(), e);
    }
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
   * transformers 5 replaces the file's post-processor by a plain BOS and EOS rule where the
   * configuration sets either switch, or where the file has none.
   */
  private static Affixes affixes(TokenizerConfig config, Vocabulary vocabulary) {
    boolean isOurs = config.setsBosOrEos() || !vocabulary.hasPostProcessor();
    SpecialTokens tokens = config.specialTokens();
    return new Affixes(
        isOurs,
        ids(config.addsBos() ? tokens.bos() : Optional.empty(), vocabulary),
        ids(config.addsEos() ? tokens.eos() : Optional.empty(), vocabulary));
  }

  private static int[] ids(Optional<String> token, Vocabulary vocabulary) {
    if (token.isEmpty()) {
      return new int[0];
    }
    int id =
        vocabulary
            .id(token.get())
            .orElseThrow(
                () ->
                    new TokenizerException(
                        String.format(
                            Locale.ROOT,
                            "tokenizer_config.json: special token '%s' is not in the vocabulary",
                            token.get())));
    return new int[] {id};
  }

  /**
   * Token ids of {@code text}, never truncated. Special tokens spelled out in the text become those
   * tokens. {@code addSpecialTokens} puts what the checkpoint wants around a text (BOS): true for a
   * raw prompt, false for a rendered chat, whose template writes it. Unpaired surrogates count as
   * U+FFFD.
   */
  public int[] encode(String text, boolean addSpecialTokens) {
    String valid = wellFormed(text);
    boolean byFile = addSpecialTokens && !affixes.isOurs();
    long[] ids = guarded(() -> delegate.encode(valid, byFile, false).getIds());
    IntStream result = IntStream.range(0, ids.length).map(i -> (int) ids[i]);
    if (addSpecialTokens && affixes.isOurs()) {
      result =
          IntStream.concat(
              IntStream.concat(IntStream.of(affixes.before()), result),
              IntStream.of(affixes.after()));
    }
    return result.toArray();
  }

  /** JNI would turn an unpaired surrogate into bytes that are not UTF-8. */
  private static String wellFormed(String text) {
    boolean isBroken =
        text.codePoints()
            .anyMatch(c -> c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE);
    if (!isBroken) {
      return text;
    }
    StringBuilder out = new StringBuilder(text.length());
    text.codePoints()
        .map(c -> c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE ? 0xfffd : c)
        .forEach(out::appendCodePoint);
    return out.toString();
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
      throw new TokenizerException("tokenizer: " + e.getMessage(), e);
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
