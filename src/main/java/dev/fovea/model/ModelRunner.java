package dev.fovea.model;

import dev.fovea.kernel.Kernels;
import dev.fovea.kernel.SampleRow;
import dev.fovea.tensor.DType;
import dev.fovea.tensor.TensorView;
import java.nio.IntBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;

/**
 * Runs steps of a {@link DecoderModel} on a backend that computes in the calling thread: {@code
 * submit} does the work, {@code await} hands the tokens over.
 */
final class ModelRunner implements StepRunner {
  private final DecoderModel model;
  private final Kernels kernels;
  private final Limits limits;
  private final StepInputs inputs;
  private final TensorView sampled;
  private final Deque<Finished> finished = new ArrayDeque<>();
  private long nextStep;

  private record Finished(Ticket ticket, Tokens tokens) {}

  ModelRunner(DecoderModel model, Kernels kernels, Limits limits) {
    this.model = model;
    this.kernels = kernels;
    this.limits = limits;
    this.inputs = new StepInputs(limits);
    this.sampled = TensorView.host(DType.I32, limits.maxSequences());
  }

  @Override
  public Ticket submit(Batch batch) {
    inputs.fill(batch);
    TensorView logits = model.forward(inputs);
    TensorView tokens = sampled.rows(inputs.numRows());
    List<SampleRow> rows = sampleRows(batch);
    if (!rows.isEmpty()) {
      kernels.sample(logits, rows, tokens);
    }
    kernels.synchronize();
    Ticket ticket = new Ticket(nextStep++);
    finished.add(new Finished(ticket, read(tokens)));
    return ticket;
  }

  /** Computes a batch without sampling: logits {@code [R, V] f32} of the given rows of the step. */
  TensorView logits(Batch batch, int[] rows) {
    inputs.fill(batch);
    inputs.selectRows(rows);
    return model.forward(inputs);
  }

  @Override
  public Tokens await(Ticket ticket) {
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

  /** Nothing to free: the model's memory is {@link LoadedModel}'s. */
  @Override
  public void close() {
    finished.clear();
  }

  private static Tokens read(TensorView tokens) {
    IntBuffer ids = tokens.bytes().asIntBuffer();
    int[] drawn = new int[ids.remaining()];
    boolean[] valid = new boolean[drawn.length];
    ids.get(drawn);
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
