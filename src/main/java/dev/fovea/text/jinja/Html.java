package dev.fovea.text.jinja;

import java.util.HashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Text of HTML: tags taken out, and the entities of HTML 4's first part read. */
final class Html {
  private static final Pattern ENTITY =
      Pattern.compile("&(#[0-9]+;?|#[xX][0-9a-fA-F]+;?|[^\\t\\n\\f <&#;]{1,32};?)");

  /** The names of the characters from U+00A0 on, in order; all may stand without semicolon. */
  private static final String LATIN =
      "nbsp iexcl cent pound curren yen brvbar sect uml copy ordf laquo not shy reg macr deg"
          + " plusmn sup2 sup3 acute micro para middot cedil sup1 ordm raquo frac14 frac12 frac34"
          + " iquest Agrave Aacute Acirc Atilde Auml Aring AElig Ccedil Egrave Eacute Ecirc Euml"
          + " Igrave Iacute Icirc Iuml ETH Ntilde Ograve Oacute Ocirc Otilde Ouml times Oslash"
          + " Ugrave Uacute Ucirc Uuml Yacute THORN szlig agrave aacute acirc atilde auml aring"
          + " aelig ccedil egrave eacute ecirc euml igrave iacute icirc iuml eth ntilde ograve"
          + " oacute ocirc otilde ouml divide oslash ugrave uacute ucirc uuml yacute thorn yuml";

  private static final Map<String, String> NAMED = named();
  private static final Map<String, String> WITH_SEMICOLON =
      Map.of(
          "apos", "'", "ndash", "\u2013", "mdash", "\u2014", "hellip", "\u2026", "lsquo", "\u2018",
          "rsquo", "\u2019", "ldquo", "\u201c", "rdquo", "\u201d", "bull", "\u2022", "euro",
          "\u20ac");

  private Html() {}

  private static Map<String, String> named() {
    Map<String, String> names = new HashMap<>();
    char next = '\u00a0';
    for (String name : LATIN.split(" ")) {
      names.put(name, String.valueOf(next++));
    }
    for (String name : new String[] {"amp", "AMP"}) {
      names.put(name, "&");
    }
    for (String name : new String[] {"lt", "LT"}) {
      names.put(name, "<");
    }
    for (String name : new String[] {"gt", "GT"}) {
      names.put(name, ">");
    }
    for (String name : new String[] {"quot", "QUOT"}) {
      names.put(name, "\"");
    }
    return Map.copyOf(names);
  }

  /** Without comments and tags, white space as single spaces, entities read. */
  static String stripTags(String text, Budget budget) {
    String plain = without(without(text, "<!--", "-->", budget), "<", ">", budget);
    StringBuilder out = new StringBuilder(plain.length());
    boolean isSpace = true;
    for (int i = 0; i < plain.length(); i++) {
      char c = plain.charAt(i);
      if (!PyText.isSpace(c)) {
        out.append(c);
        isSpace = false;
      } else if (!isSpace) {
        out.append(' ');
        isSpace = true;
      }
    }
    return unescape(PyText.stripRight(out.toString()), budget);
  }

  private static String without(String text, String open, String close, Budget budget) {
    budget.scan(text.length() * 2L);
    StringBuilder out = new StringBuilder(text.length());
    int at = 0;
    for (int from = text.indexOf(open); from >= 0; from = text.indexOf(open, at)) {
      int end = text.indexOf(close, from + open.length());
      if (end < 0) {
        break;
      }
      out.append(text, at, from);
      at = end + close.length();
    }
    return out.append(text, at, text.length()).toString();
  }

  static String unescape(String text, Budget budget) {
    budget.text(text.length() * 2L);
    Matcher entities = ENTITY.matcher(text);
    StringBuilder out = new StringBuilder(text.length());
    int at = 0;
    while (entities.find()) {
      out.append(text, at, entities.start()).append(character(entities.group(1)));
      at = entities.end();
    }
    return out.append(text, at, text.length()).toString();
  }

  private static String character(String entity) {
    boolean isClosed = entity.endsWith(";");
    String name = isClosed ? entity.substring(0, entity.length() - 1) : entity;
    if (name.startsWith("#")) {
      return numbered(name.substring(1));
    }
    if (isClosed && WITH_SEMICOLON.containsKey(name)) {
      return WITH_SEMICOLON.get(name);
    }
    for (int end = name.length(); end > 1; end--) {
      String known = NAMED.get(name.substring(0, end));
      if (known != null) {
        return known + (end == name.length() ? "" : entity.substring(end));
      }
    }
    return "&" + entity;
  }

  private static String numbered(String number) {
    boolean isHex = number.startsWith("x") || number.startsWith("X");
    String digits = (isHex ? number.substring(1) : number).replaceFirst("^0+(?=.)", "");
    long code = digits.length() > 8 ? Long.MAX_VALUE : Long.parseLong(digits, isHex ? 16 : 10);
    boolean isNone =
        code == 0 || code > Character.MAX_CODE_POINT || (code >= 0xd800 && code < 0xe000);
    boolean isControl = code < 0x20 && code != '\t' && code != '\n' && code != '\f' && code != '\r';
    if (isNone) {
      return "\ufffd";
    }
    return isControl ? "" : Character.toString((int) code);
  }
}
