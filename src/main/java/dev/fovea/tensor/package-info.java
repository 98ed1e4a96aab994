/**
 * Typed views of memory: {@code DType}, {@code Shape}, {@code TensorView} (borrowed) and {@code
 * Buffer} (owned).
 *
 * <p>May import {@code binding}. Views are values; who owns a buffer decides when it closes.
 */
package dev.fovea.tensor;
