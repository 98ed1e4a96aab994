package dev.fovea.server.cli;

import dev.fovea.engine.EngineObserver;
import dev.fovea.engine.GenerationListener;
import dev.fovea.engine.GenerationRequest;
import dev.fovea.server.Backend;
import dev.fovea.server.CheckpointSource;
import dev.fovea.server.ExitCode;
import dev.fovea.server.ModelText;
import dev.fovea.server.Patience;
import dev.fovea.server.ServedModel;
import dev.fovea.server.answer.AnswerChoices;
import dev.fovea.server.answer.GenerationGroup;
import dev.fovea.server.http.ApiException;
import dev.fovea.server.openai.GenerationPlan;
import dev.fovea.server.request.ChatPrompt;
import dev.fovea.server.request.GenerationOptions;
import dev.fovea.text.OutputText;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Prompt in, text out. */
@Command(
    name = "generate",
    description = "Continues a prompt, or answers it with --chat; opens no port.",
    mixinStandardHelpOptions = true)
final class GenerateCommand implements Callable<Integer> {
  @Mixin private ModelOptions model = new ModelOptions();
  @Mixin private SamplingOptions sampling = new SamplingOptions();
  @Spec private CommandSpec spec;

  @Option(
      names = {"-p", "--prompt"},
      paramLabel = "TEXT",
      description = "The prompt; standard input if neither it nor --file is given.")
  private String prompt;

  @Option(names = "--file", paramLabel = "FILE", description = "Take the prompt from a file.")
  private Path file;

  @Option(names = "--chat", description = "The prompt is a user's message.")
  private boolean chat;

  @Override
  public Integer call() throws IOException {
    if (prompt != null && file != null) {
      throw new ParameterException(
          spec.commandLine(), "--prompt and --file: expected one, got both");
    }
    String text = readPrompt();
    PrintWriter err = spec.commandLine().getErr();
    ProgressLine progress = new ProgressLine(err);
    try (ServedModel served =
        new CheckpointSource()
            .load(Settings.with(model.properties()), EngineObserver.NONE, progress)) {
      progress.end(served.facts().id() + " on " + Backend.describe(served.facts().kernels()));
      return generate(served, text);
    }
  }

  private int generate(ServedModel served, String text) {
    PrintWriter out = spec.commandLine().getOut();
    PrintWriter err = spec.commandLine().getErr();
    GenerationOptions options = sampling.options();
    TerminalAnswer answer = new TerminalAnswer(out);
    try {
      ModelText.Bound bound = new ModelText.Bound(served.facts().maxContext(), Patience.endless());
      int[] ids =
          chat
              ? served.text().encodeChat(ChatPrompt.ofUser(text), bound)
              : served.text().encode(text, true, bound);
      GenerationRequest request =
          GenerationPlan.of(served, ids, options, GenerationPlan.DefaultLength.OPEN);
      GenerationGroup generations = new GenerationGroup();
      AnswerChoices choices =
          new AnswerChoices(
              answer, new AnswerChoices.Request(ids.length, 1, Set.of(), generations));
      GenerationListener only = choices.add(output(served.text(), ids, options), answer::tokens);
      generations.attach(List.of(served.engine().submit(request, only)));
    } catch (ApiException | IllegalArgumentException e) {
      err.println(e.getMessage());
      return ExitCode.FAILURE.code();
    }
    TerminalAnswer.Summary summary = answer.await();
    err.println(summary.words());
    return summary.failed() ? ExitCode.FAILURE.code() : ExitCode.OK.code();
  }

  private OutputText output(ModelText text, int[] prompt, GenerationOptions options) {
    return chat ? text.newAnswer(options.ending()) : text.newContinuation(prompt, options.ending());
  }

  private String readPrompt() throws IOException {
    if (prompt != null) {
      return prompt;
    }
    return file != null
        ? Files.readString(file)
        : withoutLineEnd(new String(System.in.readAllBytes(), StandardCharsets.UTF_8));
  }

  /** The line end is the shell's, not the prompt's: {@code echo} and Enter add it. */
  private static String withoutLineEnd(String text) {
    return text.replaceFirst("\\r?\\n\\z", "");
  }
}
