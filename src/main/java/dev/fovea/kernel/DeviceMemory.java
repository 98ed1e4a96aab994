package dev.fovea.kernel;

/**
 * Memory of a device at one moment, in bytes.
 *
 * @param free for this process to take
 * @param total of the device
 */
public record DeviceMemory(long free, long total) {}
