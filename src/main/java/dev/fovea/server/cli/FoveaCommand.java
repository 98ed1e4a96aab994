package dev.fovea.server.cli;

import dev.fovea.server.ExitCode;
import dev.fovea.server.ModelLoadException;
import java.util.Locale;
import java.util.stream.Stream;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** The command {@code fovea}. */
@Command(
    name = "fovea",
    description = "Serves a GPT-style language model over HTTP, with its own attention kernels.",
    subcommands = {
      ServeCommand.class,
      GenerateCommand.class,
      InspectCommand.class,
      BenchCommand.class
    },
    mixinStandardHelpOptions = true,
    versionProvider = CommandVersion.class,
    synopsisSubcommandLabel = "[serve | generate | inspect | bench]",
    footer = {
      "",
      "Without a command: serve. Settings may also come from the environment:",
      "FOVEA_MAX_CONTEXT is --max-context.",
      "",
      "Exit codes: 0 done, 1 failed, 2 wrong command line, 3 the model cannot be",
      "served, 4 the address cannot be listened on, 70 the engine died, 71 it hung,",
      "72 its weight files were changed, 73 the Java heap is exhausted, 74 it was asked to",
      "end and something hung."
    })
public final class FoveaCommand {

  /** Runs what the arguments say; the exit code. */
  public static int run(String... args) {
    return run(commandLine(), args);
  }

  static int run(CommandLine commandLine, String... args) {
    return commandLine.execute(withDefaultCommand(commandLine, args));
  }

  static CommandLine commandLine() {
    return new CommandLine(new FoveaCommand())
        .setCaseInsensitiveEnumValuesAllowed(true)
        // A prompt may begin with an @: it names no file of more arguments.
        .setExpandAtFiles(false)
        .setParameterExceptionHandler(FoveaCommand::explainUsage)
        .setExecutionExceptionHandler(FoveaCommand::explainFailure);
  }

  /** {@code fovea --port 8000} means {@code fovea serve --port 8000}. */
  private static String[] withDefaultCommand(CommandLine commandLine, String... args) {
    boolean isNamed =
        args.length > 0
            && (commandLine.getSubcommands().containsKey(args[0])
                || Stream.of("-h", "--help", "-V", "--version").anyMatch(args[0]::equals));
    return isNamed
        ? args
        : Stream.concat(Stream.of("serve"), Stream.of(args)).toArray(String[]::new);
  }

  private static int explainUsage(CommandLine.ParameterException failure, String... args) {
    CommandLine command = failure.getCommandLine();
    command.getErr().printf(Locale.ROOT, "%s%n", failure.getMessage());
    command
        .getErr()
        .printf(Locale.ROOT, "Try '%s --help'.%n", command.getCommandSpec().qualifiedName());
    return ExitCode.USAGE.code();
  }

  private static int explainFailure(
      Exception failure, CommandLine command, CommandLine.ParseResult parsed) {
    if (failure instanceof ModelLoadException) {
      command.getErr().println(failure.getMessage());
      return ExitCode.MODEL_UNUSABLE.code();
    }
    String message = failure.getMessage();
    command.getErr().println(message == null ? failure.toString() : message);
    return ExitCode.FAILURE.code();
  }
}
