package dev.fovea.text.jinja;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** Long texts of a kind that is dear to handle, through whatever a template may do with them. */
class HostileTextTest {
  private static final long SEED = 20261201L;
  private static final int NUM_CASES = 300;
  private static final int NUM_CHARS = 60_000;

  /** A four hundredth of what the default limits allow. */
  private static final Limits LIMITS = new Limits(1 << 20, 10_000, 300, Duration.ofSeconds(1));

  /**
   * Far above what its steps take, on a machine that does other things: quadratic takes minutes.
   */
  private static final Duration PATIENCE = Duration.ofSeconds(3);

  private static final List<String> TEXTS =
      List.of(
          "a",
          "é",
          "😀",
          "ŉ",
          "İ",
          "ΑΣ'",
          " ",
          "\n",
          "\t",
          "a ",
          "1_",
          "1",
          "9.",
          "<",
          "<b>",
          "<!--",
          "&",
          "&amp",
          "%s",
          "%(",
          "{}",
          "{",
          "{0[",
          "a-",
          "-",
          "--a",
          "www.",
          "a@b.",
          "(",
          "https://a.b/",
          "a.",
          "__",
          "\\",
          "</think>",
          "\u0000");

  private static final List<String> OPERATIONS =
      List.of(
          "t | upper",
          "t | lower",
          "t | title",
          "t | capitalize",
          "t | trim",
          "t | trim(t)",
          "t | length",
          "t | int",
          "t | int(0, 16)",
          "t | float",
          "t | e",
          "t | forceescape",
          "t | striptags",
          "t | urlize",
          "t | urlencode",
          "t | wordcount",
          "t | wordwrap(3)",
          "t | wordwrap(3, false, t)",
          "t | truncate(9)",
          "t | indent",
          "t | indent(t)",
          "t | center(99999)",
          "t | replace('a', 'bb')",
          "t | replace('', 'b')",
          "t | replace(t, t)",
          "t | reverse",
          "t | list",
          "t | unique | list",
          "t | sort",
          "t | max",
          "t | first",
          "t | last",
          "t | batch(2) | list",
          "t | join(t)",
          "t | tojson",
          "t | tojson(ensure_ascii=true)",
          "t | pprint",
          "t | string",
          "t | format(1)",
          "t | filesizeformat",
          "t | attr(t)",
          "t | default(t)",
          "t | map('upper') | list",
          "[t, t] | sort",
          "[t, t] | groupby(t)",
          "[t] | sum(t)",
          "[t] | map(attribute=t) | list",
          "[t] | select(t) | list",
          "{t: 1} | xmlattr",
          "{t: 1}[u]",
          "{t: 1} == {u: 1}",
          "t == u",
          "t < u",
          "t in u",
          "u in [t, t]",
          "t ~ u",
          "t + u",
          "t * 3",
          "t % 1",
          "t % (1, 2)",
          "t[-1]",
          "t[::-1]",
          "t[5:-5]",
          "t[t]",
          "t.split()",
          "t.split('a')",
          "t.split(u)",
          "t.rsplit(u[1:])",
          "t.rsplit(none, 3)",
          "t.splitlines()",
          "t.partition(u[9:])",
          "t.rpartition(u[9:] ~ 'x')",
          "t.find(u[9:] ~ 'x')",
          "t.rfind('x' ~ u[9:])",
          "t.index('x')",
          "t.count(u[:9])",
          "t.startswith(u)",
          "t.endswith((u, u))",
          "t.removesuffix(u)",
          "t.strip(u)",
          "t.lstrip()",
          "t.casefold()",
          "t.swapcase()",
          "t.title()",
          "t.istitle()",
          "t.isdigit()",
          "t.isidentifier()",
          "t.isprintable()",
          "t.expandtabs(99)",
          "t.zfill(99999)",
          "t.encode()",
          "t.encode('ascii', 'replace').decode()",
          "t.translate(''.maketrans('a', 'b', t))",
          "t.format(1)",
          "t.format_map({t: 1})",
          "(t | safe) + u",
          "(t | safe).striptags()",
          "(t | safe).unescape()",
          "(t | safe).split('a')",
          "(t | safe) % 1",
          "t is lower",
          "t is upper",
          "t is in u",
          "t is filter",
          "t is eq u",
          "t is divisibleby t",
          "strftime_now(t)",
          "raise_exception(t)",
          "range(5)[t]",
          "t.x.y",
          "dict([(t, t)])",
          "namespace(a=t)",
          "cycler(t, u).next()",
          "t() or u",
          "-t");

  private record Case(String text, String operation, boolean isRepeated) {
    String template() {
      return isRepeated
          ? "{% for i in range(99999) %}{% if " + operation + " %}{% endif %}{% endfor %}"
          : "{{ " + operation + " }}";
    }
  }

  private static List<Case> cases() {
    List<Case> cases = new ArrayList<>();
    for (String text : TEXTS) {
      for (String operation : OPERATIONS) {
        cases.add(new Case(text, operation, true));
        cases.add(new Case(text, operation, false));
      }
    }
    Collections.shuffle(cases, new Random(SEED));
    return cases.subList(0, NUM_CASES);
  }

  @Test
  void noTextTakesLongInAnyOperation() {
    Map<String, String> texts =
        TEXTS.stream().collect(Collectors.toMap(t -> t, t -> t.repeat(NUM_CHARS / t.length())));
    List<String> slow = new ArrayList<>();
    int numEnded = 0;
    for (Case hostile : cases()) {
      String text = texts.get(hostile.text());
      long start = System.nanoTime();
      try {
        Template.parse(hostile.template())
            .render(Map.of("t", text, "u", new String(text)), LIMITS, Clock.systemUTC());
        numEnded++;
      } catch (TemplateException e) {
        assertThat(e.getMessage()).as(hostile.operation()).hasSizeLessThan(1100);
      } catch (RuntimeException | Error e) {
        throw new AssertionError(hostile.toString(), e);
      }
      Duration taken = Duration.ofNanos(System.nanoTime() - start);
      if (taken.compareTo(PATIENCE) > 0) {
        slow.add(hostile + " took " + taken.toMillis() + " ms");
      }
    }
    assertThat(slow).isEmpty();
    assertThat(numEnded).isGreaterThan(NUM_CASES / 10);
  }
}
