package dev.fovea.server.process;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fovea.binding.NativeLibrary;
import dev.fovea.kernel.NativeProcess;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Processes that do not end by themselves. */
class HardEndTest {

  @Test
  void aHangingShutdownIsHalted() throws Exception {
    assertThat(exitCode(Hanging.class)).isEqualTo(74);
  }

  @Test
  void anErrorThatIsCaughtEndsTheProcessWhereItSaysThatTheHeapIsExhausted() throws Exception {
    int expected = NativeLibrary.cpuFailure().isPresent() ? 0 : 73;
    assertThat(exitCode(Exhausted.class)).isEqualTo(expected);
  }

  private static int exitCode(Class<?> program) throws Exception {
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx64m",
                "-XX:+UseSerialGC",
                "-cp",
                System.getProperty("java.class.path"),
                program.getName())
            .redirectErrorStream(true)
            .start();
    String words = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    int code = process.waitFor();
    assertThat(words.lines()).as(words).hasSizeLessThanOrEqualTo(2);
    return code;
  }

  /** Its shutdown hook never comes back. */
  static final class Hanging {
    public static void main(String[] args) {
      Runtime.getRuntime().addShutdownHook(new Thread(() -> sleepForEver()));
      HardEnd.after(Duration.ofMillis(100), 74);
      System.exit(0);
    }

    private static void sleepForEver() {
      while (true) {
        try {
          Thread.sleep(Long.MAX_VALUE);
        } catch (InterruptedException e) {
          continue;
        }
      }
    }
  }

  /** It catches what it is told of. */
  static final class Exhausted {
    public static void main(String[] args) {
      NativeProcess.endOnOutOfMemory(73);
      List<byte[]> all = new ArrayList<>();
      try {
        while (true) {
          all.add(new byte[1 << 20]);
        }
      } catch (OutOfMemoryError e) {
        all.clear();
      }
      System.exit(0);
    }
  }
}
