package dev.fovea.text.jinja;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Templates that want all the time or memory there is end soon, with a typed exception. */
class HostileTemplateTest {
  /** Far above the target of 100 ms: a shared machine, and code that runs for the first time. */
  private static final Duration PATIENCE = Duration.ofSeconds(3);

  private static final int MAX_MESSAGE_CHARS = 1100;

  /** The default ones with fewer steps, which are what the time of these tests goes by. */
  private static final Limits LIMITS = new Limits(1 << 22, 150_000, 600, Duration.ofSeconds(1));

  static List<String> hostile() {
    String deep = "1" + "+1".repeat(5000);
    return List.of(
        "{% for a in range(99999) %}{% for b in range(99999) %}{% endfor %}{% endfor %}",
        "{% for a in range(99999) %}{{ 'x' * 1000 }}{% endfor %}",
        "{% set ns = namespace(s='x') %}{% for i in range(99999) %}{% set ns.s = ns.s ~ ns.s %}"
            + "{% endfor %}",
        "{% set ns = namespace(s='x') %}{% for i in range(99999) %}{% set ns.s = ns.s + ns.s %}"
            + "{% endfor %}",
        "{% set ns = namespace(l=[1]) %}{% for i in range(99999) %}{% set ns.l = ns.l + ns.l %}"
            + "{% endfor %}",
        "{% set ns = namespace(l=[]) %}{% for i in range(99999) %}{% set ns.l = [ns.l, ns.l] %}"
            + "{% endfor %}{{ ns.l }}",
        "{% set ns = namespace(l=[]) %}{% for i in range(60) %}{% set ns.l = [ns.l, ns.l] %}"
            + "{% endfor %}{{ ns.l }}",
        "{% set ns = namespace(l=[]) %}{% for i in range(60) %}{% set ns.l = [ns.l, ns.l] %}"
            + "{% endfor %}{{ ns.l | tojson }}",
        "{% set ns = namespace(l=[], m=[]) %}{% for i in range(9999) %}{% set ns.l = [ns.l] %}"
            + "{% set ns.m = [ns.m] %}{% endfor %}{{ ns.l == ns.m }}",
        "{% set ns = namespace(l=[1], m=[1]) %}{% for i in range(60) %}{% set ns.l = [ns.l, ns.l] %}"
            + "{% set ns.m = [ns.m, ns.m] %}{% endfor %}{{ ns.l == ns.m }}",
        "{% set ns = namespace() %}{% set ns.me = ns %}{{ ns }}",
        "{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}",
        "{% macro m(n) %}{{ m(n) }}{{ m(n) }}{% endmacro %}{{ m(1) }}",
        "{% macro m() %}{% call m() %}{{ caller() }}{% endcall %}{{ caller() }}{% endmacro %}"
            + "{% call m() %}x{% endcall %}",
        "{{ 'x' * 10 ** 12 }}",
        "{{ 'x' * 1000 * 1000 * 1000 }}",
        "{{ [1] * 10 ** 12 }}",
        "{{ 'a'.center(10 ** 12) }}",
        "{{ 'a' | center(10 ** 9) }}",
        "{{ 'a\na' | indent(10 ** 9) }}",
        "{{ [1] | tojson(indent=10 ** 9) }}",
        "{{ '%999999d' % 1 * 9 }}",
        "{{ '%999999.999999f' % 1.5 ~ '%999999s' % 1 }}",
        "{{ [1] | batch(10 ** 9, 'x') | list }}",
        "{{ [1] | slice(10 ** 9, 'x') | list }}",
        "{{ 'abc'.replace('', 'x' * 4000000) }}",
        "{{ ('a' * 900000).replace('a', 'bbbbbbbbbb') }}",
        "{{ ('x' * 900000).join(['a'] * 9000) }}",
        "{{ (['x' * 900000] * 9000) | join }}",
        "{% set t = 'a' * 900000 %}{% set n = 'a' * 400000 ~ 'b' %}{% for i in range(99999) %}"
            + "{{ t.find(n) }}{% endfor %}",
        "{% set t = 'a' * 900000 %}{% set n = 'b' ~ 'a' * 400000 %}{% for i in range(99999) %}"
            + "{% if t.rfind(n) %}{% endif %}{% endfor %}",
        "{% set t = 'a' * 900000 %}{% set n = 'b' ~ 'a' * 400000 %}{% for i in range(99999) %}"
            + "{% if t.rsplit(n) %}{% endif %}{% endfor %}",
        "{% set t = 'ab' * 400000 %}{% for i in range(99999) %}{% if t.strip(t) %}{% endif %}"
            + "{% endfor %}",
        "{% set t = 'é😀' * 200000 %}{% for i in range(99999) %}{% if t[::-1] %}{% endif %}{% endfor %}",
        "{% set t = 'é😀' * 200000 %}{% for i in range(99999) %}{% if t[9] %}{% endif %}{% endfor %}",
        "{% for i in range(99999) %}{% if range(99999) | sort %}{% endif %}{% endfor %}",
        "{% for i in range(99999) %}{% if range(99999) | list %}{% endif %}{% endfor %}",
        "{% set l = range(99999) | list %}{% for i in l %}{% if -1 in l %}{% endif %}{% endfor %}",
        "{% set t = 'x' * 900000 %}{% for i in range(99999) %}{% if t == t ~ '' %}{% endif %}"
            + "{% endfor %}",
        "{% set t = 'x' * 900000 %}{% for i in range(99999) %}{% if t | upper %}{% endif %}{% endfor %}",
        "{{ " + deep + " }}",
        "{{ 7 ** 9 ** 9 ** 9 ** 9 ** 9 }}",
        "{{ [1] | slice(9223372036854775807) | list }}",
        "{{ [1] | batch(9223372036854775807, 0) | list }}",
        "{{ 'ab' * 9223372036854775807 }}",
        "{{ ['ab'] * 9223372036854775807 }}",
        "{{ 'a'.ljust(9223372036854775807) }}",
        "{{ '{:>999999999}'.format(1) }}",
        "{{ '{:.999999999f}'.format(1.5) }}",
        "{{ '{:0999999999,}'.format(1) }}",
        "{{ '%*d' % (2147483647, 1) }}",
        "{{ '\t'.expandtabs(9223372036854775807) }}",
        "{{ [1] | tojson(indent=9223372036854775807) }}",
        "{% set ns = namespace(n=3) %}{% for i in range(99999) %}{% set ns.n = ns.n * ns.n %}"
            + "{% endfor %}",
        "{% set n = 7 ** 10000 %}{% for i in range(99999) %}{% if n * n %}{% endif %}{% endfor %}",
        "{% for i in [1] recursive %}{{ loop([1]) }}{% endfor %}",
        "{% block a %}{{ self.a() }}{% endblock %}",
        "{{ raise_exception('x' * 4000000) }}",
        "{{ {}['x' * 4000000].y }}",
        "{{ ('x' * 4000000).y.z }}",
        "{% set t = 'x' * 4000000 %}{% for i in range(99999) %}{% if t | length %}{% endif %}"
            + "{% endfor %}",
        "{% set t = 'x' * 4000000 %}{% for i in range(99999) %}{% if t.startswith(t) %}{% endif %}"
            + "{% endfor %}",
        "{% set t = 'x' * 4000000 %}{% set u = t ~ '' %}{% for i in range(99999) %}"
            + "{% if {t: 1}[u] %}{% endif %}{% endfor %}",
        "{% for i in range(99999) %}{% if range(99999) | pprint %}{% endif %}{% endfor %}",
        "{% set ns = namespace(l=[1]) %}{% for i in range(99) %}{% set ns.l = [ns.l] %}{% endfor %}"
            + "{% for i in range(9999) %}{% if ns.l | pprint %}{% endif %}{% endfor %}");
  }

  static List<String> hostileSources() {
    return List.of(
        "{{ " + "(".repeat(100_000) + " }}",
        "{{ " + "[".repeat(100_000) + " }}",
        "{{ " + "not ".repeat(100_000) + "x }}",
        "{{ " + "-".repeat(100_000) + "1 }}",
        "{{ " + "{1:".repeat(100_000) + " }}",
        "{{ x" + "[x".repeat(100_000) + " }}",
        "{{ x" + "(x".repeat(100_000) + " }}",
        "{{ " + "1 if 1 else ".repeat(100_000) + "b }}",
        "{{ x is " + "a is ".repeat(10_000) + " }}",
        "{% if x %}".repeat(50_000),
        "{% for " + "(".repeat(100_000) + " %}",
        "{% call x() %}".repeat(50_000),
        "{% set a | " + "x | ".repeat(100_000) + " %}",
        "{#" + "{#".repeat(300_000),
        "{%raw%}" + "{% endra".repeat(100_000),
        "{".repeat(500_000),
        "{{ '" + "\\".repeat(500_001),
        "{{ 1" + "_1".repeat(100_000) + " }}",
        "{{ 0x" + "f".repeat(100_000) + " }}",
        "{{ x" + ".x".repeat(100_000) + " }}",
        "{{ x" + "|x".repeat(100_000) + " }}",
        "{{ x" + "~x".repeat(20_000) + "+1".repeat(50_000) + " }}",
        "{{ 1" + " if 1".repeat(50_000) + " }}",
        "{{ x" + " and x.y()".repeat(20_000) + " }}",
        "{% unknown" + "x".repeat(200_000) + " %}",
        "{{ x." + "é".repeat(200_000) + " }}",
        "{% block b %}".repeat(50_000),
        "{% autoescape x %}".repeat(50_000),
        "x".repeat(2_000_000));
  }

  @ParameterizedTest
  @MethodSource("hostile")
  void rendersEndWithATypedException(String source) {
    long start = System.nanoTime();
    Template template = Template.parse(source);
    assertThatThrownBy(() -> template.render(Map.of(), LIMITS, Clock.systemUTC()))
        .isInstanceOf(TemplateException.class)
        .satisfies(e -> assertThat(e.getMessage()).hasSizeLessThan(MAX_MESSAGE_CHARS));
    assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(PATIENCE);
  }

  @ParameterizedTest
  @MethodSource("hostileSources")
  void sourcesAreRefusedWithATypedException(String source) {
    long start = System.nanoTime();
    assertThatThrownBy(
            () -> Template.parse(source).render(Map.of(), Limits.DEFAULT, Clock.systemUTC()))
        .isInstanceOf(TemplateException.class)
        .satisfies(e -> assertThat(e.getMessage()).hasSizeLessThan(MAX_MESSAGE_CHARS));
    assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(PATIENCE);
  }

  @Test
  void theDeepestAllowedNestingFitsASmallStack() throws InterruptedException {
    String macros = "{% macro m(n) %}{{ m(n + 1) if n < 100000 else '' }}{% endmacro %}{{ m(0) }}";
    String parentheses = "{{ " + "(".repeat(90) + "1" + ")".repeat(90) + " }}";
    String sum = "{{ 1" + "+1".repeat(550) + " }}";
    AtomicReference<Throwable> failure = new AtomicReference<>();
    Runnable work =
        () -> {
          try {
            assertThatThrownBy(() -> render(macros)).isInstanceOf(TemplateException.class);
            assertThat(render(parentheses)).isEqualTo("1");
            assertThat(render(sum)).isEqualTo("551");
          } catch (Throwable e) {
            failure.set(e);
          }
        };
    Thread thread = new Thread(null, work, "small-stack", 512 * 1024);
    thread.start();
    thread.join();
    assertThat(failure.get()).isNull();
  }

  private static String render(String source) {
    return Template.parse(source).render(Map.of(), Limits.DEFAULT, Clock.systemUTC());
  }

  @Test
  void theDefaultsEndLoopsInTimeAndLeaveRoomForLongConversations() {
    Limits endless = new Limits(1 << 22, Long.MAX_VALUE, 600, Duration.ofMillis(50));
    Template loops =
        Template.parse(
            "{% for a in range(99999) %}{% for b in range(99999) %}{% endfor %}{% endfor %}");
    assertThatThrownBy(() -> loops.render(Map.of(), endless, Clock.systemUTC()))
        .hasMessageContaining("at most 50 ms");
    Template texts =
        Template.parse(
            "{% set ns = namespace(l=[]) %}{% for i in range(9999) %}"
                + "{% set ns.l = ns.l + ['x' * 4000000 ~ i] %}{% endfor %}");
    assertThatThrownBy(() -> texts.render(Map.of(), Limits.DEFAULT, Clock.systemUTC()))
        .hasMessageContaining("characters in all");
    // Each message looks at all behind it, as some templates do that know tools.
    Template quadratic =
        Template.parse(
            "{% for m in messages %}{% set ns = namespace(n=0) %}{% for f in messages[loop.index:] %}"
                + "{% if f.role == 'x' %}{% set ns.n = 1 %}{% endif %}{% endfor %}{% endfor %}ok");
    List<Map<String, String>> messages =
        java.util.Collections.nCopies(500, Map.of("role", "user", "content", "x".repeat(1000)));
    assertThat(
            quadratic.render(
                Map.of("messages", messages),
                new Limits(1 << 22, 4_000_000, 600, Duration.ofSeconds(30)),
                Clock.systemUTC()))
        .isEqualTo("ok");
  }

  @Test
  void outputAndStepsAreBoundedWhereTheLimitsSay() {
    Limits limits = new Limits(10, 1000, 50, Duration.ofSeconds(10));
    Template text = Template.parse("{{ a }}");
    Clock clock = Clock.systemUTC();
    assertThat(text.render(Map.of("a", "x".repeat(10)), limits, clock)).hasSize(10);
    assertThatThrownBy(() -> text.render(Map.of("a", "x".repeat(11)), limits, clock))
        .isInstanceOfSatisfying(
            TemplateException.class,
            e -> assertThat(e.kind()).isEqualTo(TemplateException.Kind.LIMIT))
        .hasMessageContaining("at most 10 characters, got 11");
  }

  @Test
  void failuresCarryTheLineOfTheTemplate() {
    assertThatThrownBy(() -> render("a\nb\n{% if true %}\n  {{ x.y }}\n{% endif %}"))
        .hasMessage("line 4: 'x' is undefined");
    assertThatThrownBy(() -> Template.parse("a\n\n{{ ) }}")).hasMessageStartingWith("line 3: ");
  }
}
