package dev.fovea.server.request;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.fovea.server.Http;
import dev.fovea.server.TestModelSource;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every field of a request, with every kind of value it must not have. */
@QuarkusTest
class RequestValidationTest {
  private static final String TYPE = "invalid_type";
  private static final String VALUE = "invalid_value";
  private static final String UNSUPPORTED = "unsupported_parameter";
  private static final int VOCABULARY = TestModelSource.VOCABULARY;

  @TestHTTPResource URI base;
  private Http http;

  @BeforeEach
  void connect() {
    http = new Http(base);
  }

  /** A field with a value, and what the server says to it; code null: it is accepted. */
  record Case(String path, String field, String value, String param, String code) {
    @Override
    public String toString() {
      String shown = value.length() > 40 ? value.substring(0, 40) + "..." : value;
      return path + " " + field + "=" + shown + " -> " + code;
    }
  }

  @ParameterizedTest
  @MethodSource("numbers")
  @MethodSource("flags")
  @MethodSource("stops")
  @MethodSource("streamOptions")
  @MethodSource("unbuilt")
  @MethodSource("prompts")
  @MethodSource("messages")
  void saysWhatIsWrongWithWhichField(Case given) {
    Http.Answer answer = http.post(given.path(), body(given));

    if (given.code() == null) {
      assertThat(answer.status()).as(answer.text()).isEqualTo(200);
      return;
    }
    assertThat(answer.status()).as(answer.text()).isEqualTo(400);
    JsonNode error = answer.json().get("error");
    assertThat(error.get("code").asText()).as(answer.text()).isEqualTo(given.code());
    assertThat(error.get("param").asText()).as(answer.text()).isEqualTo(given.param());
    assertThat(error.get("type").asText()).isEqualTo("invalid_request_error");
    assertThat(error.get("message").asText()).contains(given.param()).hasSizeLessThan(300);
  }

  /** The field in an otherwise good request. */
  private static String body(Case given) {
    boolean isInput = given.field().equals("prompt") || given.field().equals("messages");
    String input =
        given.path().equals(Http.CHAT)
            ? "\"messages\":[{\"role\":\"user\",\"content\":\"abc\"}]"
            : "\"prompt\":\"abc\"";
    String rest = given.field().equals("max_tokens") ? "" : ",\"max_tokens\":2";
    String field = "\"%s\":%s".formatted(given.field(), given.value());
    return isInput ? "{%s%s}".formatted(field, rest) : "{%s,%s%s}".formatted(input, field, rest);
  }

  static Stream<Case> numbers() {
    List<Case> cases = new ArrayList<>();
    number(
        cases, "temperature", List.of("0", "2", "0.7", "1e-300"), List.of("-0.1", "2.1", "1e999"));
    number(cases, "top_p", List.of("0", "1", "0.001", "1e-300"), List.of("-0.001", "-1", "1.01"));
    number(cases, "min_p", List.of("0", "1"), List.of("-0.01", "1.01", "-1e999"));
    number(cases, "repetition_penalty", List.of("0.5", "2"), List.of("0", "-1", "1e7"));
    number(cases, "presence_penalty", List.of("-2", "2"), List.of("-2.01", "2.01"));
    number(cases, "frequency_penalty", List.of("-2", "2"), List.of("-2.01", "1e30"));
    String past31 = "2147483648";
    String past63 = "9223372036854775808";
    integer(cases, "max_tokens", List.of("1"), List.of("0", "-1", past31, past63));
    integer(cases, "min_tokens", List.of("0", "1"), List.of("-1", "3", past31));
    integer(cases, "top_k", List.of("-1", "0", "5"), List.of("-2", past31, past63));
    integer(
        cases,
        "seed",
        List.of("0", "-1", "-9223372036854775808", "9223372036854775807"),
        List.of(past63, "1" + "0".repeat(300)));
    integer(
        cases, "n", List.of("1", "3", "4"), List.of("0", "-1", "17", "128", "129", past31, past63));
    integer(cases, "best_of", List.of("1"), List.of("0", "-1", "129", past31));
    both(cases, "best_of", "2", UNSUPPORTED);
    bothAt(cases, "n\":2,\"best_of", "2", "best_of", null);
    bothAt(cases, "n\":2,\"best_of", "1", "best_of", null);
    bothAt(cases, "n\":2,\"best_of", "3", "best_of", UNSUPPORTED);
    for (String field : List.of("queue_timeout", "total_timeout")) {
      number(cases, field, List.of("30", "9.5", "1000000"), List.of("0", "-1", "1e7", "1e-300"));
    }
    onlyChat(cases, "max_completion_tokens", "0", VALUE);
    onlyChat(cases, "chat_template_kwargs", "5", TYPE);
    onlyChat(cases, "chat_template_kwargs", "{\"a\":[1,{\"b\":[null]}]}", null);
    onlyChat(cases, "chat_template_kwargs", "{\"a\":[\"\\ud800\"]}", VALUE);
    onlyChat(cases, "reasoning_effort", "5", TYPE);
    onlyChat(cases, "reasoning_effort", "\"some\"", VALUE);
    onlyChat(cases, "add_generation_prompt", "1", TYPE);
    onlyChat(cases, "add_generation_prompt", "false", null);
    onlyChat(cases, "continue_final_message", "\"yes\"", TYPE);
    onlyChat(cases, "continue_final_message", "true", null);
    cases.add(
        new Case(
            Http.CHAT,
            "add_generation_prompt\":true,\"continue_final_message",
            "true",
            "continue_final_message",
            VALUE));
    onlyChat(cases, "max_completion_tokens", "1.5", TYPE);
    onlyChat(cases, "max_completion_tokens", "2", null);
    return cases.stream();
  }

  static Stream<Case> flags() {
    List<Case> cases = new ArrayList<>();
    for (String field : List.of("stream", "ignore_eos")) {
      for (String value : List.of("0", "1", "\"true\"", "[]", "{}")) {
        both(cases, field, value, TYPE);
      }
      both(cases, field, "false", null);
      both(cases, field, "null", null);
    }
    return cases.stream();
  }

  static Stream<Case> stops() {
    List<Case> cases = new ArrayList<>();
    both(cases, "stop", "\"x\"", null);
    both(cases, "stop", "[]", null);
    both(cases, "stop", "[%s]".formatted("\"a1\",".repeat(3) + "\"a2\""), null);
    both(cases, "stop", "\"\"", VALUE);
    both(cases, "stop", "[%s]".formatted("\"a1\",".repeat(16) + "\"a2\""), VALUE);
    both(cases, "stop", "\"" + "y".repeat(1025) + "\"", VALUE);
    both(cases, "stop", "7", TYPE);
    both(cases, "stop", "{}", TYPE);
    bothAt(cases, "stop", "[\"a\",7]", "stop[1]", TYPE);
    bothAt(cases, "stop", "[\"a\",\"\"]", "stop[1]", VALUE);
    bothAt(cases, "stop", "[null]", "stop[0]", TYPE);
    both(cases, "stop", "\"\\ud800\"", VALUE);
    both(cases, "stop_token_ids", "[0,%d]".formatted(VOCABULARY - 1), null);
    for (String id : List.of("-1", "" + VOCABULARY, "2147483647", "2147483648", "1e3", "1.5")) {
      String code = id.equals("1.5") ? TYPE : VALUE;
      bothAt(cases, "stop_token_ids", "[1.0,%s]".formatted(id), "stop_token_ids[1]", code);
    }
    both(cases, "stop_token_ids", "5", TYPE);
    both(cases, "model", "5", TYPE);
    both(cases, "cache_salt", "\"tenant 1\"", null);
    both(cases, "cache_salt", "null", null);
    both(cases, "cache_salt", "\"%s\"".formatted("s".repeat(1024)), null);
    both(cases, "cache_salt", "\"%s\"".formatted("s".repeat(1025)), VALUE);
    both(cases, "cache_salt", "\"\"", VALUE);
    both(cases, "cache_salt", "\"\\ud800\"", VALUE);
    for (String value : List.of("5", "true", "[\"a\"]", "{}")) {
      both(cases, "cache_salt", value, TYPE);
    }
    return cases.stream();
  }

  static Stream<Case> streamOptions() {
    List<Case> cases = new ArrayList<>();
    both(cases, "stream_options", "{}", VALUE);
    both(cases, "stream_options", "null", null);
    both(cases, "stream_options", "[]", TYPE);
    bothAt(
        cases,
        "stream\":true,\"stream_options",
        "{\"include_usage\":1}",
        "stream_options.include_usage",
        TYPE);
    bothAt(
        cases,
        "stream\":true,\"stream_options",
        "{\"continuous_usage_stats\":\"yes\"}",
        "stream_options.continuous_usage_stats",
        TYPE);
    bothAt(
        cases,
        "stream\":true,\"stream_options",
        "{\"include_obfuscation\":false,\"continuous_usage_stats\":false}",
        "",
        null);
    return cases.stream();
  }

  /** Asking for what is not built is refused by name; the value that asks for nothing is not. */
  static Stream<Case> unbuilt() {
    List<Case> cases = new ArrayList<>();
    String[][] everywhere = {
      {"logit_bias", "{}", "{\"5\":1}", "[3]"},
      {"prompt_logprobs", "null", "0", "1"},
      {"allowed_token_ids", "null", "[1]"},
      {"bad_words", "[]", "[\"x\"]"},
      {"use_beam_search", "false", "true", "1"},
      {"truncate_prompt_tokens", "null", "5"},
      {"response_format", "{\"type\":\"text\"}", "{\"type\":\"json_object\"}", "\"text\""},
      {"response_format", "null", "{\"type\":\"json_schema\",\"json_schema\":{}}", "{}"},
      {"structured_outputs", "null", "{\"choice\":[\"a\"]}"},
      {"guided_json", "null", "{}"},
      {"guided_regex", "null", "\"a*\""},
      {"guided_choice", "null", "[\"a\"]"},
      {"guided_grammar", "null", "\"root\""},
      {"include_stop_str_in_output", "false", "true"},
      {"skip_special_tokens", "true", "false"},
      {"return_tokens_as_token_ids", "false", "true"},
      {"priority", "0", "1"},
      {"priority", "0.0", "0.5"},
      {"user", "\"somebody\""},
      {"an_unknown_field", "{\"x\":[1,2,3]}"},
      {"metadata", "{}"},
      {"store", "true"},
      {"service_tier", "\"auto\""},
    };
    for (String[] row : everywhere) {
      both(cases, row[0], row[1], null);
      for (int i = 2; i < row.length; i++) {
        both(cases, row[0], row[i], UNSUPPORTED);
      }
    }
    String[][] inChat = {
      {"logprobs", "false", "true", "1"},
      {"top_logprobs", "0", "2"},
      {"tools", "[]", "[{\"type\":\"function\",\"function\":{\"name\":\"f\"}}]"},
      {"tool_choice", "\"none\"", "\"auto\"", "\"required\""},
      {"functions", "[]", "[{\"name\":\"f\"}]"},
      {"function_call", "\"none\"", "\"auto\""},
      {"audio", "null", "{\"voice\":\"x\"}"},
      {"modalities", "[\"text\"]", "[\"text\",\"audio\"]"},
      {"web_search_options", "null", "{}"},
      {"chat_template", "null", "\"{{ x }}\""},
      {"chat_template_kwargs", "{}", "{\"tools\":[]}", "{\"messages\":\"a\"}"},
      {"chat_template_kwargs", "{\"a\":false,\"b\":\"c\",\"d\":1.5,\"e\":null}"},
      {"reasoning_effort", "\"low\""},
      {"parallel_tool_calls", "true"},
    };
    for (String[] row : inChat) {
      onlyChat(cases, row[0], row[1], null);
      for (int i = 2; i < row.length; i++) {
        onlyChat(cases, row[0], row[i], UNSUPPORTED);
      }
    }
    String[][] inCompletions = {
      {"logprobs", "null", "0", "5", "true"},
      {"echo", "false", "true"},
      {"suffix", "\"\"", "\"end\""},
      {"prompt_embeds", "null", "\"AAAA\""},
    };
    for (String[] row : inCompletions) {
      cases.add(new Case(Http.COMPLETIONS, row[0], row[1], row[0], null));
      for (int i = 2; i < row.length; i++) {
        cases.add(new Case(Http.COMPLETIONS, row[0], row[i], row[0], UNSUPPORTED));
      }
    }
    return cases.stream();
  }

  static Stream<Case> prompts() {
    List<Case> cases = new ArrayList<>();
    prompt(cases, "\"a\"", "prompt", null);
    prompt(cases, "[\"a\"]", "prompt", null);
    prompt(cases, "[1,2]", "prompt", null);
    prompt(cases, "[[1,2]]", "prompt", null);
    prompt(cases, "\"a\\u0000b\"", "prompt", null);
    prompt(cases, "\"\"", "prompt", VALUE);
    prompt(cases, "[]", "prompt", VALUE);
    prompt(cases, "[[]]", "prompt[0]", VALUE);
    prompt(cases, "[\"\"]", "prompt", VALUE);
    prompt(cases, "null", "prompt", "missing_required_parameter");
    prompt(cases, "5", "prompt", TYPE);
    prompt(cases, "{}", "prompt", TYPE);
    prompt(cases, "true", "prompt", TYPE);
    prompt(cases, "[null]", "prompt[0]", TYPE);
    prompt(cases, "[\"a\",\"b\"]", "prompt", null);
    prompt(cases, "[[1],[2,3]]", "prompt", null);
    prompt(cases, "[%s\"b\"]".formatted("\"a\",".repeat(3)), "prompt", null);
    prompt(cases, "[%s\"b\"]".formatted("\"a\",".repeat(4)), "prompt", VALUE);
    prompt(cases, "[%s[2]]".formatted("[1],".repeat(4)), "prompt", VALUE);
    prompt(cases, "[%s[2]]".formatted("[1],".repeat(128)), "prompt", VALUE);
    cases.add(new Case(Http.COMPLETIONS, "prompt", "[\"a\",\"b\"],\"n\":2", "prompt", null));
    cases.add(new Case(Http.COMPLETIONS, "prompt", "[\"a\",\"b\"],\"n\":3", "n", VALUE));
    prompt(cases, "[\"a\",[1]]", "prompt[1]", TYPE);
    prompt(cases, "[[1],\"a\"]", "prompt[1]", TYPE);
    prompt(cases, "[\"a\",1]", "prompt[1]", TYPE);
    prompt(cases, "[\"a\",null]", "prompt[1]", TYPE);
    prompt(cases, "[\"a\",\"\"]", "prompt", VALUE);
    prompt(cases, "[[1],[]]", "prompt[1]", VALUE);
    prompt(cases, "[1,\"a\"]", "prompt[1]", TYPE);
    prompt(cases, "[1,2.5]", "prompt[1]", TYPE);
    prompt(cases, "[1,[2]]", "prompt[1]", TYPE);
    prompt(cases, "\"\\udc00x\"", "prompt", VALUE);
    for (String id :
        List.of(
            "-1",
            "" + VOCABULARY,
            "" + (VOCABULARY + 1),
            "2147483647",
            "2147483648",
            "9223372036854775808")) {
      prompt(cases, "[0,%s]".formatted(id), "prompt[1]", VALUE);
      prompt(cases, "[[0,%s]]".formatted(id), "prompt[0][1]", VALUE);
    }
    return cases.stream();
  }

  static Stream<Case> messages() {
    List<Case> cases = new ArrayList<>();
    String user = "{\"role\":\"user\",\"content\":\"hi\"}";
    chat(cases, "[" + user + "]", "messages", null);
    chat(cases, "[{\"role\":\"developer\",\"content\":\"x\"}," + user + "]", "messages", null);
    chat(cases, "[{\"role\":\"assistant\",\"content\":null}," + user + "]", "messages", null);
    chat(
        cases,
        "[{\"role\":\"user\",\"content\":[{\"type\":\"text\",\"text\":\"hi\"}]}]",
        "messages",
        null);
    chat(cases, "null", "messages", "missing_required_parameter");
    chat(cases, "[]", "messages", VALUE);
    chat(cases, "{}", "messages", TYPE);
    chat(cases, "\"hi\"", "messages", TYPE);
    chat(cases, "[5]", "messages[0]", TYPE);
    chat(cases, "[null]", "messages[0]", TYPE);
    chat(cases, "[{}]", "messages[0].role", "missing_required_parameter");
    chat(cases, "[{\"role\":\"user\"}]", "messages[0].content", "missing_required_parameter");
    chat(cases, "[{\"role\":\"king\",\"content\":\"x\"}]", "messages[0].role", VALUE);
    chat(cases, "[{\"role\":5,\"content\":\"x\"}]", "messages[0].role", TYPE);
    chat(cases, "[{\"role\":\"tool\",\"content\":\"x\"}]", "messages[0].role", UNSUPPORTED);
    chat(cases, "[{\"role\":\"function\",\"content\":\"x\"}]", "messages[0].role", UNSUPPORTED);
    for (String field :
        List.of("name", "tool_call_id", "refusal", "reasoning_content", "reasoning")) {
      String message = "[{\"role\":\"assistant\",\"content\":\"x\",\"%s\":%s}]";
      chat(cases, message.formatted(field, "\"y\""), "messages", null);
      chat(cases, message.formatted(field, "null"), "messages", null);
      chat(cases, message.formatted(field, "5"), "messages[0]." + field, TYPE);
      chat(cases, message.formatted(field, "\"\\ud800\""), "messages[0]." + field, VALUE);
    }
    chat(
        cases,
        "[{\"role\":\"user\",\"content\":\"x\",\"prefix\":true,\"more\":[1,{\"a\":null}]}]",
        "messages",
        null);
    for (String field : List.of("function_call", "audio")) {
      String message = "[{\"role\":\"assistant\",\"content\":\"x\",\"%s\":%s}]";
      chat(cases, message.formatted(field, "null"), "messages", null);
      chat(cases, message.formatted(field, "{}"), "messages[0]." + field, UNSUPPORTED);
    }
    calls(cases, "[]", "messages", "invalid_messages");
    calls(cases, "5", "messages[0].tool_calls", TYPE);
    calls(cases, "[5]", "messages[0].tool_calls[0]", TYPE);
    calls(cases, "[{}]", "messages[0].tool_calls[0].function", "missing_required_parameter");
    calls(
        cases,
        "[{\"function\":{}}]",
        "messages[0].tool_calls[0].function.name",
        "missing_required_parameter");
    calls(cases, "[{\"type\":\"custom\"}]", "messages[0].tool_calls[0].type", UNSUPPORTED);
    calls(cases, "[{\"id\":1}]", "messages[0].tool_calls[0].id", TYPE);
    String call = "[{\"function\":{\"name\":\"f\",\"arguments\":%s}}]";
    String arguments = "messages[0].tool_calls[0].function.arguments";
    calls(cases, call.formatted("5"), arguments, TYPE);
    calls(cases, call.formatted("\"{a}\""), arguments, VALUE);
    calls(cases, call.formatted("\"" + "[".repeat(9999) + "\""), arguments, VALUE);
    // The model of this test has a template that knows no tools.
    for (String good : List.of("\"{}\"", "\"\"", "{}", "\"{\\\"a\\\":1}\"", "null")) {
      calls(cases, call.formatted(good), "messages[0].tool_calls", UNSUPPORTED);
    }
    chat(cases, "[" + user + ",{\"role\":\"user\",\"content\":5}]", "messages[1].content", TYPE);
    chat(cases, "[{\"role\":\"user\",\"content\":[]}]", "messages[0].content", VALUE);
    chat(
        cases,
        "[{\"role\":\"user\",\"content\":[{\"type\":\"image_url\",\"image_url\":{}}]}]",
        "messages[0].content[0].type",
        UNSUPPORTED);
    chat(
        cases,
        "[{\"role\":\"user\",\"content\":[{\"type\":\"text\",\"text\":5}]}]",
        "messages[0].content[0].text",
        TYPE);
    chat(
        cases,
        "[{\"role\":\"user\",\"content\":[{\"type\":\"text\"}]}]",
        "messages[0].content[0].text",
        "missing_required_parameter");
    chat(
        cases,
        "[{\"role\":\"assistant\",\"content\":[{\"type\":\"refusal\",\"refusal\":\"no\"}]}]",
        "messages",
        null);
    chat(cases, "[{\"role\":\"user\",\"content\":\"\\ud800\"}]", "messages[0].content", VALUE);
    return cases.stream();
  }

  private static void number(List<Case> cases, String field, List<String> good, List<String> bad) {
    good.forEach(value -> both(cases, field, value, null));
    bad.forEach(value -> both(cases, field, value, VALUE));
    wrongTypes(cases, field);
  }

  private static void integer(List<Case> cases, String field, List<String> good, List<String> bad) {
    good.forEach(value -> both(cases, field, value, null));
    bad.forEach(value -> both(cases, field, value, VALUE));
    wrongTypes(cases, field);
    both(cases, field, "1.9", TYPE);
    both(cases, field, "1.0", null);
    both(cases, field, "1e300", TYPE);
  }

  private static void wrongTypes(List<Case> cases, String field) {
    for (String value : List.of("\"1\"", "true", "[]", "{}", "[1]")) {
      both(cases, field, value, TYPE);
    }
    both(cases, field, "null", null);
  }

  private static void both(List<Case> cases, String field, String value, String code) {
    bothAt(cases, field, value, field, code);
  }

  private static void bothAt(
      List<Case> cases, String field, String value, String param, String code) {
    cases.add(new Case(Http.COMPLETIONS, field, value, param, code));
    cases.add(new Case(Http.CHAT, field, value, param, code));
  }

  private static void onlyChat(List<Case> cases, String field, String value, String code) {
    cases.add(new Case(Http.CHAT, field, value, field, code));
  }

  private static void prompt(List<Case> cases, String value, String param, String code) {
    cases.add(new Case(Http.COMPLETIONS, "prompt", value, param, code));
  }

  private static void calls(List<Case> cases, String calls, String param, String code) {
    chat(cases, "[{\"role\":\"assistant\",\"tool_calls\":" + calls + "}]", param, code);
  }

  private static void chat(List<Case> cases, String value, String param, String code) {
    cases.add(new Case(Http.CHAT, "messages", value, param, code));
  }
}
