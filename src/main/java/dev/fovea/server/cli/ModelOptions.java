package dev.fovea.server.cli;

import dev.fovea.kernel.Isa;
import dev.fovea.server.FoveaConfig;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Which model, and what it may use; the names a vLLM user types first. */
final class ModelOptions {
  @Parameters(
      arity = "0..1",
      paramLabel = "MODEL",
      description = "Directory of a Hugging Face checkpoint; the shipped model if absent.")
  private String positionalModel;

  @Option(names = "--model", paramLabel = "DIR", description = "The same as MODEL.")
  private String model;

  @Option(
      names = "--served-model-name",
      paramLabel = "NAME",
      split = ",",
      description = "Names clients call the model by.")
  private List<String> servedModelName;

  @Option(
      names = "--chat-template",
      paramLabel = "FILE",
      description = "A Jinja template for chat in place of the checkpoint's.")
  private String chatTemplate;

  @Option(names = "--device", description = "What computes: ${COMPLETION-CANDIDATES}.")
  private FoveaConfig.Device device;

  @Option(
      names = "--dtype",
      paramLabel = "TYPE",
      description =
          "What weights are computed in, converted at load if stored in another: auto (what most of"
              + " them have), bf16, fp16 or fp32.")
  private FoveaConfig.WeightType dtype;

  @Option(
      names = "--cpu-isa",
      description = "Instruction set of the CPU kernels: ${COMPLETION-CANDIDATES}.")
  private Isa isa;

  @Option(names = "--threads", paramLabel = "N", description = "Threads that compute.")
  private Integer threads;

  @Option(
      names = {"--max-context", "--max-model-len"},
      paramLabel = "TOKENS",
      description = "Longest sequence, prompt and output together.")
  private Integer maxContext;

  @Option(
      names = {"--max-sequences", "--max-num-seqs"},
      paramLabel = "N",
      description = "Sequences computed at a time.")
  private Integer maxSequences;

  @Option(
      names = "--kv-memory",
      paramLabel = "SIZE",
      description = "Memory for keys and values, as 2G or 512M.")
  private String kvMemory;

  @Option(
      names = {"--memory-fraction", "--gpu-memory-utilization"},
      paramLabel = "SHARE",
      description = "Share of a GPU's memory that may be in use; 0.9 unless given.")
  private Double memoryFraction;

  /** What was given, as configuration properties. */
  Map<String, String> properties() {
    Map<String, String> given = new LinkedHashMap<>();
    put(given, "fovea.model", model != null ? model : positionalModel);
    put(given, "fovea.served-model-name", join(servedModelName));
    put(given, "fovea.chat-template", chatTemplate);
    put(given, "fovea.device", device);
    put(given, "fovea.dtype", dtype);
    put(given, "fovea.cpu.isa", isa);
    put(given, "fovea.cpu.threads", threads);
    put(given, "fovea.max-context", maxContext);
    put(given, "fovea.max-sequences", maxSequences);
    put(given, "fovea.kv-memory", kvMemory);
    put(given, "fovea.memory-fraction", memoryFraction);
    return given;
  }

  /** Commas and backslashes in a name are no separators of names. */
  private static String join(List<String> names) {
    return names == null
        ? null
        : names.stream()
            .map(name -> name.replace("\\", "\\\\").replace(",", "\\,"))
            .collect(Collectors.joining(","));
  }

  /**
   * A key of what was given; null was not. What a user types is meant as it stands: a dollar begins
   * no expression of the configuration's.
   */
  static void put(Map<String, String> given, String key, Object value) {
    if (value != null) {
      given.put(key, value.toString().replace("$", "\\$"));
    }
  }
}
