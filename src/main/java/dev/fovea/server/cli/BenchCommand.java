package dev.fovea.server.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import dev.fovea.kernel.CpuKernels;
import dev.fovea.kernel.CudaKernels;
import dev.fovea.kernel.Isa;
import dev.fovea.kernel.NativeKernels;
import dev.fovea.server.ExitCode;
import dev.fovea.server.bench.AttentionBench;
import dev.fovea.server.bench.KernelFigure;
import dev.fovea.server.bench.LinearBench;
import dev.fovea.server.bench.ModelBench;
import dev.fovea.server.bench.Peers;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Measures kernels and whole models between the machine's own ceilings, and servers. */
@Command(
    name = "bench",
    description = {
      "Measures kernels, whole models and servers; opens no port.",
      "Each row of a kernel or model stands beside the ceiling of the same moment; one",
      "whose ceilings drifted by more than a tenth is void."
    },
    subcommands = {BenchServeCommand.class, BenchPlotCommand.class},
    mixinStandardHelpOptions = true)
final class BenchCommand {
  private static final long MIB = 1L << 20;

  @Spec private CommandSpec spec;

  /** What has kernels of its own to measure. */
  enum Device {
    CPU,
    CUDA
  }

  @Option(
      names = "--device",
      defaultValue = "CPU",
      description = "What computes: ${COMPLETION-CANDIDATES}.")
  private Device device;

  @Option(
      names = "--cpu-isa",
      defaultValue = "AUTO",
      description = "Instruction set: ${COMPLETION-CANDIDATES}.")
  private Isa isa;

  @Option(names = "--threads", defaultValue = "0", description = "Threads; 0: one a core.")
  private int threads;

  @Option(
      names = "--rotate-mib",
      defaultValue = "2048",
      description = "Memory that a kernel's inputs rotate over, well above the caches.")
  private long rotateMib;

  @Option(names = "--json", description = "Answer in JSON.")
  private boolean json;

  @Command(description = "Prefill and decode attention.", mixinStandardHelpOptions = true)
  int attention(
      @Option(
              names = "--peers",
              paramLabel = "FILE",
              description = "What peers reached here: JSON of src/test/python/peers/attention.py.")
          Path peersFile)
      throws IOException {
    Peers peers = peersFile == null ? Peers.none() : Peers.read(peersFile);
    List<AttentionBench.Case> cases =
        device == Device.CUDA ? AttentionBench.large() : AttentionBench.small();
    return print(
        kernels -> {
          AttentionBench bench = new AttentionBench(kernels, rotateMib * MIB, peers);
          return cases.stream().map(bench::measure).toList();
        });
  }

  @Command(description = "Matrix products.", mixinStandardHelpOptions = true)
  int linear() throws JsonProcessingException {
    return print(
        kernels -> {
          LinearBench bench = new LinearBench(kernels, rotateMib * MIB);
          return LinearBench.standard().stream().map(bench::measure).toList();
        });
  }

  @Command(description = "Prefill and decode of a whole model.", mixinStandardHelpOptions = true)
  int model(
      @Parameters(paramLabel = "MODEL", description = "Directory of a checkpoint.") Path directory)
      throws JsonProcessingException {
    List<ModelBench.Case> cases = device == Device.CUDA ? ModelBench.large() : ModelBench.small();
    return print(
        kernels -> {
          ModelBench bench = new ModelBench(kernels, directory);
          return cases.stream().map(bench::measure).toList();
        });
  }

  private int print(Function<NativeKernels, List<KernelFigure>> measure)
      throws JsonProcessingException {
    PrintWriter out = spec.commandLine().getOut();
    List<KernelFigure> figures;
    try (NativeKernels kernels = open()) {
      figures = measure.apply(kernels);
    }
    if (json) {
      ObjectMapper mapper = new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);
      out.println(mapper.writeValueAsString(figures));
    } else {
      figures.forEach(figure -> out.println(row(figure)));
    }
    return ExitCode.OK.code();
  }

  private NativeKernels open() {
    return switch (device) {
      case CPU -> CpuKernels.open(threads, isa);
      case CUDA -> CudaKernels.open(0);
    };
  }

  private static String row(KernelFigure figure) {
    StringBuilder peers = new StringBuilder();
    figure
        .peers()
        .forEach((name, rate) -> peers.append(String.format(Locale.ROOT, " %s %.1f", name, rate)));
    return String.format(
        Locale.ROOT,
        "%-18s %-64s %9.3f ms %8.1f of %6.1f %-8s %5.1f %%%s%s  [%s, %d threads]",
        figure.name(),
        figure.shape(),
        figure.medianSeconds() * 1e3,
        figure.rate(),
        figure.ceiling(),
        figure.unit(),
        figure.ratio() * 100,
        figure.isVoid() ? " void" : "",
        peers,
        figure.kernel(),
        figure.ran().threads());
  }
}
