package dev.fovea.text.jinja;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.fovea.text.Golden;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Mutated templates render or fail with the typed exception, and with nothing else. */
class TemplateFuzzTest {
  private static final long SEED = 20261122L;
  private static final int NUM_MUTANTS = 20_000;
  private static final Clock CLOCK = Clock.fixed(Instant.EPOCH, ZoneOffset.UTC);
  private static final Limits LIMITS = new Limits(1 << 16, 20_000, 300, Duration.ofSeconds(10));
  private static final String[] PIECES = {
    "{{",
    "}}",
    "{%",
    "%}",
    "{#",
    "#}",
    "-",
    "|",
    "(",
    ")",
    "[",
    "]",
    "{",
    "}",
    "'",
    "\"",
    ".",
    ":",
    ",",
    "~",
    "*",
    "**",
    "//",
    "%",
    "==",
    "<",
    "=",
    " in ",
    " is ",
    " not ",
    " if ",
    " else ",
    " and ",
    "none",
    "true",
    "1",
    "0",
    "-1",
    "2.5",
    "'a'",
    "numbers",
    "user",
    "people",
    "missing",
    "name",
    "|list",
    "|sort",
    "|join",
    "|first",
    "|last",
    "|tojson",
    "|int",
    "|length",
    "|map",
    "|items",
    "|reverse",
    "|safe",
    "|unique",
    "[::-1]",
    "[-1]",
    ".x",
    ".items()",
    ".split()",
    "loop.last",
    "\\",
    "\n",
    "é",
    "😀",
    "\u0000",
    "{% endif %}",
    "{% endfor %}",
    "99999999999"
  };

  @Test
  void mutantsNeverFailInAnotherWay() {
    JsonNode golden = Golden.read("golden.json");
    Map<String, Object> variables = Golden.map(golden.get("constructVariables"));
    List<String> sources = new ArrayList<>();
    golden.get("constructs").forEach(c -> sources.add(c.get("template").textValue()));
    golden.get("templates").forEach(t -> sources.add(t.textValue()));
    Random random = new Random(SEED);
    int numRendered = 0;
    for (int i = 0; i < NUM_MUTANTS; i++) {
      String mutant = mutate(sources, random);
      try {
        Template.parse(mutant).render(variables, LIMITS, CLOCK);
        numRendered++;
      } catch (TemplateException expected) {
        assertThat(expected.getMessage()).isNotBlank();
      } catch (RuntimeException | Error e) {
        throw new AssertionError("seed " + SEED + ", mutant " + i + ":\n" + mutant, e);
      }
    }
    // A mutation that always breaks the template would test the parser alone.
    assertThat(numRendered).isGreaterThan(NUM_MUTANTS / 10);
  }

  private static String mutate(List<String> sources, Random random) {
    StringBuilder text = new StringBuilder(sources.get(random.nextInt(sources.size())));
    int numChanges = 1 + random.nextInt(3);
    for (int i = 0; i < numChanges; i++) {
      int at = random.nextInt(text.length() + 1);
      int end = Math.min(text.length(), at + random.nextInt(6));
      switch (random.nextInt(4)) {
        case 0 -> text.delete(at, end);
        case 1 -> text.insert(at, PIECES[random.nextInt(PIECES.length)]);
        case 2 -> text.replace(at, end, PIECES[random.nextInt(PIECES.length)]);
        default -> {
          String other = sources.get(random.nextInt(sources.size()));
          int from = random.nextInt(other.length() + 1);
          text.insert(at, other, from, Math.min(other.length(), from + random.nextInt(30)));
        }
      }
    }
    return text.toString();
  }
}
