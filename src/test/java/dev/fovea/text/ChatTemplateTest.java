package dev.fovea.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fovea.text.ChatTemplate.Turn;
import dev.fovea.text.jinja.Limits;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ChatTemplateTest {
  private static final List<Map<String, Object>> HELLO =
      List.of(Map.of("role", "user", "content", "Hi"));

  @TempDir Path directory;

  private void write(String name, String text) throws IOException {
    Files.writeString(directory.resolve(name), text);
  }

  @Test
  void aCheckpointWithoutATemplateHasNone() throws IOException {
    assertThat(ChatTemplate.load(directory)).isEmpty();
    write("tokenizer_config.json", "{\"chat_template\": null}");
    assertThat(ChatTemplate.load(directory)).isEmpty();
  }

  @Test
  void theConfigurationHoldsTheTemplateAsText() throws IOException {
    write(
        "tokenizer_config.json",
        """
        {"bos_token": "<s>", "eos_token": {"content": "</s>", "lstrip": false}, "pad_token": null,
         "chat_template": "{{ bos_token }}{{ messages[0].content }}{{ eos_token }}{{ pad_token }}\
        {{ add_generation_prompt }}{{ tools }}{{ documents }}"}
        """);
    assertThat(ChatTemplate.load(directory).orElseThrow().render(HELLO, Turn.ASSISTANT, Map.of()))
        .isEqualTo("<s>Hi</s>TrueNoneNone");
  }

  @Test
  void theTemplateNamedDefaultCountsInAList() throws IOException {
    write(
        "tokenizer_config.json",
        """
        {"chat_template": [{"name": "tool_use", "template": "t"},
                           {"name": "default", "template": "d"}]}
        """);
    assertThat(ChatTemplate.load(directory).orElseThrow().render(HELLO, Turn.ASSISTANT, Map.of()))
        .isEqualTo("d");
    write(
        "tokenizer_config.json", "{\"chat_template\": [{\"name\": \"rag\", \"template\": \"t\"}]}");
    assertThatThrownBy(() -> ChatTemplate.load(directory))
        .isInstanceOf(ChatTemplateException.class)
        .hasMessageContaining("[rag]");
  }

  @Test
  void aFileOfItsOwnWins() throws IOException {
    write("tokenizer_config.json", "{\"chat_template\": \"old\", \"bos_token\": \"<b>\"}");
    write("chat_template.jinja", "{{ bos_token }}new\n");
    Files.createDirectory(directory.resolve("additional_chat_templates"));
    assertThat(ChatTemplate.load(directory).orElseThrow().render(HELLO, Turn.ASSISTANT, Map.of()))
        .isEqualTo("<b>new");
  }

  @Test
  void specialTokensOfTheOldMapFillIn() throws IOException {
    write("tokenizer_config.json", "{\"eos_token\": \"</e>\"}");
    write(
        "special_tokens_map.json",
        "{\"eos_token\": \"no\", \"bos_token\": {\"content\": \"<b>\"}}");
    write("chat_template.jinja", "{{ bos_token }}{{ eos_token }}");
    assertThat(ChatTemplate.load(directory).orElseThrow().render(HELLO, Turn.ASSISTANT, Map.of()))
        .isEqualTo("<b></e>");
  }

  @Test
  void whatTheTemplateRaisesIsTheMessage() {
    ChatTemplate template = template("{{ raise_exception('No ' + messages[0].role) }}");
    assertThatThrownBy(() -> template.render(HELLO, Turn.ASSISTANT, Map.of()))
        .isInstanceOfSatisfying(
            ChatTemplateException.class,
            e -> assertThat(e.reason()).isEqualTo(ChatTemplateException.Reason.REFUSED))
        .hasMessage("No user");
  }

  @Test
  void failuresSayWhoseTheyAre() {
    assertThatThrownBy(() -> template("{% if %}"))
        .isInstanceOfSatisfying(
            ChatTemplateException.class,
            e -> assertThat(e.reason()).isEqualTo(ChatTemplateException.Reason.BROKEN));
    assertThatThrownBy(
            () ->
                template("\n{{ messages[0].name.first }}").render(HELLO, Turn.ASSISTANT, Map.of()))
        .isInstanceOfSatisfying(
            ChatTemplateException.class,
            e -> assertThat(e.reason()).isEqualTo(ChatTemplateException.Reason.FAILED))
        .hasMessage("chat template: line 2: 'dict object' has no attribute 'name'");
    assertThatThrownBy(() -> template("{{ lipsum() }}").render(HELLO, Turn.ASSISTANT, Map.of()))
        .isInstanceOfSatisfying(
            ChatTemplateException.class,
            e -> assertThat(e.reason()).isEqualTo(ChatTemplateException.Reason.BROKEN));
  }

  @Test
  void extrasReachTheTemplateAndReplaceSpecialTokens() {
    ChatTemplate template = template("{{ bos_token }}{{ enable_thinking }}{{ tools | length }}");
    Map<String, Object> extras =
        Map.of("enable_thinking", false, "bos_token", "<x>", "tools", List.of(1, 2));
    List<Map<String, Object>> messages = List.of(Map.of("role", "user", "content", "Hi"));
    assertThat(template.render(messages, Turn.NONE, extras)).isEqualTo("<x>False2");
  }

  @Test
  void theTemplateCannotChangeTheMessages() {
    ChatTemplate template = template("{{ messages.append(1) }}");
    assertThatThrownBy(() -> template.render(HELLO, Turn.ASSISTANT, Map.of()))
        .isInstanceOf(ChatTemplateException.class)
        .hasMessageContaining("unsafe");
  }

  @Test
  void aBrokenConfigurationIsNamed() throws IOException {
    write("tokenizer_config.json", "{\"chat_template\": ");
    assertThatThrownBy(() -> ChatTemplate.load(directory))
        .isInstanceOf(TokenizerException.class)
        .hasMessageContaining("tokenizer_config.json");
    write("tokenizer_config.json", "[]");
    assertThatThrownBy(() -> ChatTemplate.load(directory))
        .hasMessageContaining("expected a JSON object, got ARRAY");
  }

  private static String render(String source, Map<String, ?>... messages) {
    return template(source).render(List.of(messages), Turn.NONE, Map.of());
  }

  @Test
  void fieldsReachTheTemplateInTheirOrder() {
    Map<String, Object> message = new java.util.LinkedHashMap<>();
    message.put("name", "Ada");
    message.put("role", "user");
    message.put("extra", List.of(1, Map.of("a", true)));
    message.put("content", "Hi");
    assertThat(render("{{ messages[0] | tojson }}", message))
        .isEqualTo(
            "{\"name\": \"Ada\", \"role\": \"user\", \"extra\": [1, {\"a\": true}], \"content\": \"Hi\"}");
  }

  @Test
  void partsAreJoinedUnlessTheTemplateWalksOverThem() {
    Map<String, Object> message =
        Map.of(
            "role",
            "user",
            "content",
            List.of(
                Map.of("type", "text", "text", "a"), Map.of("type", "refusal", "refusal", "b")));
    assertThat(render("{{ messages[0].content }}", message)).isEqualTo("a\nb");
    String walking =
        "{% for m in messages %}{% if m.content is string %}{{ m.content }}{% else %}"
            + "{% for part in m['content'] %}<{{ part.type }}>{% endfor %}{% endif %}{% endfor %}";
    assertThat(render(walking, message)).isEqualTo("<text><refusal>");
    assertThat(render("{{ messages[0].content | map(attribute='type') | join(',') }}", message))
        .isEqualTo("text,refusal");
  }

  @Test
  void theDeveloperIsTheSystemWhereTheTemplateKnowsNoOther() {
    Map<String, Object> message = Map.of("role", "developer", "content", "x");
    assertThat(render("{{ messages[0].role }}", message)).isEqualTo("system");
    assertThat(render("{{ messages[0].role == 'developer' }}", message)).isEqualTo("True");
  }

  @Test
  void reasoningGoesByTheNameThatTheTemplateReads() {
    Map<String, Object> message =
        Map.of("role", "assistant", "content", "x", "reasoning_content", "because");
    assertThat(render("{{ messages[0].reasoning_content }}", message)).isEqualTo("because");
    assertThat(render("{{ messages[0].thinking }}", message)).isEqualTo("because");
    assertThat(render("{{ messages[0] | length }}", message)).isEqualTo("3");
  }

  @Test
  void argumentsAreValuesOrTheTextThatWasSent() {
    Map<String, Object> function = Map.of("name", "f", "arguments", "{\"b\":1,  \"a\":[null]}");
    Map<String, Object> message =
        Map.of(
            "role",
            "assistant",
            "content",
            "",
            "tool_calls",
            List.of(Map.of("function", function)));
    String call = "messages[0].tool_calls[0].function";
    assertThat(render("{{ " + call + ".arguments | tojson }}", message))
        .isEqualTo("{\"b\": 1, \"a\": [null]}");
    assertThat(
            render(
                "{% for k, v in " + call + ".arguments | items %}{{ k }}={{ v }};{% endfor %}",
                message))
        .isEqualTo("b=1;a=[None];");
    assertThat(render("{{ " + call + ".name + '(' + " + call + ".arguments + ')' }}", message))
        .isEqualTo("f({\"b\":1,  \"a\":[null]})");
    Map<String, Object> blank = Map.of("function", Map.of("name", "f", "arguments", ""));
    assertThat(
            render(
                "{{ " + call + ".arguments | tojson }}",
                Map.of("role", "assistant", "tool_calls", List.of(blank))))
        .isEqualTo("{}");
  }

  @Test
  void aFinalMessageIsContinuedWhereItsTextEnds() {
    ChatTemplate keeping =
        template("{% for m in messages %}<{{ m.role }}>{{ m.content }}</s>{% endfor %}");
    ChatTemplate stripping =
        template("{% for m in messages %}<{{ m.role }}>{{ m.content | trim }}</s>{% endfor %}");
    List<Map<String, Object>> messages =
        List.of(
            Map.of("role", "user", "content", "Hi"),
            Map.of("role", "assistant", "content", "Once upon "));
    assertThat(keeping.render(messages, Turn.CONTINUED, Map.of()))
        .isEqualTo("<user>Hi</s><assistant>Once upon ");
    assertThat(stripping.render(messages, Turn.CONTINUED, Map.of()))
        .isEqualTo("<user>Hi</s><assistant>Once upon");
    assertThatThrownBy(() -> template("{{ 1 }}").render(messages, Turn.CONTINUED, Map.of()))
        .isInstanceOf(ChatTemplateException.class)
        .hasMessageContaining("does not show the last message");
  }

  private static ChatTemplate template(String source) {
    SpecialTokens tokens = new SpecialTokens(Map.of("bos_token", "<s>"));
    assertThat(tokens.bos()).isEqualTo(Optional.of("<s>"));
    return ChatTemplate.of(source, tokens, Limits.DEFAULT, Clock.systemUTC());
  }
}
