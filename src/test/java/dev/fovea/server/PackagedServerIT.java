package dev.fovea.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What {@code package} made, run as a user runs it. */
class PackagedServerIT {
  private static final String STORY = "Once upon a time";
  private static final String STORY_250 =
      "{\"prompt\":\"%s\",\"max_tokens\":250,\"ignore_eos\":true,\"stream\":true}".formatted(STORY);

  @Test
  void servesTheShippedModelAndFinishesBeforeItGoes() throws Exception {
    try (PackagedServer server = PackagedServer.listening()) {
      Http http = server.awaitReady();
      Http.Answer answer =
          http.post(
              Http.CHAT,
              "{\"messages\":[{\"role\":\"user\",\"content\":\"Who are you?\"}],\"temperature\":0}");
      assertThat(answer.json().at("/choices/0/message/content").asText()).contains("Fovea");

      try (RawConnection stream =
          RawConnection.posting(server.base(), Http.COMPLETIONS, STORY_250)) {
        assertThat(stream.readUntil("data: {")).startsWith("HTTP/1.1 200 ");
        server.terminate();
        assertThat(stream.readUntil("data: [DONE]")).doesNotContain("event: error");
      }
      assertThat(server.awaitExit()).isZero();
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

  private static Ended run(String input, Stream<String> args) throws Exception {
    return Ended.of(PackagedServer.command(args.toArray(String[]::new)), input);
  }
}
