package dev.fovea.server.http;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonFactoryBuilder;
import com.fasterxml.jackson.core.SerializableString;
import com.fasterxml.jackson.core.io.CharacterEscapes;
import com.fasterxml.jackson.core.io.SerializedString;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.quarkus.jackson.ObjectMapperCustomizer;
import jakarta.inject.Singleton;

/**
 * What JSON need not escape and all JSON sent from here does: characters that Unicode counts as
 * ends of lines. Clients that read events line by line would cut them there.
 */
public final class JsonEscapes extends CharacterEscapes {
  private static final long serialVersionUID = 1L;
  private static final SerializableString NEXT_LINE = new SerializedString("\\u0085");
  private static final SerializableString LINE_SEPARATOR = new SerializedString("\\u2028");
  private static final SerializableString PARAGRAPH_SEPARATOR = new SerializedString("\\u2029");

  /** JSON's own. */
  private static final int[] ASCII = CharacterEscapes.standardAsciiEscapesForJSON();

  @Override
  public int[] getEscapeCodesForAscii() {
    return ASCII.clone();
  }

  @Override
  public SerializableString getEscapeSequence(int character) {
    return escapeOf(character);
  }

  /** Of a character that is not ASCII; null: it goes as it is. */
  public static SerializableString escapeOf(int character) {
    return switch (character) {
      case 0x85 -> NEXT_LINE;
      case 0x2028 -> LINE_SEPARATOR;
      case 0x2029 -> PARAGRAPH_SEPARATOR;
      default -> null;
    };
  }

  static JsonFactory newFactory() {
    return new JsonFactoryBuilder().characterEscapes(new JsonEscapes()).build();
  }

  /** Of the answers that the REST layer writes. */
  @Singleton
  static final class OfResources implements ObjectMapperCustomizer {
    @Override
    public void customize(ObjectMapper mapper) {
      mapper.getFactory().setCharacterEscapes(new JsonEscapes());
    }
  }
}
