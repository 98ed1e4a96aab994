package dev.fovea.text.jinja;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Filters that lay text out in lines, or cut it. */
final class WrapFilters {
  private static final String SPACE = "[\\t\\n\\x0b\\f\\r ]";
  private static final String LETTER = "[\\w&&[^\\d]]";
  private static final String WORD_END = "[\\w!\"'&.,?]";
  private static final Pattern SPACES = Pattern.compile(SPACE + "+");

  /** White space, a dash between words, or a word as far as a hyphen that may end a line. */
  private static final Pattern CHUNK =
      Pattern.compile(
          (SPACE + "+")
              + ("|(?<=" + WORD_END + ")-{2,}(?=\\w)")
              + ("|[^\\t\\n\\x0b\\f\\r ]+?(?:")
              + ("-(?:(?<=" + LETTER + "{2}-)|(?<=" + LETTER + "-" + LETTER + "-))")
              + ("(?=" + LETTER + "-?" + LETTER + ")")
              + ("|(?=" + SPACE + "|\\z)")
              + ("|(?<=" + WORD_END + ")(?=-{2,}\\w))"),
          Pattern.UNICODE_CHARACTER_CLASS);

  private WrapFilters() {}

  static void addTo(Map<String, Filters.Filter> all) {
    all.put("indent", WrapFilters::indent);
    all.put("truncate", WrapFilters::truncate);
    all.put("wordwrap", WrapFilters::wordWrap);
  }

  private static String require(Object value, String name) {
    if (value instanceof Undefined undefined) {
      throw undefined.failure();
    }
    String text = Markup.textOf(value);
    if (text == null) {
      throw TemplateException.runtime(
          name + ": expected a string, got " + PyFormat.typeName(value));
    }
    return text;
  }

  private static Object indent(Object value, Arguments arguments, Budget budget) {
    Arguments.Bound bound = arguments.bind("indent", 0, "width", "first", "blank");
    String text = require(value, "indent");
    boolean isMarked = value instanceof Markup;
    String indention = Markup.textOf(bound.or(0, 4L));
    if (indention == null) {
      long width = Math.max(0, bound.number(0, 4));
      budget.text(width);
      indention = " ".repeat((int) width);
    }
    boolean indentsBlank = bound.flag(2, false);
    // As in Jinja: a newline is added, so that the text's own last newline is kept.
    List<Object> lines = PyText.splitLines(text + "\n", false);
    StringBuilder out = new StringBuilder(bound.flag(1, false) ? indention : "");
    for (int i = 0; i < lines.size(); i++) {
      String line = (String) lines.get(i);
      if (i > 0) {
        budget.requireText((long) out.length() + indention.length());
        out.append('\n').append(indentsBlank || !line.isEmpty() ? indention : "");
      }
      out.append(line);
    }
    budget.elements(lines.size());
    budget.text(out.length());
    return isMarked ? new Markup(out.toString()) : out.toString();
  }

  private static Object truncate(Object value, Arguments arguments, Budget budget) {
    Arguments.Bound bound = arguments.bind("truncate", 0, "length", "killwords", "end", "leeway");
    long length = bound.number(0, 255);
    Object end = bound.or(2, "...");
    long leeway = bound.isGiven(3) ? Numbers.requireIndex(bound.get(3)) : 5;
    long kept = length - Sequences.length(end, budget);
    if (kept < 0 || leeway < 0) {
      throw TemplateException.runtime("truncate: expected a length that holds the end");
    }
    if (Sequences.length(value, budget) <= Math.min(length, Integer.MAX_VALUE) + leeway) {
      return value;
    }
    require(value, "truncate");
    Object start = Sequences.slice(value, None.NONE, kept, None.NONE, budget);
    if (!bound.flag(1, false)) {
      String text = Markup.textOf(start);
      int space = text.lastIndexOf(' ');
      String words = space < 0 ? text : text.substring(0, space);
      start = start instanceof Markup ? new Markup(words) : words;
    }
    return Arithmetic.binary("+", start, end, budget);
  }

  private static Object wordWrap(Object value, Arguments arguments, Budget budget) {
    Arguments.Bound bound =
        arguments.bind(
            "wordwrap", 0, "width", "break_long_words", "wrapstring", "break_on_hyphens");
    String text = require(value, "wordwrap");
    String separator = bound.isGiven(2) ? require(bound.get(2), "wordwrap") : "\n";
    long width = bound.number(0, 79);
    budget.scan(text.length() * 8L);
    Wrapper wrapper =
        new Wrapper(
            (int) Math.min(Integer.MAX_VALUE, width),
            bound.flag(1, true),
            bound.flag(3, true),
            budget);
    List<String> paragraphs = new ArrayList<>();
    long length = 0;
    for (Object line : PyText.splitLines(text, false)) {
      List<String> lines = wrapper.wrap((String) line);
      length += (long) separator.length() * (lines.size() + 1) + ((String) line).length();
      budget.text(length);
      paragraphs.add(String.join(separator, lines));
    }
    return String.join(separator, paragraphs);
  }

  /** Fills lines with words, as Python's textwrap does. */
  private record Wrapper(int width, boolean breaksWords, boolean breaksHyphens, Budget budget) {
    List<String> wrap(String paragraph) {
      List<String> chunks = chunks(paragraph);
      if (width <= 0 && !chunks.isEmpty()) {
        throw TemplateException.runtime("wordwrap: expected a width of at least 1");
      }
      List<String> lines = new ArrayList<>();
      List<String> line = new ArrayList<>();
      int length = 0;
      int at = 0;
      String rest = null;
      while (at < chunks.size()) {
        budget.step();
        String chunk = rest != null ? rest : chunks.get(at);
        boolean isDropped = line.isEmpty() && !lines.isEmpty() && isBlank(chunk);
        if (isDropped) {
          rest = null;
          at++;
        } else if (length + PyText.length(chunk) <= width) {
          line.add(chunk);
          length += PyText.length(chunk);
          rest = null;
          at++;
        } else {
          if (PyText.length(chunk) > width) {
            String part = longWord(chunk, line.isEmpty(), width - length);
            if (!part.isEmpty()) {
              line.add(part);
            }
            rest = part.length() < chunk.length() ? chunk.substring(part.length()) : null;
            budget.scan(rest == null ? 0 : rest.length());
            at += rest == null ? 1 : 0;
          }
          finish(line, lines);
          length = 0;
        }
      }
      finish(line, lines);
      return lines;
    }

    /** As much of a word that fits no line as goes into this one. */
    private String longWord(String chunk, boolean isFirst, int space) {
      if (!breaksWords) {
        return isFirst ? chunk : "";
      }
      int end = chunk.offsetByCodePoints(0, space);
      int hyphen = breaksHyphens ? chunk.lastIndexOf('-', end - 1) : -1;
      boolean isAfterWord = hyphen > 0 && !chunk.substring(0, hyphen).replace("-", "").isEmpty();
      return chunk.substring(0, isAfterWord ? hyphen + 1 : end);
    }

    private static void finish(List<String> line, List<String> lines) {
      if (!line.isEmpty() && isBlank(line.get(line.size() - 1))) {
        line.remove(line.size() - 1);
      }
      if (!line.isEmpty()) {
        lines.add(String.join("", line));
      }
      line.clear();
    }

    private static boolean isBlank(String text) {
      return PyText.isBlank(text, 0);
    }

    private List<String> chunks(String paragraph) {
      Matcher matcher = (breaksHyphens ? CHUNK : SPACES).matcher(paragraph);
      List<String> chunks = new ArrayList<>();
      int at = 0;
      while (matcher.find()) {
        add(paragraph.substring(at, matcher.start()), chunks);
        add(matcher.group(), chunks);
        at = matcher.end();
      }
      add(paragraph.substring(at), chunks);
      budget.elements(chunks.size());
      return chunks;
    }

    private static void add(String chunk, List<String> chunks) {
      if (!chunk.isEmpty()) {
        chunks.add(chunk);
      }
    }
  }
}
