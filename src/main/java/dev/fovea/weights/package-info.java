/**
 * Weights on disk: the safetensors reader, mapped files and {@link dev.fovea.weights.Checkpoint},
 * which turns names into tensors.
 *
 * <pre>
 * model.safetensors(.index.json) -> SafetensorsHeader (names, dtypes, shapes, offsets: checked)
 *                                -> MappedFile (native mmap, or windows under 2 GiB)
 *                                -> Checkpoint.tensor(name) -> TensorView, no copy
 * </pre>
 *
 * <p>Model files are hostile until checked: every size is 64-bit and overflow-safe, every offset
 * lies in its file, and what does not fit is a {@link dev.fovea.weights.CheckpointException} that
 * names the file. Nothing here keeps state between checkpoints; one thread opens, reads and closes.
 *
 * <p>May import {@code tensor} and {@code binding}.
 */
package dev.fovea.weights;
