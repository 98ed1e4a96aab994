/**
 * Matrix products of NVIDIA's cuBLASLt through the JavaCPP CUDA presets, reduced to what the
 * kernels need and without a pointer in sight. Only calls that CUDA 13.0 has.
 */
package dev.fovea.binding.cublas;
