package dev.fovea.text.jinja;

import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Makes links of the addresses in escaped text.
 *
 * @param limit characters of an address that are shown
 * @param relation attribute of a link, with the space before it
 * @param target attribute of a link, with the space before it, or empty
 */
record Urlizer(long limit, String relation, String target, List<String> schemes, Budget budget) {
  private static final int FLAGS =
      Pattern.CASE_INSENSITIVE | Pattern.UNICODE_CASE | Pattern.UNICODE_CHARACTER_CLASS;
  private static final Pattern WORDS =
      Pattern.compile("\\s+|\\S+", Pattern.UNICODE_CHARACTER_CLASS);
  private static final Pattern HEAD = Pattern.compile("(?:[(<]|&lt;)+");
  private static final Pattern ADDRESS =
      Pattern.compile(
          "(?:(?:https?://|www\\.)(?:[\\w%-]+\\.)*(?:[a-z]{2,63}|xn--[\\w%]{2,59})"
              + "|(?:[\\w%-]{2,63}\\.)+(?:com|net|int|edu|gov|org|info|mil)"
              + "|https?://(?:\\d{1,3}(?:\\.\\d{1,3}){3}"
              + "|\\[(?:[\\da-f]{0,4}:){2}(?:[\\da-f]{0,4}:?){1,6}\\]))"
              + "(?::\\d{1,5})?(?:[/?#]\\S*)?",
          FLAGS);
  private static final Pattern MAIL =
      Pattern.compile("\\S+@\\w[\\w.-]*\\.\\w+", Pattern.UNICODE_CHARACTER_CLASS);
  private static final List<String> TAILS = List.of(")", ">", ".", ",", "\n", "&gt;");
  private static final List<String[]> BRACKETS =
      List.of(new String[] {"(", ")"}, new String[] {"<", ">"}, new String[] {"&lt;", "&gt;"});

  String apply(String escaped) {
    StringBuilder out = new StringBuilder();
    Matcher words = WORDS.matcher(escaped);
    while (words.find()) {
      String word = words.group();
      // The patterns may look at a word once for each of its characters.
      budget.product(word.length(), word.length());
      out.append(PyText.isBlank(word, 0) ? word : word(word));
      budget.requireText(out.length());
    }
    budget.text(out.length());
    return out.toString();
  }

  private String word(String word) {
    Matcher begin = HEAD.matcher(word);
    String head = begin.lookingAt() ? begin.group() : "";
    String middle = word.substring(head.length());
    int end = middle.length();
    for (String tail = tailOf(middle, end); tail != null; tail = tailOf(middle, end)) {
      end -= tail.length();
    }
    String tail = middle.substring(end);
    middle = middle.substring(0, end);
    for (String[] pair : BRACKETS) {
      long missing = count(middle, pair[0]) - count(middle, pair[1]);
      long moved = missing <= 0 ? 0 : Math.min(count(middle, pair[0]), count(tail, pair[1]));
      for (; moved > 0; moved--) {
        int close = tail.indexOf(pair[1]) + pair[1].length();
        middle += tail.substring(0, close);
        tail = tail.substring(close);
      }
    }
    return head + linked(middle) + tail;
  }

  private static String tailOf(String text, int end) {
    return TAILS.stream()
        .filter(tail -> tail.length() <= end && text.startsWith(tail, end - tail.length()))
        .findFirst()
        .orElse(null);
  }

  private long count(String text, String needle) {
    return PyText.count(text, needle, budget);
  }

  private String linked(String text) {
    if (ADDRESS.matcher(text).matches()) {
      boolean hasScheme = text.startsWith("https://") || text.startsWith("http://");
      return link((hasScheme ? "" : "https://") + text, relation + target, shown(text));
    }
    if (text.startsWith("mailto:") && MAIL.matcher(text.substring(7)).matches()) {
      return link(text, "", text.substring(7));
    }
    if (text.indexOf('@') >= 0
        && !text.startsWith("www.")
        && text.indexOf(':') < 0
        && MAIL.matcher(text).matches()) {
      return link("mailto:" + text, "", text);
    }
    for (String scheme : schemes) {
      if (!text.equals(scheme) && text.startsWith(scheme)) {
        return link(text, relation + target, text);
      }
    }
    return text;
  }

  private static String link(String address, String attributes, String text) {
    return "<a href=\"" + address + "\"" + attributes + ">" + text + "</a>";
  }

  private String shown(String text) {
    return PyText.length(text) <= limit
        ? text
        : Sequences.slice(text, None.NONE, limit, None.NONE, budget) + "...";
  }
}
