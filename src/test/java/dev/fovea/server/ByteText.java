package dev.fovea.server;

import dev.fovea.server.request.ChatMessage;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;

/** Text whose tokens are its UTF-8 bytes, so that characters split between tokens. */
final class ByteText implements ModelText {
  static final int VOCABULARY = 512;

  @Override
  public int[] encode(String text, boolean addSpecialTokens) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    int[] ids = new int[bytes.length];
    Arrays.setAll(ids, i -> bytes[i] & 0xff);
    return ids;
  }

  @Override
  public String decode(int[] ids) {
    byte[] bytes = new byte[ids.length];
    int length = 0;
    for (int id : ids) {
      if (id < 256) {
        bytes[length++] = (byte) id;
      }
    }
    return new String(bytes, 0, length, StandardCharsets.UTF_8);
  }

  @Override
  public boolean hasChatTemplate() {
    return true;
  }

  @Override
  public int[] encodeChat(List<ChatMessage> messages) {
    return encode(messages.get(messages.size() - 1).content(), false);
  }

  @Override
  public Output newOutput(List<String> stopStrings) {
    return new BytesOutput(stopStrings);
  }

  @Override
  public void close() {}

  private static final class BytesOutput implements Output {
    private final CharsetDecoder decoder =
        StandardCharsets.UTF_8
            .newDecoder()
            .onMalformedInput(CodingErrorAction.REPLACE)
            .onUnmappableCharacter(CodingErrorAction.REPLACE);
    private final ByteBuffer pending = ByteBuffer.allocate(8);
    private final List<String> stops;
    private final StringBuilder held = new StringBuilder();
    private String found;

    BytesOutput(List<String> stops) {
      this.stops = stops;
    }

    @Override
    public String append(int id) {
      if (id >= 256) {
        return "";
      }
      pending.put((byte) id).flip();
      CharBuffer chars = CharBuffer.allocate(8);
      decoder.decode(pending, chars, false);
      pending.compact();
      held.append(chars.flip());
      for (String stop : stops) {
        int at = held.indexOf(stop);
        if (at >= 0) {
          found = stop;
          String before = held.substring(0, at);
          held.setLength(0);
          return before;
        }
      }
      int keep = 0;
      for (String stop : stops) {
        for (int n = Math.min(stop.length() - 1, held.length()); n > keep; n--) {
          if (stop.startsWith(held.substring(held.length() - n))) {
            keep = n;
          }
        }
      }
      String safe = held.substring(0, held.length() - keep);
      held.delete(0, safe.length());
      return safe;
    }

    @Override
    public String finish() {
      String rest = held + (pending.position() > 0 ? "\uFFFD" : "");
      held.setLength(0);
      return rest;
    }

    @Override
    public String stopString() {
      return found;
    }
  }
}
