package dev.fovea.binding;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

public class NativeLibraryTest {

  /** Without it the tests of the native kernels would vanish in silence. */
  @Test
  void loadsWhereverACompilerBuiltIt() {
    Optional<String> failure = NativeLibrary.cpuFailure();
    if (isOnPath("c++") && isOnPath("cmake") && !"off".equals(System.getenv("FOVEA_NATIVE"))) {
      assertThat(failure).as("why the native library is not there").isEmpty();
    } else {
      assertThat(failure).get().asString().contains("native CPU library not loaded");
    }
  }

  /** Likewise of the CUDA library; what is missing then is a device at most. */
  @Test
  void theCudaLibraryLoadsWhereverNvccBuiltIt() {
    Optional<String> failure = NativeLibrary.cudaFailure();
    failure.ifPresent(why -> assertThat(why.lines()).hasSize(1));
    if (isOnPath("nvcc") && !isMissing()) {
      assertThat(failure.orElse("")).doesNotContain("native CUDA library not loaded");
    }
  }

  /** A condition for tests that need the library. */
  public static boolean isMissing() {
    return NativeLibrary.cpuFailure().isPresent();
  }

  private static boolean isOnPath(String tool) {
    return Stream.of(System.getenv("PATH").split(":"))
        .anyMatch(folder -> Files.isExecutable(Path.of(folder, tool)));
  }
}
