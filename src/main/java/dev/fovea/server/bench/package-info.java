/**
 * Benchmarks of the native kernels for the command line: every figure stands between two
 * measurements of its ceiling, inputs are random normal and rotate over more memory than caches
 * hold, outputs are poisoned before and checked after.
 */
package dev.fovea.server.bench;
