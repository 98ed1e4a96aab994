package dev.fovea.model;

import dev.fovea.kernel.Kernels;
import dev.fovea.kernel.Recording;
import dev.fovea.model.Batch.Entry;
import dev.fovea.tensor.TensorView;
import java.util.List;
import java.util.TreeMap;

/**
 * The forward pass of steps in which every sequence generates a token, recorded once for each of a
 * few sizes and enqueued by one call: on a GPU the host's part of such a step is otherwise longer
 * than the device's. A batch is padded up to the next size.
 */
final class RecordedDecodes implements AutoCloseable {
  private final DecoderModel model;
  private final StepInputs inputs;
  private final Kernels kernels;

  /** By the number of sequences; null until one is wanted. */
  private final TreeMap<Integer, Recorded> bySize = new TreeMap<>();

  private static final class Recorded {
    Recording recording;
    TensorView logits;
  }

  RecordedDecodes(DecoderModel model, StepInputs inputs, Kernels kernels, int maxSequences) {
    this.model = model;
    this.inputs = inputs;
    this.kernels = kernels;
    for (int size = 1; size < maxSequences; size *= 2) {
      bySize.put(size, new Recorded());
    }
    bySize.put(maxSequences, new Recorded());
  }

  /** Whether a step is one of those that are recorded. */
  static boolean fits(Batch batch) {
    List<Entry> entries = batch.entries();
    boolean fits = batch.numGenerated() == entries.size();
    for (int i = 0; fits && i < entries.size(); i++) {
      fits = entries.get(i).draw() != null;
    }
    return fits;
  }

  /** Sequences of the smallest recorded step that holds so many. */
  int paddedSize(int numSequences) {
    return bySize.ceilingKey(numSequences);
  }

  /** {@link DecoderModel#forward} of inputs that were padded to a {@link #paddedSize}. */
  TensorView forward() {
    Recorded step = bySize.get(inputs.numTokens());
    if (step.recording != null) {
      step.recording.run();
    } else {
      step.logits = model.forward(inputs);
      step.recording = kernels.record(() -> model.forward(inputs));
    }
    return step.logits;
  }

  @Override
  public void close() {
    for (Recorded step : bySize.values()) {
      if (step.recording != null) {
        step.recording.close();
      }
    }
  }
}
