/**
 * The process around the server: what it needs of its surroundings before anything is loaded.
 *
 * <p>Used by {@code main} alone, on its thread.
 */
package dev.fovea.server.process;
