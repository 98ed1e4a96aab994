package dev.fovea.model;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fovea.kernel.CpuKernels;
import dev.fovea.kernel.CudaKernels;
import dev.fovea.kernel.Isa;
import dev.fovea.kernel.Kernels;
import dev.fovea.text.Tokenizer;
import dev.fovea.weights.Mapping;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The shipped model says the same on a GPU as on the CPU, but where its choice was a close one. */
@Tag("gpu")
class DeviceGreedyTest {
  private static final Path MODEL = Path.of("src/main/models/fovea-mini");
  private static final int NUM_TOKENS = 64;

  /** Four units in the last place of bf16, which every layer's products are rounded to. */
  private static final double CLOSE_RATIO = 0x1p-6;

  private static final List<String> PROMPTS =
      List.of(
          "Once upon a time",
          "Once there was a little fox",
          "A small boat",
          "The old lighthouse keeper",
          "In a quiet village",
          "There was a girl named Mia",
          "One rainy day",
          "Tom found a red ball",
          "The baker woke up early",
          "A bear and a bee",
          "Every morning the cat",
          "Under the big tree",
          "The king had three hats",
          "Lily wanted to fly",
          "Far away in the hills",
          "A tiny robot",
          "The moon was bright",
          "My grandmother told me",
          "Two friends went to the sea",
          "At night the owl");

  @Test
  void twentyPromptsGoOnAsOnTheCpu() {
    int equal = 0;
    try (Tokenizer tokenizer = Tokenizer.load(MODEL);
        Kernels gpu = CudaKernels.open(0);
        Kernels cpu = CpuKernels.open(0, Isa.AUTO);
        TestSession onGpu = new TestSession(MODEL, gpu, Mapping.NATIVE);
        TestSession onCpu = new TestSession(MODEL, cpu, Mapping.NATIVE)) {
      for (String prompt : PROMPTS) {
        int[] ids = tokenizer.encode(prompt, true);
        int[] there = onGpu.greedy(ids, NUM_TOKENS);
        int[] here = onCpu.greedy(ids, NUM_TOKENS);
        int split = Arrays.mismatch(there, here);
        if (split < 0) {
          equal++;
        } else {
          assertWasClose(onCpu, ids, Arrays.copyOf(here, split + 1), there[split]);
        }
      }
    }
    System.Logger log = System.getLogger(DeviceGreedyTest.class.getName());
    log.log(System.Logger.Level.INFO, "{0} of {1} texts are equal", equal, PROMPTS.size());
  }

  /**
   * The CPU's lead of its token over the GPU's must be small beside its largest logit.
   *
   * @param here tokens of the CPU up to the first that is another
   */
  private static void assertWasClose(TestSession cpu, int[] prompt, int[] here, int there) {
    int[] text = Arrays.copyOf(prompt, prompt.length + here.length - 1);
    System.arraycopy(here, 0, text, prompt.length, here.length - 1);
    float[] logits = lastRow(cpu, text);
    float largest = logits[here[here.length - 1]];
    assertThat(largest - logits[there])
        .as("lead of the CPU's token, whose logit is %s", largest)
        .isLessThanOrEqualTo((float) (CLOSE_RATIO * Math.abs(largest)));
  }

  private static float[] lastRow(TestSession session, int[] text) {
    float[][] rows = session.logits(text, TestSession.MAX_TOKENS);
    return rows[rows.length - 1];
  }
}
