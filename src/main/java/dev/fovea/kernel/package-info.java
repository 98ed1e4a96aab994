/**
 * The operations of the forward pass behind one sealed interface, {@link dev.fovea.kernel.Kernels}:
 * plain Java loops (the oracle and the fallback), the native CPU library, and the native CUDA
 * library with cuBLASLt for matrix products. The one place where shapes are checked on the Java
 * side; native code checks again.
 *
 * <p>May import {@code tensor} and {@code binding}. One thread at a time uses a {@code Kernels}:
 * the engine loop's.
 */
package dev.fovea.kernel;
