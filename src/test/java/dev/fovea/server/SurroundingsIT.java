package dev.fovea.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.fovea.binding.NativeLibrary;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The packaged program in places that are not like a developer's machine. */
class SurroundingsIT {
  @TempDir private Path folder;

  /** {@link PackagedServer#command} runs everything in such a locale. */
  @Test
  void numbersHaveDigitsThatMachinesRead() throws Exception {
    try (PackagedServer server = PackagedServer.listening()) {
      Http http = server.awaitReady();
      Http.Answer refused =
          http.post(Http.COMPLETIONS, "{\"prompt\":\"Once\",\"max_tokens\":99999999}");
      assertThat(refused.json().at("/error/message").asText()).matches(".*[0-9]+ tokens.*");
      assertThat(http.get("/metrics").text()).isASCII();
      assertThat(http.get("/version").text()).isASCII();

      Path report = folder.resolve("report.json");
      Path page = folder.resolve("report.html");
      Ended bench =
          run(
              PackagedServer.command(
                  "bench",
                  "serve",
                  server.base().toString(),
                  "--requests",
                  "2",
                  "--prompt-tokens",
                  "2",
                  "--output-tokens",
                  "2",
                  "--json",
                  report.toString(),
                  "--html",
                  page.toString()));
      assertThat(bench.exitCode()).as(bench.err()).isZero();
      assertThat(bench.out()).isASCII();
      assertThat(new ObjectMapper().readTree(report.toFile()).at("/requests/completed").asInt())
          .isEqualTo(2);
      assertThat(Files.readString(page)).doesNotContainPattern("[\\p{Nd}&&[^0-9]]");
    }
  }

  @Test
  void namesAreUtf8WhereNoLocaleIsSet() throws Exception {
    Path model = shipped("модель");
    ProcessBuilder command = PackagedServer.command("inspect", model.toString());
    command.environment().keySet().removeIf(name -> name.matches("LC_.*|LANG"));

    Ended ended = run(command);
    if (NativeLibrary.cpuFailure().isPresent()) {
      assertThat(ended.err()).contains("LC_ALL=C.UTF-8");
    } else {
      assertThat(ended.exitCode()).as(ended.err()).isZero();
      assertThat(ended.out()).contains(model.toString());
    }
  }

  @Test
  void aFolderForNativeLibrariesThatCannotBeIsOneLine() throws Exception {
    ProcessBuilder command = PackagedServer.command("generate", "--prompt", "Once");
    command.environment().put("FOVEA_CACHE", "/dev/null/cache");
    Ended ended = run(command);
    assertThat(ended.exitCode()).isEqualTo(ExitCode.FAILURE.code());
    assertThat(ended.out()).isEmpty();
    assertThat(ended.err().lines()).hasSize(1);
    assertThat(ended.err()).contains("FOVEA_CACHE", "/dev/null/cache");
  }

  /** The shipped model under another name. */
  private Path shipped(String name) throws IOException {
    Path copy = Files.createDirectory(folder.resolve(name));
    try (Stream<Path> files = Files.list(Path.of("src/main/models/fovea-mini"))) {
      for (Path file : files.toList()) {
        Files.copy(file, copy.resolve(file.getFileName()));
      }
    }
    return copy;
  }

  private static Ended run(ProcessBuilder command) throws Exception {
    return Ended.of(command, "");
  }
}
