package dev.fovea.server.mutated;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;

/** A model directory with every kind of file, and what is needed to pick among them. */
record ModelFiles(Path directory) {
  static final ObjectMapper JSON = new ObjectMapper();
  static final String INDEX = "model.safetensors.index.json";
  private static final Path CHECKPOINT = Path.of("src/test/resources/parity/qwen3-sharded");
  private static final int VOCABULARY = 64;

  /** Writes the directory that all others are mutations of: six shards and a tokenizer of words. */
  static ModelFiles write(Path directory) throws IOException {
    Files.createDirectories(directory);
    try (Stream<Path> files = Files.list(CHECKPOINT)) {
      for (Path file : files.toList()) {
        String name = file.getFileName().toString();
        if (name.startsWith("model") || name.endsWith("config.json")) {
          Files.copy(file, directory.resolve(name));
        }
      }
    }
    JSON.writeValue(directory.resolve("tokenizer.json").toFile(), tokenizer());
    Files.writeString(
        directory.resolve("tokenizer_config.json"),
        "{\"tokenizer_class\": \"PreTrainedTokenizerFast\", \"eos_token\": \"w2\"}");
    Files.writeString(
        directory.resolve("special_tokens_map.json"),
        "{\"bos_token\": \"w1\", \"pad_token\": {\"content\": \"w3\"}}");
    Files.writeString(
        directory.resolve("chat_template.jinja"),
        "{% for m in messages %}{{ m.role }} {{ m.content }} {% endfor %}");
    return new ModelFiles(directory);
  }

  private static ObjectNode tokenizer() {
    ObjectNode root = JSON.createObjectNode().put("version", "1.0");
    root.putNull("truncation").putNull("padding").putArray("added_tokens");
    root.putNull("normalizer").putObject("pre_tokenizer").put("type", "WhitespaceSplit");
    root.putNull("post_processor").putNull("decoder");
    ObjectNode model = root.putObject("model").put("type", "WordLevel").put("unk_token", "w0");
    ObjectNode vocabulary = model.putObject("vocab");
    for (int i = 0; i < VOCABULARY; i++) {
      vocabulary.put("w" + i, i);
    }
    return root;
  }

  /** A copy to damage. */
  ModelFiles copy(Path to) throws IOException {
    Files.createDirectories(to);
    for (Path file : all()) {
      Files.copy(file, to.resolve(file.getFileName()));
    }
    return new ModelFiles(to);
  }

  List<Path> all() throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      return files.sorted().toList();
    }
  }

  List<Path> shards() throws IOException {
    return all().stream().filter(file -> file.toString().endsWith(".safetensors")).toList();
  }

  List<Path> json() throws IOException {
    return all().stream().filter(file -> file.toString().endsWith(".json")).toList();
  }

  Path file(String name) {
    return directory.resolve(name);
  }

  /** Any of the files that must be there. */
  Path required(Random random) throws IOException {
    List<Path> needed =
        Stream.concat(
                shards().stream(),
                Stream.of(file("config.json"), file("tokenizer.json"), file(INDEX)))
            .toList();
    return any(needed, random);
  }

  static <T> T any(List<T> of, Random random) {
    return of.get(random.nextInt(of.size()));
  }
}
