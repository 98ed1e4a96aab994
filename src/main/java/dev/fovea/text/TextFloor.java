package dev.fovea.text;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/**
 * How few tokens a text can have, told without tokenizing it: every byte (or character) that cannot
 * get lost takes its share of a token, the longest one that it occurs in. A text that may get lost
 * in any length, such as one unknown word, has a floor of 0.
 *
 * <p>Sound for every text: {@code minTokens(text)} is never more than what encoding gives.
 */
final class TextFloor {
  private static final int BYTES = 256;
  private static final TextFloor NONE = new TextFloor(new double[BYTES], new double[BYTES], false);

  /** Tokens that a byte of the text stands for where nothing but ASCII has been normalized. */
  private final double[] exact;

  /** The same where normalizing may have shortened the text. */
  private final double[] coarse;

  private final boolean losesSpace;

  private TextFloor(double[] exact, double[] coarse, boolean losesSpace) {
    this.exact = exact;
    this.coarse = coarse;
    this.losesSpace = losesSpace;
  }

  /** The floor of what a tokenizer makes of a text, without what it puts around it. */
  static TextFloor of(TokenizerFile file, AddedTokens added) {
    TextPath path = TextPath.of(file);
    boolean losesSpace =
        path.losesSpace()
            || added.all().stream()
                .anyMatch(token -> token.strip().left() || token.strip().right());
    if (path.losesText() || losesUnknown(file, path)) {
      return NONE;
    }
    return path.isByteLevel()
        ? ofBytes(file.modelIds(), added, path, losesSpace)
        : ofCharacters(file.modelIds(), added, path, losesSpace);
  }

  /** Whether the model may make one token, or none, of many characters that it does not know. */
  private static boolean losesUnknown(TokenizerFile file, TextPath path) {
    JsonNode model = file.model();
    String type = model.path("type").asText();
    boolean isBpe = type.equals("BPE");
    if (!isBpe && !type.equals("Unigram")) {
      return true;
    }
    if (!model.path("end_of_word_suffix").asText("").isEmpty()
        && !model.path("end_of_word_suffix").isNull()) {
      return true;
    }
    Map<String, Integer> ids = file.modelIds();
    if (path.isByteLevel() && ByteAlphabet.isSpelledBy(ids.keySet())) {
      return false;
    }
    if (model.path("byte_fallback").asBoolean(false) && hasByteTokens(ids)) {
      return false;
    }
    // One token for each character that is not known.
    boolean keepsUnknown =
        isBpe
            && ids.containsKey(model.path("unk_token").asText(""))
            && !model.path("fuse_unk").asBoolean(false);
    return !keepsUnknown;
  }

  private static boolean hasByteTokens(Map<String, Integer> ids) {
    for (int value = 0; value < BYTES; value++) {
      if (!ids.containsKey(String.format(java.util.Locale.ROOT, "<0x%02X>", value))) {
        return false;
      }
    }
    return true;
  }

  private static TextFloor ofBytes(
      Map<String, Integer> ids, AddedTokens added, TextPath path, boolean losesSpace) {
    int[] longest = new int[BYTES];
    for (String token : ids.keySet()) {
      for (int i = 0; i < token.length(); i++) {
        int value = ByteAlphabet.byteOf(token.charAt(i));
        if (value >= 0) {
          longest[value] = Math.max(longest[value], token.length());
        }
      }
    }
    for (AddedToken token : added.all()) {
      byte[] content = token.content().getBytes(StandardCharsets.UTF_8);
      if (token.isNormalized() && path.changesText()) {
        raise(longest, path.longestNormalized(token));
      }
      for (byte value : content) {
        longest[value & 0xff] = Math.max(longest[value & 0xff], content.length);
      }
    }
    int longestOfAll = 1;
    for (int length : longest) {
      longestOfAll = Math.max(longestOfAll, length);
    }
    double[] exact = new double[BYTES];
    double[] coarse = new double[BYTES];
    for (int value = 0; value < BYTES; value++) {
      coarse[value] = 1.0 / (longestOfAll * path.byteShrink());
      exact[value] = path.changesAscii() ? coarse[value] : 1.0 / Math.max(1, longest[value]);
    }
    return new TextFloor(exact, path.changesText() ? coarse : exact, losesSpace);
  }

  private static void raise(int[] longest, int length) {
    for (int value = 0; value < BYTES; value++) {
      longest[value] = Math.max(longest[value], length);
    }
  }

  /** Characters count by their first byte. */
  private static TextFloor ofCharacters(
      Map<String, Integer> ids, AddedTokens added, TextPath path, boolean losesSpace) {
    int longest = 1;
    for (String token : ids.keySet()) {
      longest = Math.max(longest, token.codePointCount(0, token.length()));
    }
    for (AddedToken token : added.all()) {
      int length = token.content().codePointCount(0, token.content().length());
      longest =
          Math.max(
              longest,
              token.isNormalized() && path.changesText() ? path.longestNormalized(token) : length);
    }
    double[] shares = new double[BYTES];
    for (int value = 0; value < BYTES; value++) {
      boolean isFirst = (value & 0xc0) != 0x80;
      shares[value] = isFirst ? 1.0 / (longest * path.characterShrink()) : 0;
    }
    return new TextFloor(shares, shares, losesSpace);
  }

  /** No more than the number of tokens that {@code text}, which is well-formed, has. */
  long minTokens(String text) {
    long[] counts = new long[BYTES];
    boolean isAscii = true;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c >= 0x80) {
        isAscii = false;
        int point = text.codePointAt(i);
        i += Character.charCount(point) - 1;
        if (!(losesSpace && isSpace(point))) {
          count(counts, point);
        }
      } else if (!(losesSpace && isSpace(c))) {
        counts[c]++;
      }
    }
    double[] shares = isAscii ? exact : coarse;
    double sum = 0;
    for (int value = 0; value < BYTES; value++) {
      sum += counts[value] * shares[value];
    }
    return (long) Math.ceil(sum * (1 - 1e-9));
  }

  private static void count(long[] counts, int point) {
    if (point < 0x800) {
      counts[0xc0 | point >> 6]++;
    } else if (point < 0x10000) {
      counts[0xe0 | point >> 12]++;
      counts[0x80 | point >> 6 & 0x3f]++;
    } else {
      counts[0xf0 | point >> 18]++;
      counts[0x80 | point >> 12 & 0x3f]++;
      counts[0x80 | point >> 6 & 0x3f]++;
    }
    counts[0x80 | point & 0x3f]++;
  }

  /** At least what Unicode calls white space. */
  private static boolean isSpace(int point) {
    return Character.isWhitespace(point) || Character.isSpaceChar(point) || point == 0x85;
  }
}
