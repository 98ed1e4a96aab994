package dev.fovea.engine;

import dev.fovea.engine.GenerationListener.FinishReason;
import dev.fovea.model.Draw;
import dev.fovea.model.SamplingParams;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A language model that is a hash: each token follows from all tokens before it and from the draw,
 * so an output is right only if every token was computed once, in its place, for its own sequence.
 *
 * @param vocabulary ids are below it
 */
public record FakeModel(int vocabulary) {
  private static final int[] NO_IDS = {};

  /** State before the first token. */
  public static final long EMPTY = 0x5DEECE66DL;

  /**
   * An output computed without pages, batches or threads: what an engine must give.
   *
   * @param ids stop token excluded
   * @param stopToken that ended it, or null
   */
  public record Output(int[] ids, FinishReason reason, Integer stopToken) {}

  /** State after one more token. */
  public static long extend(long state, int token) {
    return mix(state ^ mix(token + 1L));
  }

  /** The token that follows a state. */
  public int next(long state, Draw draw) {
    long bits = state;
    if (draw.params().temperature() > 0) {
      bits ^= mix(draw.params().seed() + mix(draw.choice() * 31L + draw.position()));
    }
    for (int i = 0; i < draw.seen().numIds(); i++) {
      // A sum, because the order in which ids were seen means nothing.
      bits += mix(draw.seen().ids()[i] * 1_000_003L + draw.seen().counts()[i]);
    }
    int id = (int) Math.floorMod(mix(bits), (long) vocabulary);
    while (contains(draw.banned(), id)) {
      id = (id + 1) % vocabulary;
    }
    return id;
  }

  /** The whole first output of a request. */
  public Output complete(GenerationRequest request, int maxContext) {
    return complete(request, 0, maxContext);
  }

  /** The whole of one of a request's outputs. */
  public Output complete(GenerationRequest request, int choice, int maxContext) {
    int numPrompt = request.prompt().length;
    int[] ids = Arrays.copyOf(request.prompt(), maxContext);
    Map<Integer, Integer> seen = new LinkedHashMap<>();
    long state = EMPTY;
    for (int i = 0; i < numPrompt; i++) {
      state = extend(state, ids[i]);
      seen.put(ids[i], 0);
    }
    StopRules stop = request.stop();
    int length = numPrompt;
    while (length < maxContext && length - numPrompt < stop.maxTokens()) {
      int position = length - numPrompt;
      int[] banned = position < stop.minTokens() ? stop.stopTokenIds() : NO_IDS;
      Draw draw = new Draw(request.sampling(), choice, position, view(request, seen), banned);
      int id = next(state, draw);
      if (contains(stop.stopTokenIds(), id)) {
        return new Output(Arrays.copyOfRange(ids, numPrompt, length), FinishReason.STOP, id);
      }
      ids[length++] = id;
      seen.merge(id, 1, Integer::sum);
      state = extend(state, id);
    }
    return new Output(Arrays.copyOfRange(ids, numPrompt, length), FinishReason.LENGTH, null);
  }

  private static Draw.Seen view(GenerationRequest request, Map<Integer, Integer> seen) {
    SamplingParams.Penalties penalties = request.sampling().penalties();
    if (penalties.equals(SamplingParams.Penalties.NONE)) {
      return Draw.Seen.NONE;
    }
    int[] ids = seen.keySet().stream().mapToInt(Integer::intValue).toArray();
    int[] counts = seen.values().stream().mapToInt(Integer::intValue).toArray();
    return new Draw.Seen(ids, counts, ids.length);
  }

  private static boolean contains(int[] ids, int id) {
    return Arrays.stream(ids).anyMatch(each -> each == id);
  }

  /** The finalizer of splitmix64 (Steele, Lea, Flood 2014). */
  private static long mix(long bits) {
    long mixed = bits + 0x9E3779B97F4A7C15L;
    mixed = (mixed ^ mixed >>> 30) * 0xBF58476D1CE4E5B9L;
    mixed = (mixed ^ mixed >>> 27) * 0x94D049BB133111EBL;
    return mixed ^ mixed >>> 31;
  }
}
