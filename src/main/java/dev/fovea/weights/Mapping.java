package dev.fovea.weights;

/** How files come into memory. */
public enum Mapping {
  /** One mapping a file, of any size, by the native library: what native kernels read. */
  NATIVE,
  /** One mapping a tensor, each under 2 GiB, by the JDK: what the Java reference kernels read. */
  JAVA
}
