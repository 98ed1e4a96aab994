package dev.fovea.text.jinja;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.fovea.text.Golden;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Everything that jinja2 rendered or refused for {@code golden.json}, exactly. */
class GoldenTemplatesTest {
  private static final Clock CLOCK =
      Clock.fixed(Instant.parse("2026-03-05T14:07:09Z"), ZoneOffset.UTC);

  private final JsonNode golden = Golden.read("golden.json");

  @Test
  void singleConstructsAreThoseOfJinja() {
    Map<String, Object> variables = Golden.map(golden.get("constructVariables"));
    List<String> failures = new ArrayList<>();
    for (JsonNode construct : golden.get("constructs")) {
      String source = construct.get("template").textValue();
      check(source, source, construct, variables, failures);
    }
    assertThat(failures).isEmpty();
    assertThat(golden.get("constructs")).hasSizeGreaterThan(600);
  }

  @Test
  void chatTemplatesAreThoseOfJinja() {
    List<String> failures = new ArrayList<>();
    for (JsonNode chat : golden.get("chats")) {
      Map<String, Object> variables = new LinkedHashMap<>(Golden.map(golden.get("baseVariables")));
      variables.putAll(Golden.map(golden.get("settings").get(chat.get("setting").textValue())));
      String conversation = chat.get("conversation").textValue();
      variables.put("messages", Golden.value(golden.get("conversations").get(conversation)));
      String source = golden.get("templates").get(chat.get("templateName").textValue()).textValue();
      check(chat.get("name").textValue(), source, chat, variables, failures);
    }
    assertThat(failures).isEmpty();
    assertThat(golden.get("chats")).hasSizeGreaterThan(2000);
  }

  @Test
  void oneParsedTemplateRendersTheSameFromManyThreads() {
    Template template = Template.parse(golden.get("templates").get("chatml-thinking").textValue());
    Map<String, Object> variables = new HashMap<>();
    variables.put("messages", Golden.value(golden.get("conversations").get("thinking")));
    String expected = template.render(variables, Limits.DEFAULT, CLOCK);
    List<String> texts =
        java.util.stream.IntStream.range(0, 200)
            .parallel()
            .mapToObj(i -> template.render(variables, Limits.DEFAULT, CLOCK))
            .distinct()
            .toList();
    assertThat(texts).containsExactly(expected);
  }

  private static void check(
      String name,
      String source,
      JsonNode expected,
      Map<String, Object> variables,
      List<String> failures) {
    String got;
    TemplateException failure = null;
    try {
      got = Template.parse(source).render(variables, Limits.DEFAULT, CLOCK);
    } catch (TemplateException e) {
      failure = e;
      got = e.kind() + ": " + e.getMessage();
    }
    if (!isRight(expected, got, failure)) {
      failures.add("%s%n  expected %s%n  got %s".formatted(name, expected, got));
    }
  }

  private static boolean isRight(JsonNode expected, String got, TemplateException failure) {
    if (expected.has("unsupported")) {
      return failure != null && failure.kind() == TemplateException.Kind.UNSUPPORTED;
    }
    if (expected.has("raised")) {
      return failure != null
          && failure.kind() == TemplateException.Kind.RAISED
          && failure.reason().equals(expected.get("raised").textValue());
    }
    if (expected.has("error")) {
      return failure != null
          && (failure.kind() != TemplateException.Kind.LIMIT
              || expected.get("error").textValue().equals("RecursionError"))
          && failure.kind() != TemplateException.Kind.RAISED;
    }
    return failure == null && got.equals(expected.get("expected").textValue());
  }
}
