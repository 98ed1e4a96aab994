package dev.fovea.kernel;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** What the kernel says this machine's processor can do: asked apart from the code under test. */
final class Processors {
  private static final List<String> AVX2 = List.of("avx2", "fma", "f16c");
  private static final List<String> AVX512 =
      List.of("avx512f", "avx512bw", "avx512dq", "avx512vl", "avx512_bf16");

  private Processors() {}

  static boolean has(Isa isa) {
    return switch (isa) {
      case AUTO, PORTABLE -> true;
      case AVX2 -> flags().containsAll(AVX2);
      case AVX512 -> flags().containsAll(AVX2) && flags().containsAll(AVX512);
    };
  }

  private static Set<String> flags() {
    Path cpuinfo = Path.of("/proc/cpuinfo");
    try {
      return Files.readAllLines(cpuinfo).stream()
          .filter(line -> line.startsWith("flags"))
          .findFirst()
          .map(line -> new HashSet<>(Arrays.asList(line.split("\\s+"))))
          .orElseThrow(() -> new IOException(cpuinfo + " has no line of flags"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
