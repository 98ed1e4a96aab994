/**
 * What a checkpoint computes: {@link dev.fovea.model.ModelConfig} (from config.json), one {@code
 * DecoderModel} that reads top to bottom, and the seam to the engine, {@link
 * dev.fovea.model.StepRunner}.
 *
 * <pre>
 * config.json -> ModelConfig -> TensorPlan (names, shapes) -- checked against -- Checkpoint
 *                   |               |
 *              MemoryPlan      WeightReader -> DecoderWeights
 *                   |                               |
 *  Batch -> StepInputs -----------------------> DecoderModel (KvCache, Workspace) -> logits
 *           ModelRunner: submit = forward + sample; await = Tokens
 * </pre>
 *
 * <p>Families differ by data: {@link dev.fovea.model.Family} and its tensor names, biases, windows
 * and rotations in the configuration. {@link dev.fovea.model.ModelLoader} puts everything together;
 * all memory is reserved there, a step allocates nothing native. After loading, one thread uses a
 * model: the engine loop's.
 *
 * <p>May import {@code weights}, {@code kernel} and {@code tensor}.
 */
package dev.fovea.model;
