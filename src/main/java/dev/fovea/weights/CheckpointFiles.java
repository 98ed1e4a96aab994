package dev.fovea.weights;

import com.fasterxml.jackson.databind.JsonNode;
import dev.fovea.files.RegularFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * Which files of a model directory hold weights: {@code model.safetensors}, else the shards of
 * {@code model.safetensors.index.json}.
 *
 * @param shards files in name order
 * @param shardOf file name by tensor, from the index; empty for a single file
 */
record CheckpointFiles(List<Path> shards, Map<String, String> shardOf) {
  static final String SINGLE = "model.safetensors";
  static final String INDEX = "model.safetensors.index.json";
  private static final long MAX_INDEX_BYTES = 64 << 20;

  static CheckpointFiles find(Path directory) {
    if (!Files.isDirectory(directory)) {
      throw new CheckpointException(directory, "expected a model directory, found none");
    }
    if (RegularFile.isThere(directory.resolve(SINGLE))) {
      return new CheckpointFiles(List.of(directory.resolve(SINGLE)), Map.of());
    }
    if (RegularFile.isThere(directory.resolve(INDEX))) {
      return readIndex(directory);
    }
    throw nothingUsable(directory);
  }

  private static CheckpointFiles readIndex(Path directory) {
    Path file = directory.resolve(INDEX);
    JsonNode map = JsonFile.readObject(file, MAX_INDEX_BYTES).path("weight_map");
    if (!map.isObject() || map.isEmpty()) {
      throw new CheckpointException(file, "expected tensors and their shards in weight_map");
    }
    Map<String, String> shardOf = new LinkedHashMap<>();
    Map<String, Path> shards = new TreeMap<>();
    map.fields()
        .forEachRemaining(
            field -> {
              String shard = shardName(file, field.getKey(), field.getValue());
              shardOf.put(field.getKey(), shard);
              shards.put(shard, directory.resolve(shard));
            });
    for (Path shard : shards.values()) {
      if (!RegularFile.isThere(shard)) {
        throw new CheckpointException(shard, "shard not found, but " + INDEX + " names it");
      }
    }
    return new CheckpointFiles(List.copyOf(shards.values()), shardOf);
  }

  /** A plain file name: an index must not reach out of its directory. */
  private static String shardName(Path index, String tensor, JsonNode value) {
    String name = value.asText();
    if (!value.isTextual() || !name.matches("[A-Za-z0-9._-]{1,200}\\.safetensors")) {
      throw new CheckpointException(
          index,
          String.format(
              Locale.ROOT,
              "tensor '%s': expected the name of a .safetensors file, got '%s'",
              tensor,
              name));
    }
    return name;
  }

  private static CheckpointException nothingUsable(Path directory) {
    List<String> names = new ArrayList<>();
    try (Stream<Path> files = Files.list(directory)) {
      files.map(file -> file.getFileName().toString()).sorted().forEach(names::add);
    } catch (IOException e) {
      throw new CheckpointException(directory, "cannot be listed: " + e.getMessage(), e);
    }
    String expected = "expected " + SINGLE + " or " + INDEX;
    return new CheckpointException(
        directory,
        foreign(names)
            .map(found -> expected + ", found " + found)
            .orElse(expected + ", found none"));
  }

  private static Optional<String> foreign(List<String> names) {
    for (String name : names) {
      if (name.equals("adapter_config.json") || name.startsWith("adapter_model.")) {
        return Optional.of("only an adapter (" + name + "): merge it into its base model first");
      }
    }
    for (String name : names) {
      if (name.endsWith(".bin") || name.endsWith(".pt") || name.endsWith(".pth")) {
        return Optional.of("only PyTorch pickles (" + name + "): convert them to safetensors");
      }
      if (name.endsWith(".gguf")) {
        return Optional.of("only GGUF (" + name + "): use the safetensors of the same model");
      }
      if (name.endsWith(".safetensors")) {
        return Optional.of(name + ", which is not a Hugging Face name");
      }
    }
    return Optional.empty();
  }
}
