package dev.fovea.server.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fovea.binding.NativeLibrary;
import dev.fovea.text.Tokenizer;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

/** The commands that open no port, on the shipped model. */
class CommandLineTest {
  private static final String SHIPPED = "src/main/models/fovea-mini";

  @TempDir Path folder;

  /** What a command did. */
  private record Run(int exitCode, String out, String err) {}

  @Test
  void helpNamesTheCommandsAndTheExitCodes() {
    Run run = run("--help");
    assertThat(run.exitCode()).isZero();
    assertThat(run.out()).contains("serve", "generate", "inspect", "bench", "Exit codes");
  }

  @ParameterizedTest
  @ValueSource(strings = {"serve", "generate", "inspect", "bench"})
  void everyCommandExplainsItself(String command) {
    Run run = run(command, "--help");
    assertThat(run.exitCode()).isZero();
    assertThat(run.out()).contains("Usage: fovea " + command);
  }

  @Test
  void serveKnowsWhatAVllmUserTypes() {
    assertThat(run("serve", "--help").out())
        .contains("--host", "--port", "--model", "--served-model-name")
        .contains("--max-model-len", "--max-num-seqs", "--kv-memory", "--device", "--threads");
  }

  @Test
  void versionIsOneLine() {
    Run run = run("--version");
    assertThat(run.exitCode()).isZero();
    assertThat(run.out().lines()).hasSize(1).allMatch(line -> line.startsWith("fovea "));
  }

  @Test
  void aWrongOptionIsOneLineAndAHint() {
    for (String[] args :
        new String[][] {
          {"--nope"},
          {"serve", "--port", "many"},
          {"generate", "--device", "quantum"},
          {"generate", "-p", "a", "--file", "b"},
          {"bench"}
        }) {
      Run run = run(args);
      assertThat(run.exitCode()).as(String.join(" ", args)).isEqualTo(2);
      assertThat(run.err().lines()).hasSize(2);
      assertThat(run.err()).contains("--help");
      assertThat(run.out()).isEmpty();
    }
  }

  @Test
  void generateWritesTheTextAndNothingElse() {
    Run run =
        run(
            "generate",
            SHIPPED,
            "-p",
            "Once upon a time",
            "--max-tokens",
            "8",
            "--temperature",
            "0");
    assertThat(run.exitCode()).as(run.err()).isZero();
    assertThat(run.out().strip()).isNotEmpty();
    assertThat(run.out().lines()).hasSize(1);
    assertThat(run.err()).contains("5 prompt tokens", "mapping the weights");
    assertThat(
            run(
                    "generate",
                    SHIPPED,
                    "-p",
                    "Once upon a time",
                    "--max-tokens",
                    "8",
                    "--temperature",
                    "0",
                    "--device",
                    "reference")
                .out())
        .isEqualTo(run.out());
  }

  @Test
  void generateReadsAFileAndChats() throws IOException {
    Path prompt = Files.writeString(folder.resolve("prompt.txt"), "Hello!");
    Run run =
        run(
            "generate",
            SHIPPED,
            "--chat",
            "--file",
            prompt.toString(),
            "--temperature",
            "0",
            "--max-tokens",
            "60");
    assertThat(run.exitCode()).as(run.err()).isZero();
    assertThat(run.out()).contains("Fovea");
  }

  @Test
  void generateRefusesAPromptBeyondTheContextInOneLine() {
    Run run = run("generate", SHIPPED, "-p", "word ".repeat(200), "--max-context", "64");
    assertThat(run.exitCode()).isEqualTo(1);
    assertThat(run.err()).contains("maximum context length is 64 tokens");
  }

  @Test
  void inspectSaysWhatTheModelIs() throws IOException {
    Run run = run("inspect", SHIPPED, "--json", "--max-context", "2048");
    assertThat(run.exitCode()).as(run.out()).isZero();
    JsonNode report = new ObjectMapper().readTree(run.out());
    assertThat(report.get("family").asText()).isEqualTo("llama");
    assertThat(report.get("dtype").asText()).isEqualTo("bf16");
    assertThat(report.get("context").asInt()).isEqualTo(2048);
    assertThat(report.get("context_limit").asText()).isEqualTo("as fovea.max-context says");
    assertThat(report.get("kv_pages").asInt()).isEqualTo(16 * 2048 / 64);
    assertThat(report.get("sequences_of_2048").asInt()).isEqualTo(16);
    assertThat(report.get("chat_template").asBoolean()).isTrue();
    assertThat(report.get("weight_bytes").asLong())
        .isEqualTo(2 * report.get("parameters").asLong());
    assertThat(report.get("unsupported").asText()).isEqualTo("nothing");
    assertThat(run("inspect", SHIPPED).out()).contains("family").contains("kv bytes per token");
  }

  @Test
  void aChatTemplateThatCannotBeUsedIsSaidAndOneThatIsGivenTakesItsPlace() throws IOException {
    for (String file :
        List.of("config.json", "model.safetensors", "tokenizer.json", "tokenizer_config.json")) {
      Files.copy(Path.of(SHIPPED, file), folder.resolve(file));
    }
    Files.writeString(folder.resolve("chat_template.jinja"), "{% if %}");
    Run broken = run("inspect", folder.toString());
    assertThat(broken.exitCode()).as(broken.out()).isZero();
    assertThat(broken.out()).containsPattern("chat template +unusable: chat template: line 1: ");
    Path given = folder.resolve("given.jinja");
    Files.writeString(given, "{{ messages[0].content }}");
    Run replaced = run("inspect", folder.toString(), "--chat-template", given.toString());
    assertThat(replaced.out()).containsPattern("chat template +true");
    Files.writeString(given, "{{ ( }}");
    Run refused = run("generate", SHIPPED, "--chat-template", given.toString(), "-p", "x");
    assertThat(refused.exitCode()).isNotZero();
    assertThat(refused.err()).contains("given.jinja").doesNotContain("\tat ");
  }

  @Test
  void whatIsOddOrConvertedIsSaidBeforeLoading() throws IOException {
    for (String file : List.of("config.json", "model.safetensors", "tokenizer.json")) {
      Files.copy(Path.of(SHIPPED, file), folder.resolve(file));
    }
    Files.writeString(folder.resolve("generation_config.json"), "{\"top_p\": 0}");
    JsonNode report =
        new ObjectMapper()
            .readTree(run("inspect", folder.toString(), "--dtype", "half", "--json").out());
    assertThat(report.get("dtype").asText()).isEqualTo("f16");
    assertThat(report.get("conversion").asText()).contains("BF16 to F16");
    assertThat(report.at("/warnings/0").asText()).contains("top_p is left out");
    assertThat(report.get("weight_bytes_copied")).isEqualTo(report.get("weight_bytes"));
    Run run = run("generate", folder.toString(), "-p", "a", "--dtype", "fp32", "--max-tokens", "1");
    assertThat(run.exitCode()).as(run.err()).isZero();
    assertThat(run.err()).contains("top_p is left out").contains("BF16 to F32");
    assertThat(run("inspect", SHIPPED).out()).containsPattern("warnings +none");
  }

  /** As vLLM does: some checkpoints made for chat name their end of a turn only there. */
  @Test
  void theTokenizersEndTokenEndsAnAnswerToo() throws IOException {
    for (String file :
        List.of("config.json", "model.safetensors", "tokenizer.json", "tokenizer_config.json")) {
      Files.copy(Path.of(SHIPPED, file), folder.resolve(file));
    }
    Path config = folder.resolve("tokenizer_config.json");
    JsonNode tokenizer = new ObjectMapper().readTree(config.toFile());
    ((ObjectNode) tokenizer).put("eos_token", "a");
    Files.writeString(config, tokenizer.toString());
    Files.writeString(folder.resolve("generation_config.json"), "{\"eos_token_id\": [2, 999999]}");

    JsonNode report =
        new ObjectMapper().readTree(run("inspect", folder.toString(), "--json").out());

    List<Integer> ids = new ArrayList<>();
    report.get("end_tokens").forEach(id -> ids.add(id.asInt()));
    try (Tokenizer own = Tokenizer.load(folder)) {
      assertThat(ids).containsExactly(2, own.tokenId("a").getAsInt());
    }
  }

  @Test
  void inspectSaysWhatIsUnsupported() throws IOException {
    Files.writeString(folder.resolve("config.json"), "{\"model_type\":\"mamba\"}");
    Run run = run("inspect", folder.toString());
    assertThat(run.exitCode()).isEqualTo(1);
    assertThat(run.out()).containsPattern("unsupported .*mamba");
  }

  @Test
  void aMissingModelIsOneLine() {
    Run run = run("generate", "/no/such/model", "-p", "a");
    assertThat(run.exitCode()).isEqualTo(3);
    assertThat(run.err().lines()).hasSize(1);
    assertThat(run.err()).contains("/no/such/model", "does not exist");
  }

  @Test
  @EnabledIf(value = "isWithoutDevice", disabledReason = "there is a CUDA device")
  void cudaIsRefusedClearlyWhereThereIsNone() {
    Run run = run("generate", SHIPPED, "-p", "a", "--device", "cuda");
    assertThat(run.exitCode()).isEqualTo(3);
    assertThat(run.err()).contains("fovea.device: cuda cannot be used: ");
  }

  static boolean isWithoutDevice() {
    return NativeLibrary.cudaFailure().isPresent();
  }

  private static Run run(String... args) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    CommandLine commandLine =
        FoveaCommand.commandLine()
            .setOut(new PrintWriter(out, true))
            .setErr(new PrintWriter(err, true));
    int exitCode = FoveaCommand.run(commandLine, args);
    return new Run(exitCode, out.toString(), err.toString());
  }
}
