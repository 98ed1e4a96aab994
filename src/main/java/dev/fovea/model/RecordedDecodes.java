package dev.fovea.model;

import dev.fovea.kernel.Kernels;
import dev.fovea.kernel.Recording;
import dev.fovea.model.Batch.Entry;
import dev.fovea.tensor.TensorView;
import java.util.List;
import java.util.TreeMap;

/**
 * The forward pass of steps in which every sequence generates a token, recorded for each of a few
 * sizes before the first request and enqueued by one call: on a GPU the host's part of such a step
 * is otherwise longer than the device's. A batch is padded up to the next size.
 */
final class RecordedDecodes implements AutoCloseable {
  private final StepInputs inputs;

  /** By the number of sequences. */
  private final TreeMap<Integer, Recorded> bySize = new TreeMap<>();

  private record Recorded(Recording recording, TensorView logits) {
    static Recorded of(DecoderModel model, StepInputs inputs, Kernels kernels, int size) {
      inputs.fillPadding(size);
      inputs.send(null);
      TensorView logits = model.forward(inputs);
      Recording recording = kernels.record(() -> model.forward(inputs));
      kernels.synchronize();
      return new Recorded(recording, logits);
    }
  }

  private RecordedDecodes(StepInputs inputs) {
    this.inputs = inputs;
  }

  /** Computes a step of padding alone in each size, which makes all that a first step makes. */
  static RecordedDecodes record(
      DecoderModel model, StepInputs inputs, Kernels kernels, int maxSequences) {
    RecordedDecodes decodes = new RecordedDecodes(inputs);
    try {
      for (int size = 1; size < maxSequences; size *= 2) {
        decodes.bySize.put(size, Recorded.of(model, inputs, kernels, size));
      }
      decodes.bySize.put(maxSequences, Recorded.of(model, inputs, kernels, maxSequences));
      return decodes;
    } catch (Throwable e) {
      decodes.close();
      throw e;
    }
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
    step.recording().run();
    return step.logits();
  }

  @Override
  public void close() {
    bySize.values().forEach(step -> step.recording().close());
  }
}
