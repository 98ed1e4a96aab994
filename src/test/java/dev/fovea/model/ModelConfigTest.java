package dev.fovea.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import dev.fovea.kernel.Activation;
import dev.fovea.kernel.Attention;
import dev.fovea.kernel.HeadLayout;
import dev.fovea.weights.CheckpointException;
import dev.fovea.weights.JsonMutations;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** config.json in the dialects of transformers 4 and 5, and what is refused. */
class ModelConfigTest {
  private static final int MUTATIONS = 2000;
  private static final String LLAMA =
      """
      {"architectures": ["LlamaForCausalLM"], "hidden_size": 64, "intermediate_size": 96,
       "num_hidden_layers": 3, "num_attention_heads": 4, "num_key_value_heads": 2,
       "vocab_size": 100, "max_position_embeddings": 1024, "rms_norm_eps": 1e-05,
       "hidden_act": "silu", "eos_token_id": 2, "bos_token_id": 1%s}""";
  private static final String GPT2 =
      """
      {"architectures": ["GPT2LMHeadModel"], "model_type": "gpt2", "n_embd": 64, "n_head": 4,
       "n_layer": 2, "n_positions": 128, "vocab_size": 100%s}""";

  @TempDir Path directory;

  @Test
  void bothDialectsOfRotationSayTheSame() throws IOException {
    String old =
        """
        , "torch_dtype": "bfloat16", "rope_theta": 500000.0, "rope_scaling": {"factor": 8.0,
        "low_freq_factor": 1.0, "high_freq_factor": 4.0, "rope_type": "llama3",
        "original_max_position_embeddings": 256}""";
    String recent =
        """
        , "dtype": "bfloat16", "rope_parameters": {"factor": 8.0, "low_freq_factor": 1.0,
        "high_freq_factor": 4.0, "rope_type": "llama3", "rope_theta": 500000.0,
        "original_max_position_embeddings": 256}""";
    ModelConfig config = read(LLAMA.formatted(old));
    assertThat(config).isEqualTo(read(LLAMA.formatted(recent)));
    assertThat(config.rope())
        .isEqualTo(new RopeConfig(500_000, 16, new RopeConfig.Llama3(8, 1, 4, 256)));
    assertThat(config.attention().heads()).isEqualTo(new HeadLayout(4, 2, 16));
    assertThat(config.tokens()).isEqualTo(new ModelConfig.TokenIds(List.of(2), List.of()));
  }

  @Test
  void defaultsAreThoseOfTheFamilies() throws IOException {
    ModelConfig llama = read(LLAMA.formatted(""));
    assertThat(llama.rope()).isEqualTo(new RopeConfig(10_000, 16, new RopeConfig.None()));
    assertThat(llama.block().tiedEmbeddings()).isFalse();
    assertThat(llama.attention().hasInputBias()).isFalse();
    ModelConfig qwen2 = read(as("Qwen2ForCausalLM", ""));
    assertThat(qwen2.attention().hasInputBias()).isTrue();
    assertThat(qwen2.attention().hasOutputBias()).isFalse();
    assertThat(read(as("Qwen3ForCausalLM", "")).attention().heads().dim()).isEqualTo(128);
    ModelConfig gpt2 = read(GPT2.formatted(""));
    assertThat(gpt2.rope()).isNull();
    assertThat(gpt2.block().tiedEmbeddings()).isTrue();
    assertThat(gpt2.block().activation()).isEqualTo(Activation.GELU_TANH);
    assertThat(gpt2.sizes().feedForward()).isEqualTo(256);
    assertThat(gpt2.tokens().eos()).isEmpty();
  }

  @Test
  void windowsFollowTheFamily() throws IOException {
    assertThat(windows(as("MistralForCausalLM", ""))).containsExactly(4096, 4096, 4096);
    assertThat(windows(as("MistralForCausalLM", ", \"sliding_window\": null")))
        .containsExactly(0, 0, 0);
    assertThat(windows(as("MistralForCausalLM", ", \"sliding_window\": 7")))
        .containsExactly(7, 7, 7);
    assertThat(windows(as("Qwen2ForCausalLM", ", \"sliding_window\": 7"))).containsExactly(0, 0, 0);
    String sliding = ", \"sliding_window\": 7, \"use_sliding_window\": true";
    assertThat(windows(as("Qwen2ForCausalLM", sliding + ", \"max_window_layers\": 2")))
        .containsExactly(0, 0, 7);
    assertThat(
            windows(
                as(
                    "Qwen3ForCausalLM",
                    sliding
                        + ", \"layer_types\": [\"sliding_attention\", \"full_attention\","
                        + " \"sliding_attention\"]")))
        .containsExactly(7, 0, 7);
  }

  @Test
  void scalesFollowTheSwitchesOfGpt2() throws IOException {
    assertThat(scales(GPT2.formatted(""))).containsExactly(0.25f, 0.25f);
    assertThat(scales(GPT2.formatted(", \"scale_attn_weights\": false"))).containsExactly(1f, 1f);
    assertThat(scales(GPT2.formatted(", \"scale_attn_by_inverse_layer_idx\": true")))
        .containsExactly(0.25f, 0.125f);
  }

  @Test
  void multiQueryIsBigCodesDefault() throws IOException {
    String bigCode = GPT2.replace("GPT2LMHeadModel", "GPTBigCodeForCausalLM");
    assertThat(read(bigCode.formatted("")).attention().heads().kv()).isEqualTo(1);
    assertThat(read(bigCode.formatted(", \"multi_query\": false")).attention().heads().kv())
        .isEqualTo(4);
  }

  @Test
  void equalRotationsByLayerTypeAreOne() throws IOException {
    String same = "{\"rope_type\": \"default\", \"rope_theta\": 5000.0}";
    String nested = ", \"rope_parameters\": {\"full_attention\": %s, \"sliding_attention\": %s}";
    assertThat(read(LLAMA.formatted(nested.formatted(same, same))).rope().theta()).isEqualTo(5000);
    assertRefused(
        LLAMA.formatted(nested.formatted(same, same.replace("5000", "6000"))), "by layer type");
  }

  @Test
  void yarnTakesItsDefaultsFromThePaper() throws IOException {
    String yarn =
        ", \"rope_scaling\": {\"type\": \"yarn\", \"factor\": 4.0,"
            + " \"original_max_position_embeddings\": 256}";
    RopeConfig.Yarn scaling = (RopeConfig.Yarn) read(LLAMA.formatted(yarn)).rope().scaling();
    assertThat(scaling.ramp()).isEqualTo(new RopeConfig.Ramp(32, 1, true));
    assertThat(scaling.attention()).isEqualTo(0.1 * Math.log(4) + 1);
  }

  @Test
  void aFractionOfAHeadIsRotatedInBothDialects() throws IOException {
    String old = ", \"partial_rotary_factor\": 0.25";
    String recent = ", \"rope_parameters\": {\"partial_rotary_factor\": 0.25}";
    assertThat(read(LLAMA.formatted(old)).rope())
        .isEqualTo(new RopeConfig(10_000, 4, new RopeConfig.None()))
        .isEqualTo(read(LLAMA.formatted(recent)).rope());
    assertThat(read(LLAMA.formatted(recent + old.replace("0.25", "0.5"))).rope().rotated())
        .as("the one beside the type")
        .isEqualTo(4);
    RopeConfig odd = read(LLAMA.formatted(old.replace("0.25", "0.2"))).rope();
    assertThat(odd.rotated()).isEqualTo(3);
    assertThat(odd.pairs()).isEqualTo(2);
  }

  @Test
  void aStretchingRotationTakesLongerContextsOnRequest() throws IOException {
    String old = ", \"rope_scaling\": {\"type\": \"dynamic\", \"factor\": 2.5}";
    String recent = ", \"rope_parameters\": {\"rope_type\": \"dynamic\", \"factor\": 2.5}";
    ModelConfig config = read(LLAMA.formatted(old));
    assertThat(config.rope().scaling()).isEqualTo(new RopeConfig.Dynamic(2.5, 1024));
    assertThat(config).isEqualTo(read(LLAMA.formatted(recent)));
    assertThat(config.longestContext()).isEqualTo(2560);
    assertThat(read(LLAMA.formatted("")).longestContext()).isEqualTo(1024);
  }

  static Stream<Arguments> refusals() {
    return Stream.of(
        refusal("", "expected a JSON object"),
        refusal("null", "expected a JSON object"),
        refusal("[]", "expected a JSON object"),
        refusal("{\"a\":1,\"a\":2}", "Duplicate field"),
        refusal("{} {}", "expected nothing after"),
        refusal("{\"a\":".repeat(5000), "not valid JSON"),
        refusal("{}", "unsupported model_type 'none', supported: LlamaForCausalLM"),
        refusal(as("BertModel", ""), "unsupported architecture [BertModel], supported: Llama"),
        refusal(as("MixtralForCausalLM", ""), "unsupported architecture"),
        refusal(with("quantization_config", "{\"quant_method\": \"gptq\"}"), "quantised"),
        refusal(with("quantization_config", "{}"), "quantised"),
        refusal(with("head_dim", "12"), "head dim must be a multiple of 8"),
        refusal(with("head_dim", "512"), "head dim must be a multiple of 8 up to 256"),
        refusal(LLAMA.formatted("").replace("heads\": 4", "heads\": 5"), "multiple of the 5"),
        refusal(
            LLAMA.formatted("").replace("\"num_key_value_heads\": 2", "\"num_key_value_heads\": 3"),
            "multiple of KV heads"),
        refusal(
            LLAMA.formatted("").replace("64", "2147483648"), "hidden_size: expected an integer"),
        refusal(LLAMA.formatted("").replace("64", "64.5"), "hidden_size: expected an integer"),
        refusal(LLAMA.formatted("").replace("64", "-64"), "hidden_size: expected an integer"),
        refusal(LLAMA.formatted("").replace("64", "\"64\""), "hidden_size: expected an integer"),
        refusal(LLAMA.formatted("").replace("\"vocab_size\": 100,", ""), "vocab_size: expected"),
        refusal(LLAMA.formatted("").replace("100", "99999999"), "vocab_size: expected"),
        refusal(LLAMA.formatted("").replace("1e-05", "NaN"), "rms_norm_eps: expected"),
        refusal(LLAMA.formatted("").replace("1e-05", "1e999"), "rms_norm_eps: expected"),
        refusal(LLAMA.formatted("").replace("silu", "xielu"), "hidden_act: expected silu"),
        refusal(with("rope_scaling", "{\"type\": \"dynamic\"}"), "factor: expected"),
        refusal(with("rope_scaling", "{\"type\": \"dynamic\", \"factor\": 0.5}"), "1 or more"),
        refusal(
            with(
                "rope_parameters",
                "{\"rope_type\": \"dynamic\", \"factor\": 2, \"partial_rotary_factor\": 0.125}"),
            "more than 2 rotated"),
        refusal(with("rope_scaling", "{\"rope_type\": \"longrope\"}"), "got 'longrope'"),
        refusal(with("rope_scaling", "{\"rope_type\": \"linear\"}"), "factor: expected"),
        refusal(with("rope_scaling", "{\"type\": \"linear\", \"factor\": 0}"), "above 0"),
        refusal(with("rope_scaling", "4"), "rope_scaling: expected an object"),
        refusal(with("partial_rotary_factor", "1.5"), "partial_rotary_factor: expected a part"),
        refusal(with("partial_rotary_factor", "0.01"), "of the 16 elements of a head, got 0.01"),
        refusal(with("rope_parameters", "{\"partial_rotary_factor\": 0}"), "partial_rotary"),
        refusal(GPT2.formatted(", \"add_cross_attention\": true"), "add_cross_attention"),
        refusal(GPT2.formatted(", \"n_inner\": 0"), "n_inner: expected an integer"));
  }

  private static Arguments refusal(String json, String message) {
    return Arguments.of(json, message);
  }

  @ParameterizedTest(name = "{1}")
  @MethodSource("refusals")
  void whatCannotBeServedIsRefusedInOneLine(String json, String message) throws IOException {
    assertRefused(json, message);
  }

  @Test
  void aMissingFileIsRefused() {
    assertThatThrownBy(() -> ModelConfig.read(directory))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("config.json: file not found");
  }

  @Test
  void mutatedFilesAreRefusedOrRead() {
    long seed = 7;
    Random random = new Random(seed);
    assertTimeoutPreemptively(
        Duration.ofSeconds(60),
        () -> {
          int refused = 0;
          for (int i = 0; i < MUTATIONS; i++) {
            String json =
                i % 2 == 0 ? LLAMA.formatted(", \"rope_theta\": 1e4") : GPT2.formatted("");
            Files.writeString(
                directory.resolve(ModelConfig.FILE), JsonMutations.mutate(json, random));
            try {
              TensorPlan.of(ModelConfig.read(directory)).elements();
            } catch (CheckpointException e) {
              refused++;
            }
          }
          assertThat(refused).as("seed %d", seed).isBetween(MUTATIONS / 4, MUTATIONS - 1);
        });
  }

  private ModelConfig read(String json) throws IOException {
    Files.writeString(directory.resolve(ModelConfig.FILE), json);
    return ModelConfig.read(directory);
  }

  private void assertRefused(String json, String message) throws IOException {
    Files.writeString(directory.resolve(ModelConfig.FILE), json);
    assertThatThrownBy(() -> ModelConfig.read(directory))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("config.json: ")
        .hasMessageContaining(message)
        .message()
        .doesNotContain("\n");
  }

  private List<Integer> windows(String json) throws IOException {
    return read(json).attention().masks().stream().map(Attention.Mask::window).toList();
  }

  private List<Float> scales(String json) throws IOException {
    return read(json).attention().masks().stream().map(Attention.Mask::scale).toList();
  }

  private static String as(String architecture, String more) {
    return LLAMA.formatted(more).replace("LlamaForCausalLM", architecture);
  }

  private static String with(String name, String value) {
    return LLAMA.formatted(", \"%s\": %s".formatted(name, value));
  }
}
