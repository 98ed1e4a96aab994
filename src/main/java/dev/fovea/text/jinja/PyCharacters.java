package dev.fovea.text.jinja;

import java.util.Map;
import java.util.function.IntPredicate;
import java.util.function.Predicate;

/** The {@code str.is...} methods. */
final class PyCharacters {
  /** Ideographs that are numbers; to Java they are letters alone. */
  private static final String NUMERIC_IDEOGRAPHS =
      "㐅㒃㠪㭍一七万三九二五亖亿什仟仨伍佰億兆兩八六十千卄卅卌叁参參叄四壱壹幺廾廿弌弍弎弐拾捌" + "柒漆玖百肆萬貮貳贰阡陆陌陸零㆒㆓㆔㆕";

  static final Map<String, Predicate<String>> TESTS =
      Map.ofEntries(
          Map.entry("isalpha", all(Character::isLetter)),
          Map.entry("isalnum", all(c -> Character.isLetter(c) || isNumeric(c))),
          Map.entry("isdecimal", all(Character::isDigit)),
          Map.entry("isdigit", all(PyCharacters::isDigit)),
          Map.entry("isnumeric", all(PyCharacters::isNumeric)),
          Map.entry("isspace", all(PyText::isSpace)),
          Map.entry("isascii", text -> text.chars().allMatch(c -> c < 0x80)),
          Map.entry("isprintable", text -> text.codePoints().allMatch(PyFormat::isPrintable)),
          Map.entry("isidentifier", PyCharacters::isIdentifier),
          Map.entry("isupper", PyCharacters::isUpper),
          Map.entry("islower", PyCharacters::isLower),
          Map.entry("istitle", PyCharacters::isTitle));

  private PyCharacters() {}

  private static Predicate<String> all(IntPredicate predicate) {
    return text -> !text.isEmpty() && text.codePoints().allMatch(predicate);
  }

  /** Decimal digits, and those in circles, brackets, above and below the line. */
  private static boolean isDigit(int c) {
    return Character.isDigit(c)
        || c == 0xb2
        || c == 0xb3
        || c == 0xb9
        || c == 0x2070
        || (c >= 0x1369 && c <= 0x1371)
        || c == 0x19da
        || (c >= 0x2074 && c <= 0x2079)
        || (c >= 0x2080 && c <= 0x2089)
        || (c >= 0x2460 && c <= 0x2468)
        || (c >= 0x2474 && c <= 0x247c)
        || (c >= 0x2488 && c <= 0x2490)
        || c == 0x24ea
        || (c >= 0x24f5 && c <= 0x24fd)
        || c == 0x24ff
        || (c >= 0x2776 && c <= 0x277e)
        || (c >= 0x2780 && c <= 0x2788)
        || (c >= 0x278a && c <= 0x2792)
        || (c >= 0x1f100 && c <= 0x1f10a);
  }

  private static boolean isNumeric(int c) {
    int type = Character.getType(c);
    return type == Character.DECIMAL_DIGIT_NUMBER
        || type == Character.LETTER_NUMBER
        || type == Character.OTHER_NUMBER
        || NUMERIC_IDEOGRAPHS.indexOf(c) >= 0;
  }

  static boolean isNameStart(int c) {
    return c == '_' || Character.isUnicodeIdentifierStart(c);
  }

  static boolean isNamePart(int c) {
    return c == '_'
        || (!Character.isIdentifierIgnorable(c) && Character.isUnicodeIdentifierPart(c));
  }

  private static boolean isIdentifier(String text) {
    return !text.isEmpty()
        && isNameStart(text.codePointAt(0))
        && text.codePoints().allMatch(PyCharacters::isNamePart);
  }

  static boolean isUpper(String text) {
    return text.codePoints().anyMatch(Character::isUpperCase)
        && text.codePoints().noneMatch(c -> Character.isLowerCase(c) || Character.isTitleCase(c));
  }

  static boolean isLower(String text) {
    return text.codePoints().anyMatch(Character::isLowerCase)
        && text.codePoints().noneMatch(c -> Character.isUpperCase(c) || Character.isTitleCase(c));
  }

  /** Whether letters begin words in upper case and go on in lower case, and there is one. */
  private static boolean isTitle(String text) {
    boolean afterCased = false;
    boolean anyCased = false;
    for (int at = 0; at < text.length(); ) {
      int c = text.codePointAt(at);
      boolean begins = Character.isUpperCase(c) || Character.isTitleCase(c);
      boolean goesOn = Character.isLowerCase(c);
      if ((begins && afterCased) || (goesOn && !afterCased)) {
        return false;
      }
      afterCased = begins || goesOn;
      anyCased |= afterCased;
      at += Character.charCount(c);
    }
    return anyCased;
  }
}
