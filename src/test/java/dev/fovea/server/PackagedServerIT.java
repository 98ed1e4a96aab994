package dev.fovea.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What {@code package} made, run as a user runs it. */
class PackagedServerIT {
  private static final Pattern LISTENING = Pattern.compile("Listening on: (http://\\S+)");
  private static final String STORY = "Once upon a time";
  private static final String ENDLESS =
      "{\"prompt\":\"%s\",\"max_tokens\":16000,\"ignore_eos\":true,\"stream\":true}"
          .formatted(STORY);

  @Test
  void servesTheShippedModelAndGoesDownInWords() throws Exception {
    Process server = start("--port", "0");
    try {
      URI base = awaitListening(server);
      Http http = new Http(base);
      Waiting.until("the model is ready", () -> http.get("/q/health/ready").status() == 200);
      Http.Answer answer =
          http.post(
              Http.CHAT,
              "{\"messages\":[{\"role\":\"user\",\"content\":\"Who are you?\"}],\"temperature\":0}");
      assertThat(answer.json().at("/choices/0/message/content").asText()).contains("Fovea");

      try (RawConnection stream = RawConnection.posting(base, Http.COMPLETIONS, ENDLESS)) {
        assertThat(stream.readUntil("data: {")).startsWith("HTTP/1.1 200 ");
        server.destroy();
        assertThat(stream.readToTheEnd())
            .contains("event: error\ndata: {\"error\":{\"message\":\"the server is going down\"")
            .doesNotContain("[DONE]");
      }
      assertThat(server.waitFor(10, TimeUnit.SECONDS)).isTrue();
      assertThat(server.exitValue()).isZero();
    } finally {
      server.destroyForcibly();
    }
  }

  @Test
  void generatesFromStandardInputWithoutItsLineEnd() throws Exception {
    String[] options = {"--max-tokens", "12", "--temperature", "0"};
    Ended piped = run(STORY + "\n", Stream.concat(Stream.of("generate"), Stream.of(options)));
    Ended given =
        run("", Stream.concat(Stream.of("generate", "--prompt", STORY), Stream.of(options)));

    assertThat(piped.exitCode()).as(piped.err()).isZero();
    assertThat(piped.out()).isEqualTo(given.out()).isNotBlank();
    assertThat(run(STORY + "\n\n", Stream.of("generate", "--max-tokens", "1")).err())
        .as("one line end is the shell's, the second the prompt's")
        .contains("6 prompt tokens");
  }

  @Test
  void aWrongModelIsOneLineBeforeAnyPortIsOpened() throws Exception {
    Ended ended = run("", Stream.of("serve", "--port", "0", "--model", "/no/such/model"));
    assertThat(ended.exitCode()).isEqualTo(ExitCode.MODEL_UNUSABLE.code());
    assertThat(ended.out()).isEmpty();
    assertThat(ended.err().lines()).hasSize(1);
    assertThat(ended.err()).contains("/no/such/model", "does not exist");
  }

  @Test
  void aPortInUseIsOneLineAndACodeOfItsOwn() throws Exception {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      String port = Integer.toString(taken.getLocalPort());
      Ended ended = run("", Stream.of("serve", "--port", port));
      assertThat(ended.exitCode()).isEqualTo(ExitCode.ADDRESS_UNUSABLE.code());
      assertThat(ended.out()).isEmpty();
      assertThat(ended.err().lines()).hasSize(1);
      assertThat(ended.err()).contains("cannot listen on 127.0.0.1, port " + port);
    }
  }

  /** What a process that has ended left behind. */
  private record Ended(int exitCode, String out, String err) {}

  private static Ended run(String input, Stream<String> args) throws Exception {
    Process process = start(args.toArray(String[]::new));
    try (var in = process.getOutputStream()) {
      in.write(input.getBytes(StandardCharsets.UTF_8));
    }
    // Each command writes a few lines only: no pipe fills while the other is read.
    String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    String err = new String(process.getErrorStream().readAllBytes(), StandardCharsets.UTF_8);
    return new Ended(process.waitFor(), out, err);
  }

  private static Process start(String... args) throws IOException {
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-jar",
                "target/quarkus-app/quarkus-run.jar"));
    command.addAll(List.of(args));
    return new ProcessBuilder(command).start();
  }

  /** Reads the log up to the line with the address; the rest is read and dropped. */
  private static URI awaitListening(Process server) throws IOException {
    BufferedReader log =
        new BufferedReader(new InputStreamReader(server.getInputStream(), StandardCharsets.UTF_8));
    StringBuilder read = new StringBuilder();
    for (String line = log.readLine(); line != null; line = log.readLine()) {
      Matcher listening = LISTENING.matcher(line);
      if (listening.find()) {
        Thread rest = new Thread(() -> log.lines().forEach(dropped -> {}), "drop-log");
        rest.setDaemon(true);
        rest.start();
        return URI.create(listening.group(1));
      }
      read.append(line).append('\n');
    }
    throw new AssertionError("the server did not start:\n" + read);
  }
}
