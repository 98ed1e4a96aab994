package dev.fovea.engine;

import dev.fovea.model.Batch;
import java.util.List;

/**
 * What the scheduler has decided for one step.
 *
 * @param batch for the device
 * @param drawing the sequences that get a token from it, in the order of {@code batch}
 * @param admitted the sequences that have just been given pages
 */
record Step(Batch batch, List<Sequence> drawing, List<Sequence> admitted) {}
