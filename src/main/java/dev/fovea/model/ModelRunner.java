package dev.fovea.model;

import dev.fovea.kernel.Kernels;
import dev.fovea.kernel.SampleRow;
import dev.fovea.kernel.Staging;
import dev.fovea.tensor.DType;
import dev.fovea.tensor.Shape;
import dev.fovea.tensor.TensorView;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;

/**
 * Runs steps of a {@link DecoderModel}. {@code submit} enqueues a step and the copy of its tokens,
 * {@code await} waits for them; there is one set of inputs, so that a step waits for the one before
 * to be done with them.
 */
final class ModelRunner implements StepRunner {
  private final DecoderModel model;
  private final Kernels kernels;
  private final Limits limits;
  private final StepInputs inputs;
  private final Staging sampled;
  private final Deque<Finished> finished = new ArrayDeque<>();
  private Pending pending;
  private long nextStep;

  private record Pending(Ticket ticket, int numTokens) {}

  private record Finished(Ticket ticket, Tokens tokens) {}

  ModelRunner(DecoderModel model, Kernels kernels, Limits limits) {
    this.model = model;
    this.kernels = kernels;
    this.limits = limits;
    this.inputs = new StepInputs(limits, kernels);
    this.sampled = kernels.newStaging(sampledBytes(limits.maxSequences()));
  }

  /** Memory of the device for a step's inputs and its tokens. */
  static long bytes(int maxTokens, int maxSequences, int maxContext) {
    return StepInputs.bytes(maxTokens, maxSequences, maxContext) + sampledBytes(maxSequences);
  }

  private static long sampledBytes(int maxSequences) {
    return (long) maxSequences * DType.I32.bytes();
  }

  @Override
  public Ticket submit(Batch batch) {
    finishPending();
    inputs.fill(batch);
    TensorView logits = model.forward(inputs);
    List<SampleRow> rows = sampleRows(batch);
    if (!rows.isEmpty()) {
      TensorView tokens = new TensorView(sampled.device(), 0, DType.I32, Shape.of(rows.size()));
      kernels.sample(logits, rows, tokens);
      sampled.download(tokens.byteSize());
    }
    pending = new Pending(new Ticket(nextStep++), rows.size());
    return pending.ticket();
  }

  private void finishPending() {
    if (pending != null) {
      kernels.synchronize();
      finished.add(new Finished(pending.ticket(), read(pending.numTokens())));
      pending = null;
    }
  }

  /** Computes a batch without sampling: logits {@code [R, V] f32} of the given rows of the step. */
  TensorView logits(Batch batch, int[] rows) {
    finishPending();
    inputs.fill(batch);
    kernels.synchronize();
    inputs.selectRows(rows);
    return model.forward(inputs);
  }

  @Override
  public Tokens await(Ticket ticket) {
    if (finished.isEmpty()) {
      finishPending();
    }
    Finished first = finished.peek();
    if (first == null || !first.ticket().equals(ticket)) {
      throw new IllegalStateException(
          "await: expected the oldest step not yet awaited, %s, got %s"
              .formatted(first == null ? "none" : first.ticket(), ticket));
    }
    return finished.remove().tokens();
  }

  @Override
  public Limits limits() {
    return limits;
  }

  /** Inputs are one set. */
  @Override
  public int maxInFlight() {
    return 1;
  }

  /** Frees what steps go through; the model's memory is {@link LoadedModel}'s. */
  @Override
  public void close() {
    pending = null;
    finished.clear();
    inputs.close();
    sampled.close();
  }

  private Tokens read(int numTokens) {
    int[] drawn = new int[numTokens];
    boolean[] valid = new boolean[numTokens];
    sampled.host().bytes().asIntBuffer().get(drawn);
    for (int i = 0; i < drawn.length; i++) {
      valid[i] = drawn[i] >= 0;
    }
    return new Tokens(drawn, valid);
  }

  private static List<SampleRow> sampleRows(Batch batch) {
    List<SampleRow> rows = new ArrayList<>();
    for (Batch.Entry entry : batch.entries()) {
      if (entry.draw() != null) {
        rows.add(sampleRow(entry.draw()));
      }
    }
    return rows;
  }

  private static SampleRow sampleRow(Draw draw) {
    SamplingParams params = draw.params();
    return new SampleRow(
        params.temperature(),
        new SampleRow.Filters(params.topK(), params.topP(), params.minP()),
        penalties(params.penalties(), draw.seen()),
        new SampleRow.Noise(params.seed(), draw.choice(), draw.position()),
        draw.banned());
  }

  private static SampleRow.Penalties penalties(SamplingParams.Penalties asked, Draw.Seen seen) {
    if (!asked.areActive()) {
      return SampleRow.Penalties.NONE;
    }
    return new SampleRow.Penalties(
        asked.repetition(),
        asked.presence(),
        asked.frequency(),
        Arrays.copyOf(seen.ids(), seen.numIds()),
        Arrays.copyOf(seen.counts(), seen.numIds()));
  }
}
