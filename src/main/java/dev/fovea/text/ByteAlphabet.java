package dev.fovea.text;

import java.util.Set;

/**
 * The characters that byte-level tokenizers spell bytes with: printable ones of Latin-1 stand for
 * themselves, the others in order for those from U+0100 on.
 */
final class ByteAlphabet {
  private static final int FIRST_OTHER = 0x100;
  private static final char[] CHARACTERS = new char[256];
  private static final short[] BYTES = new short[FIRST_OTHER + 256];

  static {
    java.util.Arrays.fill(BYTES, (short) -1);
    char other = FIRST_OTHER;
    for (int value = 0; value < 256; value++) {
      boolean isItself = (value >= '!' && value <= '~') || (value >= 0xa1 && value != 0xad);
      CHARACTERS[value] = isItself ? (char) value : other++;
      BYTES[CHARACTERS[value]] = (short) value;
    }
  }

  private ByteAlphabet() {}

  /** The byte that a character stands for, or -1. */
  static int byteOf(char character) {
    return character < BYTES.length ? BYTES[character] : -1;
  }

  /** Whether every byte is a token of its own. */
  static boolean isSpelledBy(Set<String> tokens) {
    for (char character : CHARACTERS) {
      if (!tokens.contains(String.valueOf(character))) {
        return false;
      }
    }
    return true;
  }
}
