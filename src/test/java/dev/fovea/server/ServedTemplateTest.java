package dev.fovea.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fovea.server.http.ApiException;
import dev.fovea.server.request.ChatPrompt;
import dev.fovea.text.ChatTemplateException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A checkpoint is served whatever its chat template is; what cannot be used refuses chat alone. */
class ServedTemplateTest {
  private static final String NAMED =
      "{\"chat_template\":[{\"name\":\"tool_use\",\"template\":\"{{ messages }}\"}]}";

  @TempDir Path directory;

  @Test
  void templatesThatCannotBeUsedAreTroubleInOneLine() throws IOException {
    List<String> broken =
        List.of("{% if %}", "{{ 'a", "{% if x %}\n".repeat(500), "{{ " + "(".repeat(5000) + " }}");
    for (String source : broken) {
      Files.writeString(directory.resolve("chat_template.jinja"), source);
      assertTrouble(ServedTemplate.load(directory, Optional.empty()), "chat template");
    }
    Files.delete(directory.resolve("chat_template.jinja"));
    Files.writeString(directory.resolve("tokenizer_config.json"), NAMED);
    assertTrouble(ServedTemplate.load(directory, Optional.empty()), "[tool_use]");
  }

  private static void assertTrouble(ServedTemplate template, String reason) {
    assertThat(template.template()).isEmpty();
    assertThat(template.trouble().orElseThrow()).contains(reason).doesNotContain("\n");
    assertThatThrownBy(() -> template.render(ChatPrompt.ofUser("Hi")))
        .isInstanceOfSatisfying(
            ApiException.class,
            e -> {
              assertThat(e.error().status()).isEqualTo(400);
              assertThat(e.error().code()).isEqualTo("no_chat_template");
              assertThat(e.getMessage()).contains(template.trouble().get(), "/v1/completions");
            });
  }

  @Test
  void aTemplateThatIsGivenTakesThePlaceOfTheCheckpoints() throws IOException {
    Files.writeString(directory.resolve("tokenizer_config.json"), NAMED);
    Path given = directory.resolve("mine.jinja");
    Files.writeString(given, "<{{ messages[0].content }}>");
    ServedTemplate template = ServedTemplate.load(directory, Optional.of(given));
    assertThat(template.render(ChatPrompt.ofUser("Hi"))).isEqualTo("<Hi>");
    Files.writeString(given, "{% if %}");
    assertThatThrownBy(() -> ServedTemplate.load(directory, Optional.of(given)))
        .isInstanceOf(ChatTemplateException.class);
    assertThatThrownBy(() -> ServedTemplate.load(directory, Optional.of(directory.resolve("no"))))
        .isInstanceOf(ChatTemplateException.class)
        .hasMessageContaining("no");
  }

  @Test
  void whatATemplateMakesNothingOfIsRefused() throws IOException {
    Files.writeString(directory.resolve("chat_template.jinja"), "{{ '' }}");
    ServedTemplate template = ServedTemplate.load(directory, Optional.empty());
    assertThatThrownBy(() -> template.render(ChatPrompt.ofUser("Hi")))
        .isInstanceOf(ApiException.class)
        .hasMessageContaining("makes no text");
  }
}
