package dev.fovea.kernel;

/**
 * What computes.
 *
 * @param backend "cuda", "cpu" or "reference"
 * @param device a name a person knows: the processor's or the GPU's
 * @param isa instruction set in use: "portable", "avx2", "avx512_bf16", "java", or a GPU's
 *     architecture, as "sm_90"
 * @param threads of the backend's pool, or a GPU's multiprocessors
 * @param attentionKernel name of the attention kernel that runs
 */
public record KernelsInfo(
    String backend, String device, String isa, int threads, String attentionKernel) {}
