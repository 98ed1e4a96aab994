package dev.fovea.text;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** tokenizer_config.json beside tokenizer.json, as transformers 4 and 5 read them. */
class ConfigurationsTest {
  @TempDir Path directory;

  @Test
  void filesMeanWhatTheyMeanToTransformers() throws IOException {
    JsonNode golden = Golden.read("configurations.json");
    int numAlike = 0;
    for (JsonNode one : golden.get("cases")) {
      JsonNode four = one.get("v4");
      JsonNode five = one.get("v5");
      if (!four.isArray() && !five.isArray()) {
        continue;
      }
      JsonNode answer = answer(golden, one);
      // Where the versions differ, either is right.
      List<JsonNode> allowed = four.isArray() ? List.of(four, five) : List.of(five);
      assertThat(allowed).as(one.get("config") + " " + one.get("file")).contains(answer);
      numAlike += four.equals(five) ? 1 : 0;
    }
    assertThat(numAlike).isGreaterThan(80);
  }

  private JsonNode answer(JsonNode golden, JsonNode one) throws IOException {
    ObjectMapper mapper = new ObjectMapper();
    JsonNode file = golden.get("files").get(one.get("file").intValue());
    mapper.writeValue(directory.resolve("tokenizer.json").toFile(), file);
    mapper.writeValue(directory.resolve("tokenizer_config.json").toFile(), one.get("config"));
    ArrayNode rows = JsonNodeFactory.instance.arrayNode();
    try (Tokenizer tokenizer = Tokenizer.load(directory)) {
      for (JsonNode text : golden.get("texts")) {
        int[] ids = tokenizer.encode(text.textValue(), true);
        ObjectNode row = rows.addObject();
        ArrayNode numbers = row.putArray("ids");
        for (int id : ids) {
          numbers.add(id);
        }
        row.put("visible", tokenizer.decode(ids, true));
      }
    }
    return rows;
  }

  @Test
  void aLlamaTokenizersSwitchesReplaceAPostProcessorThatAddsNothing() throws IOException {
    Path level = Golden.directory("tokenizers/byte-level").resolve("tokenizer.json");
    Files.copy(level, directory.resolve("tokenizer.json"));
    Files.writeString(
        directory.resolve("tokenizer_config.json"),
        "{\"tokenizer_class\": \"LlamaTokenizerFast\", \"bos_token\": \"<|endoftext|>\","
            + " \"add_bos_token\": true, \"add_eos_token\": false}");
    try (Tokenizer tokenizer = Tokenizer.load(directory)) {
      assertThat(tokenizer.encode("heron", true)[0])
          .isEqualTo(tokenizer.tokenId("<|endoftext|>").getAsInt());
    }
  }
}
