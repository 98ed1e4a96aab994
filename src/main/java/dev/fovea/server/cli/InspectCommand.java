package dev.fovea.server.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import dev.fovea.model.MemoryPlan;
import dev.fovea.model.ModelConfig;
import dev.fovea.model.ModelLoader;
import dev.fovea.server.ExitCode;
import dev.fovea.server.FoveaConfig;
import dev.fovea.server.GenerationDefaults;
import dev.fovea.server.MemoryBudget;
import dev.fovea.server.MemoryReport;
import dev.fovea.server.ModelDirectory;
import dev.fovea.server.ModelLoadException;
import dev.fovea.server.ModelText;
import dev.fovea.text.ChatTemplateException;
import dev.fovea.text.TokenizerException;
import dev.fovea.weights.CheckpointException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.IntStream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Says what a checkpoint is, from its headers alone. */
@Command(
    name = "inspect",
    description = {
      "Says what a checkpoint is, what memory it takes and what is unsupported in it;",
      "opens no port. Exit code 1 if it cannot be served."
    },
    mixinStandardHelpOptions = true)
final class InspectCommand implements Callable<Integer> {
  private static final String NEXT_LINE = "\n" + " ".repeat(21);

  @Mixin private ModelOptions model = new ModelOptions();
  @Spec private CommandSpec spec;

  @Option(names = "--json", description = "Answer in JSON.")
  private boolean json;

  @Override
  public Integer call() throws JsonProcessingException {
    Map<String, Object> report = new LinkedHashMap<>();
    ExitCode exitCode = ExitCode.OK;
    try {
      inspect(Settings.with(model.properties()), report);
      report.put("unsupported", "nothing");
    } catch (ModelLoadException
        | CheckpointException
        | TokenizerException
        | ChatTemplateException
        | IllegalArgumentException e) {
      report.put("unsupported", e.getMessage());
      exitCode = ExitCode.FAILURE;
    }
    print(report);
    return exitCode.code();
  }

  /** Fills the report as far as the checkpoint can be read. */
  private static void inspect(FoveaConfig config, Map<String, Object> report) {
    Path directory = ModelDirectory.of(config);
    report.put("directory", directory.toString());
    ModelLoader.Inspection inspection = ModelLoader.inspect(directory, config.dtype().wanted());
    describe(inspection, report);
    try (ModelText text = ModelText.load(directory, config.chatTemplate().map(Path::of))) {
      report.put("tokens", text.vocabularySize());
      report.put(
          "chat_template",
          text.chatTemplateTrouble()
              .<Object>map(trouble -> "unusable: " + trouble)
              .orElse(text.hasChatTemplate()));
      report.put(
          "end_tokens",
          IntStream.of(
                  GenerationDefaults.of(inspection.generation(), inspection.config(), text.eosId())
                      .eosIds())
              .boxed()
              .toList());
    }
    MemoryBudget budget = MemoryBudget.of(config, inspection, MemoryBudget.Owner.host());
    MemoryPlan plan = budget.plan();
    MemoryReport memory = new MemoryReport(budget, inspection);
    report.put("context", plan.maxContext());
    report.put("context_limit", memory.contextLimit());
    report.put("sequences_of_context", memory.sequencesOf(plan.maxContext()));
    report.put(
        "sequences_of_" + MemoryReport.EXAMPLE_TOKENS,
        memory.sequencesOf(MemoryReport.EXAMPLE_TOKENS));
    report.put("weight_bytes", plan.weightBytes());
    report.put("weight_bytes_copied", inspection.weights().copiedBytes());
    report.put("workspace_bytes", plan.workspaceBytes());
    report.put("kv_bytes", plan.kvBytes());
    report.put("kv_pages", plan.numPages());
    report.put("kv_bytes_per_token", plan.kvBytesPerToken());
    report.put("total_bytes", plan.totalBytes());
  }

  private static void describe(ModelLoader.Inspection inspection, Map<String, Object> report) {
    ModelConfig config = inspection.config();
    report.put("family", config.family().name().toLowerCase(Locale.ROOT));
    ModelLoader.Weights weights = inspection.weights();
    report.put("dtype", weights.dtype().toString().toLowerCase(Locale.ROOT));
    report.put("parameters", weights.parameters());
    report.put("tensors", weights.numTensors());
    report.put("layers", config.sizes().layers());
    report.put("hidden", config.sizes().hidden());
    report.put("feed_forward", config.sizes().feedForward());
    report.put("query_heads", config.attention().heads().query());
    report.put("kv_heads", config.attention().heads().kv());
    report.put("head_dim", config.attention().heads().dim());
    report.put("vocabulary", config.sizes().vocabulary());
    report.put("max_positions", config.sizes().maxPositions());
    report.put("sliding_window", maxWindow(config));
    report.put("rope", config.rope() != null);
    report.put("tied_embeddings", config.block().tiedEmbeddings());
    report.put("conversion", inspection.conversion().orElse("none"));
    report.put("warnings", inspection.warnings());
  }

  /** The window of the layers that have one, or 0. */
  private static int maxWindow(ModelConfig config) {
    return config.attention().masks().stream().mapToInt(mask -> mask.window()).max().orElse(0);
  }

  private void print(Map<String, Object> report) throws JsonProcessingException {
    PrintWriter out = spec.commandLine().getOut();
    if (json) {
      out.println(
          new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT).writeValueAsString(report));
    } else {
      report.forEach(
          (name, value) ->
              out.printf(Locale.ROOT, "%-20s %s%n", name.replace('_', ' '), show(value)));
    }
  }

  private static Object show(Object value) {
    if (value instanceof List<?> list && list.stream().allMatch(String.class::isInstance)) {
      return list.isEmpty()
          ? "none"
          : String.join(NEXT_LINE, list.stream().map(Object::toString).toList());
    }
    return value instanceof Long || value instanceof Integer
        ? String.format(Locale.ROOT, "%,d", value)
        : value;
  }
}
