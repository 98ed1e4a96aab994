package dev.fovea.kernel;

/**
 * What computes.
 *
 * @param backend "cpu" or "reference"
 * @param device a name a person knows: the processor's or the GPU's
 * @param isa instruction set in use: "portable", "avx2", "avx512_bf16", or "java"
 * @param threads of the backend's pool
 * @param attentionKernel name of the attention kernel that runs
 */
public record KernelsInfo(
    String backend, String device, String isa, int threads, String attentionKernel) {}
