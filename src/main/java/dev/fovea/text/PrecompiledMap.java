package dev.fovea.text;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.CharBuffer;
import java.nio.IntBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Deque;

/**
 * SentencePiece's map of characters as tokenizer.json has it: base64 of the length of a
 * double-array trie in bytes, its units of 32 bits, and the texts that its leaves point to, each
 * ended by a zero. The native library follows it without a look at where it leads, so every step
 * that any text could take is tried here first.
 */
final class PrecompiledMap {
  private static final int HAS_LEAF = 1 << 8;
  private static final int IS_WIDE = 1 << 9;
  private static final int LABEL = 1 << 31 | 0xff;

  private final int[] units;
  private final byte[] texts;

  private PrecompiledMap(int[] units, byte[] texts) {
    this.units = units;
    this.texts = texts;
  }

  /**
   * @throws TokenizerException if a step or a leaf leads out of the map, or it is none
   */
  static void check(JsonNode component) {
    JsonNode encoded = component.path("precompiled_charsmap");
    try {
      read(encoded.binaryValue()).walk();
    } catch (java.io.IOException | RuntimeException e) {
      throw new TokenizerException(
          "Precompiled: expected a map of characters, got one that is broken: " + e.getMessage(),
          e);
    }
  }

  private static PrecompiledMap read(byte[] bytes) throws CharacterCodingException {
    if (bytes == null || bytes.length < 8) {
      throw new IllegalArgumentException("too short");
    }
    ByteBuffer buffer = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    long numUnits = Integer.toUnsignedLong(buffer.getInt()) / 4;
    if (numUnits < 1 || numUnits * 4 > buffer.remaining()) {
      throw new IllegalArgumentException("its trie has " + numUnits + " units");
    }
    int[] units = new int[(int) numUnits];
    IntBuffer trie = buffer.asIntBuffer();
    trie.get(units);
    byte[] texts = Arrays.copyOfRange(bytes, 4 + 4 * units.length, bytes.length);
    CharBuffer valid = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(texts));
    return new PrecompiledMap(units, valid.isEmpty() ? new byte[0] : texts);
  }

  private static long offset(int unit) {
    return (long) (unit >>> 10) << ((unit & IS_WIDE) >>> 6);
  }

  private void walk() {
    BitSet seen = new BitSet();
    Deque<Integer> open = new ArrayDeque<>();
    visit(offset(units[0]), seen, open);
    while (!open.isEmpty()) {
      int from = open.pop();
      for (int label = 1; label < 256; label++) {
        int at = within(from ^ label);
        if ((units[at] & LABEL) == label) {
          long next = at ^ offset(units[at]);
          if ((units[at] & HAS_LEAF) != 0) {
            checkLeaf(units[within(next)] & Integer.MAX_VALUE);
          }
          visit(next, seen, open);
        }
      }
    }
  }

  private void visit(long next, BitSet seen, Deque<Integer> open) {
    int at = within(next);
    if (!seen.get(at)) {
      seen.set(at);
      open.push(at);
    }
  }

  private int within(long at) {
    if (at < 0 || at >= units.length) {
      throw new IllegalArgumentException("a step leads out of its trie");
    }
    return (int) at;
  }

  private void checkLeaf(int start) {
    boolean isWithin = start <= texts.length;
    if (!isWithin || (start < texts.length && (texts[start] & 0xc0) == 0x80)) {
      throw new IllegalArgumentException("a leaf leads out of its texts");
    }
  }
}
