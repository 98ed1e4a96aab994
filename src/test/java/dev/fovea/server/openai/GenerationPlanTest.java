package dev.fovea.server.openai;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fovea.kernel.KernelsInfo;
import dev.fovea.model.SamplingParams;
import dev.fovea.server.GenerationDefaults;
import dev.fovea.server.ServedModel;
import dev.fovea.server.openai.GenerationPlan.DefaultLength;
import dev.fovea.server.request.GenerationOptions;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** How long an output may become, by what the request, the model and the endpoint say. */
class GenerationPlanTest {
  private static final int CONTEXT = 100;
  private static final int[] PROMPT = new int[40];

  @ParameterizedTest
  @CsvSource({
    // asked, model's, endpoint's, expected
    " , , OPEN, 60",
    " , , SHORT, 16",
    " , 30, OPEN, 30",
    " , 5, SHORT, 5",
    " , 30, SHORT, 16",
    " , 4096, OPEN, 60",
    "7, 30, OPEN, 7",
    "50, 30, OPEN, 50",
    "50, 30, SHORT, 50",
  })
  void theRequestThenTheModelThenTheEndpoint(
      Integer asked, Integer models, DefaultLength endpoint, int expected) {
    assertThat(
            GenerationPlan.of(model(models), PROMPT, options(asked), endpoint).stop().maxTokens())
        .isEqualTo(expected);
  }

  /** As many clients that want no chance write it. */
  @Test
  void aProbabilityOfNoneKeepsTheMostProbable() {
    SamplingParams sampling =
        GenerationPlan.of(model(null), PROMPT, options(null, 0f), DefaultLength.SHORT).sampling();
    assertThat(sampling.temperature()).isZero();
    assertThat(sampling.topP()).isOne();
  }

  private static GenerationOptions options(Integer maxTokens) {
    return options(maxTokens, null);
  }

  private static GenerationOptions options(Integer maxTokens, Float topP) {
    return new GenerationOptions(
        new GenerationOptions.Drawing(
            null, null, topP, null, new GenerationOptions.Penalties(null, 0, 0), null),
        new GenerationOptions.Ending(maxTokens, 0, false, List.of(), List.of()));
  }

  /** A model as far as a plan looks at it. */
  private static ServedModel model(Integer maxTokens) {
    return new ServedModel(
        new ServedModel.Facts(
            List.of("m"),
            Path.of("m"),
            0,
            CONTEXT,
            512,
            new KernelsInfo("none", "none", "none", 1, "none")),
        new GenerationDefaults(
            new GenerationDefaults.Sampling(null, null, null, null, null), maxTokens, new int[0]),
        null,
        null,
        List.of(),
        null);
  }
}
