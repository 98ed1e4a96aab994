package dev.fovea.server.mutated;

import dev.fovea.engine.EngineObserver;
import dev.fovea.engine.GenerationListener;
import dev.fovea.engine.GenerationRequest;
import dev.fovea.engine.StopRules;
import dev.fovea.model.SamplingParams;
import dev.fovea.server.CheckpointSource;
import dev.fovea.server.FoveaConfig;
import dev.fovea.server.ModelLoadException;
import dev.fovea.server.ModelText;
import dev.fovea.server.Patience;
import dev.fovea.server.ServedModel;
import dev.fovea.server.TestSettings;
import dev.fovea.server.mutated.Mutations.Mutation;
import dev.fovea.server.mutated.Mutations.Verdict;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Serves one mutated directory after the other in a process of its own, which hostile files may
 * end. Says of each seed on standard output that it begins and how it ended: {@code ok}, or what
 * was wrong.
 */
final class MutatedModels {
  private static final int[] PROMPT = {5, 6, 7};
  private static final int TOKENS = 6;
  private static final ModelText.Bound BOUND =
      new ModelText.Bound(Integer.MAX_VALUE, Patience.endless());

  private final Path scratch;
  private final ModelFiles original;
  private final List<Integer> expected;

  private MutatedModels(Path scratch) throws IOException {
    this.scratch = scratch;
    original = ModelFiles.write(scratch.resolve("original"));
    expected = tokens(original.directory());
  }

  /**
   * @param args a folder, the first seed, one past the last
   */
  public static void main(String[] args) throws IOException {
    MutatedModels models = new MutatedModels(Path.of(args[0]));
    for (int seed = Integer.parseInt(args[1]); seed < Integer.parseInt(args[2]); seed++) {
      Mutation mutation = Mutations.ALL.get(seed % Mutations.ALL.size());
      System.out.println("begin " + seed + " " + mutation.what());
      System.out.println("end " + seed + " " + models.judge(seed, mutation));
    }
    System.out.println("done");
    Runtime.getRuntime().halt(0);
  }

  private String judge(int seed, Mutation mutation) throws IOException {
    ModelFiles files = original.copy(scratch.resolve("seed"));
    try {
      mutation.change().apply(files, new Random(seed));
      List<Integer> got = tokens(files.directory());
      return switch (mutation.verdict()) {
        case SAME -> got.equals(expected) ? "ok" : "expected tokens " + expected + ", got " + got;
        case REFUSED -> "expected to be refused, was served";
        case EITHER -> "ok";
      };
    } catch (ModelLoadException e) {
      return judge(mutation.verdict(), e.getMessage());
    } catch (RuntimeException | Error e) {
      return "expected a ModelLoadException, got " + e + " at " + e.getStackTrace()[0];
    } finally {
      delete(files.directory());
    }
  }

  private static String judge(Verdict verdict, String refusal) {
    if (verdict == Verdict.SAME) {
      return "expected to be served, was refused: " + refusal;
    }
    boolean isOneLine = refusal != null && refusal.lines().count() == 1 && refusal.length() < 1100;
    return isOneLine ? "ok" : "expected a refusal of one line, got: " + refusal;
  }

  private static List<Integer> tokens(Path directory) {
    FoveaConfig config =
        TestSettings.of(
            Map.of(
                "fovea.model", directory.toString(),
                "fovea.cpu.threads", "1",
                "fovea.kv-memory", "4M",
                "fovea.max-sequences", "2"));
    CheckpointSource.check(config);
    try (ServedModel model =
        new CheckpointSource().load(config, EngineObserver.NONE, (step, done) -> {})) {
      model.text().decode(model.text().encode("w5 w6 w7", true, BOUND));
      Collector collector = new Collector();
      int room = Math.min(TOKENS, model.facts().maxContext() - PROMPT.length);
      if (room < 1 || IntStream.of(PROMPT).anyMatch(id -> id >= model.facts().vocabulary())) {
        return List.of();
      }
      model
          .engine()
          .submit(
              new GenerationRequest(
                  PROMPT, SamplingParams.GREEDY, new StopRules(room, 0, new int[0])),
              collector);
      if (collector.end.join() instanceof GenerationListener.Ending.Failed failed) {
        throw new ModelLoadException("the generation failed: " + failed.message());
      }
      return collector.ids;
    }
  }

  private static void delete(Path directory) throws IOException {
    try (Stream<Path> files = Files.walk(directory)) {
      files
          .sorted(Comparator.reverseOrder())
          .forEach(
              file -> {
                try {
                  Files.delete(file);
                } catch (IOException e) {
                  throw new UncheckedIOException(e);
                }
              });
    }
  }

  private static final class Collector implements GenerationListener {
    private final List<Integer> ids = new ArrayList<>();
    private final CompletableFuture<Ending> end = new CompletableFuture<>();

    @Override
    public void onTokens(int[] more) {
      IntStream.of(more).forEach(ids::add);
    }

    @Override
    public void onEnd(Ending ending) {
      end.complete(ending);
    }
  }
}
