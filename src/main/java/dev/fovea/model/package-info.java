/**
 * What a checkpoint computes: {@code ModelConfig} (from config.json), one {@code DecoderModel} that
 * reads top to bottom, and the seam to the engine, {@link dev.fovea.model.StepRunner}.
 *
 * <p>May import {@code weights}, {@code kernel} and {@code tensor}.
 */
package dev.fovea.model;
