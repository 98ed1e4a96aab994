/**
 * The one door to the small files of a model directory: {@link dev.fovea.files.RegularFile}.
 *
 * <p>Imports nothing of ours. Any thread may read.
 */
package dev.fovea.files;
