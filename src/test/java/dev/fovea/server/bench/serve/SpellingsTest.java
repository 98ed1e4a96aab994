package dev.fovea.server.bench.serve;

import static dev.fovea.server.bench.serve.ScriptedServer.chunked;
import static dev.fovea.server.bench.serve.ScriptedServer.usage;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Streams of chats as the servers of the world write them, each judged by what it says. */
class SpellingsTest {
  private static final String DONE = "data: [DONE]\n\n";
  private static final String STOP = delta("", "\"stop\"");

  private static String delta(String fields, String finish) {
    return "data: {\"id\": \"x\", \"object\": \"chat.completion.chunk\", \"choices\": [{\"index\": 0,"
        + " \"finish_reason\": "
        + finish
        + ", \"delta\": {"
        + fields
        + "}}]}\n\n";
  }

  private static String says(String field, String json) {
    return delta("\"" + field + "\": " + json, "null");
  }

  private static String[] stream(String first, String... others) {
    List<String> frames = new ArrayList<>(List.of(first));
    frames.addAll(List.of(others));
    return frames.toArray(new String[0]);
  }

  static Stream<Arguments> errors() {
    String begun = says("content", "\"a\"");
    return Stream.of(
        Arguments.of("spaces", stream(begun, "data: {\"error\": {\"code\": 504}}\n\n", DONE)),
        Arguments.of("only", stream("data: {\"error\":{\"message\":\"dead\"}}\n\n", DONE)),
        Arguments.of(
            "object", stream("data: {\"object\": \"error\", \"message\": \"dead\"}\n\n", DONE)),
        Arguments.of("text", stream("data: {\"error\": \"something failed\"}\n\n", DONE)),
        Arguments.of("after a field", stream("data: {\"code\":1,\"error\":\"x\"}\n\n", DONE)),
        Arguments.of(
            "name without space", stream(begun, "event:error\ndata: dead\n\n", STOP, DONE)),
        Arguments.of("name behind the data", stream("data: {\"a\":1}\nevent: error\n\n", STOP)),
        Arguments.of("several lines", stream(begun, "data: {\"error\":\ndata: \"x\"}\n\n", STOP)),
        Arguments.of("no JSON", stream(begun, "data: upstream timed out\n\n", STOP, DONE)),
        Arguments.of("no stream", stream("{\"object\": \"error\", \"message\": \"boom\"}")));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("errors")
  void errorsFailInAnySpelling(String name, String... frames) throws IOException {
    LoadReport report = run(frames);
    assertThat(report.requests().failed()).isEqualTo(4);
    assertThat(report.failures().get(0).what()).isEqualTo("ended with an error event");
  }

  static Stream<Arguments> unfinished() {
    return Stream.of(
        Arguments.of("the end alone", stream(DONE)),
        Arguments.of("a role and the end", stream(says("role", "\"assistant\""), DONE)),
        Arguments.of("comments and the end", stream(": ping\n\n", DONE)),
        Arguments.of("text without an end", stream(says("content", "\"a\""))));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("unfinished")
  void whatSaysNothingIsNoAnswer(String name, String... frames) throws IOException {
    LoadReport report = run(frames);
    assertThat(report.requests().failed()).isEqualTo(4);
    assertThat(report.failures().get(0).what()).isEqualTo("ended too early");
  }

  static Stream<Arguments> answers() {
    String word = says("content", "\"w \"");
    return Stream.of(
        Arguments.of("plain", stream(word, STOP, usage(5, 1), DONE)),
        Arguments.of("no usage", stream(word, STOP, DONE)),
        Arguments.of("no finish", stream(word, DONE)),
        Arguments.of("no end", stream(word, STOP, usage(5, 1))),
        Arguments.of("no blank line at the end", stream(word, STOP.strip())),
        Arguments.of("no space", stream(word.replace("data: ", "data:"), STOP, DONE)),
        Arguments.of("CRLF", stream((word + STOP + DONE).replace("\n", "\r\n"))),
        Arguments.of("comments", stream(": ping\n\n", word, ": ping\n\n", STOP, DONE)),
        Arguments.of("no error", stream(word.replace("\"id\"", "\"error\": null, \"id\""), STOP)),
        Arguments.of("no text", stream(STOP, usage(5, 1), DONE)));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("answers")
  void answersAreCompleteInAnySpelling(String name, String... frames) throws IOException {
    LoadReport report = run(frames);
    assertThat(report.requests().completed()).as("%s", report.failures()).isEqualTo(4);
  }

  @ParameterizedTest
  @ValueSource(strings = {"reasoning_content", "reasoning", "tool_calls", "refusal"})
  void theFirstTokenIsTheFirstOfAnyKind(String field) throws IOException {
    String thought = says(field, field.equals("tool_calls") ? "[{\"index\": 0}]" : "\"th\"");
    LoadReport report =
        run(says("role", "\"assistant\""), thought, thought, says("content", "\"w\""), STOP, DONE);
    assertThat(report.requests().completed()).isEqualTo(4);
    assertThat(report.tokens().output()).isEqualTo(4 * 3);
    assertThat(report.latencies().get(LoadReport.INTER_TOKEN).count()).isEqualTo(4 * 2);
  }

  @Test
  void gapsAreSaidToBeThoseOfEventsWhereTheyHaveSeveralTokens() throws IOException {
    String pair = says("content", "\"a b\"");
    assertThat(table(run(pair, pair, STOP, usage(5, 4), DONE)))
        .contains("inter event", "(2.00 an event), by usage")
        .doesNotContain("inter token");
    assertThat(table(run(pair, pair, STOP, usage(5, 2), DONE)))
        .contains("inter token", "(1.00 an event), by usage")
        .doesNotContain("inter event");
    assertThat(table(run(pair, pair, STOP, DONE)))
        .as("nobody knows")
        .contains("inter event", "output, by events");
  }

  @Test
  void aKeyIsShownToTheServerAndInNoReport() throws IOException {
    String[] frames = {STOP};
    try (ScriptedServer server = server(frames)) {
      LoadPlan plan = Plans.chat(server.target(), 2, 1);
      LoadReport report = new LoadGenerator(plan, "sk-secret", StreamSink.NONE).run(null);
      assertThat(report.requests().completed()).isEqualTo(2);
      assertThat(report.toString()).doesNotContain("sk-secret");
      assertThat(server.heads())
          .allMatch(head -> head.contains("\r\nAuthorization: Bearer sk-secret\r\n"));
      new LoadGenerator(plan, StreamSink.NONE).run(null);
      assertThat(server.heads().get(3)).doesNotContain("Authorization");
    }
  }

  private static String table(LoadReport report) {
    StringWriter text = new StringWriter();
    PrintWriter out = new PrintWriter(text);
    new ReportTable(report).print(out);
    out.flush();
    return text.toString();
  }

  private static ScriptedServer server(String... frames) throws IOException {
    boolean isStream = !frames[0].startsWith("{");
    byte[] answer =
        isStream
            ? chunked(frames)
            : ("HTTP/1.1 200 OK\r\nContent-Length: " + frames[0].length() + "\r\n\r\n" + frames[0])
                .getBytes(StandardCharsets.US_ASCII);
    return new ScriptedServer(
        (request, out) -> {
          out.write(answer);
          return true;
        });
  }

  private static LoadReport run(String... frames) throws IOException {
    try (ScriptedServer server = server(frames)) {
      return new LoadGenerator(Plans.chat(server.target(), 4, 1), StreamSink.NONE).run(null);
    }
  }
}
