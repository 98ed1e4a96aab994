package dev.fovea.model;

import dev.fovea.kernel.Kernels;
import dev.fovea.kernel.Mark;
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
import java.util.Locale;

/**
 * Runs steps of a {@link DecoderModel}: {@code submit} enqueues a step and the copy of its tokens,
 * {@code await} waits for those alone, while the step after it runs. All steps use the same
 * activations, one after the other.
 */
final class ModelRunner implements StepRunner {
  private static final int MAX_IN_FLIGHT = 2;

  private final DecoderModel model;
  private final Kernels kernels;
  private final Limits limits;
  private final StepInputs inputs;

  /** Null where every step is enqueued operation by operation. */
  private final RecordedDecodes decodes;

  private final Output[] outputs = new Output[MAX_IN_FLIGHT];
  private final Deque<Pending> pending = new ArrayDeque<>(MAX_IN_FLIGHT);
  private final List<SampleRow> rows = new ArrayList<>();

  /** What the last submitted step draws, {@code [R] i32}. */
  private TensorView drawn;

  private long nextStep;
  private boolean isClosed;

  /** Of every second step: its tokens on their way back, and the mark behind them. */
  private record Output(Staging sampled, Mark arrived) {}

  private record Pending(Ticket ticket, Output output, int numTokens) {}

  /**
   * @param recordsDecodes whether steps that only generate are recorded, and padded for it
   */
  ModelRunner(DecoderModel model, Kernels kernels, Limits limits, boolean recordsDecodes) {
    this.model = model;
    this.kernels = kernels;
    this.limits = limits;
    this.inputs = new StepInputs(limits, kernels);
    this.decodes =
        recordsDecodes
            ? RecordedDecodes.record(model, inputs, kernels, limits.maxSequences())
            : null;
    for (int i = 0; i < MAX_IN_FLIGHT; i++) {
      Staging sampled = kernels.newStaging(sampledBytes(limits.maxSequences()));
      outputs[i] = new Output(sampled, kernels.newMark());
    }
    drawn = new TensorView(outputs[0].sampled().device(), 0, DType.I32, Shape.of(0));
  }

  /** Memory of the device for what goes into steps and comes out of them. */
  static long bytes(int maxTokens, int maxSequences, int maxContext) {
    return StepInputs.bytes(maxTokens, maxSequences, maxContext)
        + MAX_IN_FLIGHT * sampledBytes(maxSequences);
  }

  private static long sampledBytes(int maxSequences) {
    return (long) maxSequences * DType.I32.bytes();
  }

  @Override
  public Ticket submit(Batch batch) {
    if (pending.size() == MAX_IN_FLIGHT) {
      throw new IllegalStateException(
          String.format(
                  Locale.ROOT,
                  "submit: expected fewer than %d steps not yet awaited",
                  MAX_IN_FLIGHT)
              + ", got that many");
    }
    inputs.fill(batch, (int) drawn.shape().dim(0));
    TensorView logits = forward(batch);
    Output output = outputs[(int) (nextStep % MAX_IN_FLIGHT)];
    sample(batch, logits, output);
    Ticket ticket = new Ticket(nextStep++);
    pending.add(new Pending(ticket, output, rows.size()));
    return ticket;
  }

  /** Logits of every row that draws, and of padding behind them. */
  private TensorView forward(Batch batch) {
    if (decodes == null || !RecordedDecodes.fits(batch)) {
      inputs.send(drawn);
      return model.forward(inputs);
    }
    inputs.pad(decodes.paddedSize(batch.entries().size()));
    inputs.send(drawn);
    return decodes.forward();
  }

  private void sample(Batch batch, TensorView logits, Output output) {
    rows.clear();
    for (Batch.Entry entry : batch.entries()) {
      if (entry.draw() != null) {
        rows.add(sampleRow(entry.draw()));
      }
    }
    drawn = new TensorView(output.sampled().device(), 0, DType.I32, Shape.of(rows.size()));
    if (!rows.isEmpty()) {
      kernels.sample(logits.rows(rows.size()), rows, drawn);
      output.sampled().download(drawn.byteSize());
    }
    output.arrived().set();
  }

  /** Computes a batch without sampling: logits {@code [R, V] f32} of the given rows of the step. */
  TensorView logits(Batch batch, int[] rows) {
    kernels.synchronize();
    inputs.fill(batch, 0);
    inputs.selectRows(rows);
    inputs.send(drawn);
    return model.forward(inputs);
  }

  @Override
  public Tokens await(Ticket ticket) {
    Pending first = pending.peek();
    if (first == null || !first.ticket().equals(ticket)) {
      throw new IllegalStateException(
          String.format(
              Locale.ROOT,
              "await: expected the oldest step not yet awaited, %s, got %s",
              first == null ? "none" : first.ticket(),
              ticket));
    }
    first.output().arrived().await();
    pending.remove();
    return read(first);
  }

  private static Tokens read(Pending step) {
    int[] ids = new int[step.numTokens()];
    boolean[] valid = new boolean[step.numTokens()];
    step.output().sampled().host().bytes().asIntBuffer().get(ids);
    for (int i = 0; i < ids.length; i++) {
      valid[i] = ids[i] >= 0;
    }
    return new Tokens(ids, valid);
  }

  @Override
  public Limits limits() {
    return limits;
  }

  @Override
  public int maxInFlight() {
    return kernels.isAsynchronous() ? MAX_IN_FLIGHT : 1;
  }

  /**
   * Waits for steps under way and frees what they go through; the model is {@link LoadedModel}'s. A
   * second call does nothing: an engine closes its runner, and so does the model.
   */
  @Override
  public void close() {
    if (isClosed) {
      return;
    }
    isClosed = true;
    try {
      kernels.synchronize();
    } finally {
      pending.clear();
      if (decodes != null) {
        decodes.close();
      }
      inputs.close();
      for (Output output : outputs) {
        output.arrived().close();
        output.sampled().close();
      }
    }
  }

  private static SampleRow sampleRow(Draw draw) {
    SamplingParams params = draw.params();
    boolean isPlain = !params.penalties().areActive() && draw.banned().length == 0;
    if (params.temperature() == 0 && isPlain) {
      return SampleRow.GREEDY;
    }
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
