package dev.fovea.server.mutated;

import static dev.fovea.server.mutated.ModelFiles.any;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fovea.weights.JsonMutations;
import dev.fovea.weights.SafetensorsFiles;
import dev.fovea.weights.SafetensorsFiles.Tensor;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** Ways to damage a model directory, each with what has to come of it. */
final class Mutations {
  /** What a mutated directory must be. */
  enum Verdict {
    /** Served, with the tokens of the directory as it was. */
    SAME,
    REFUSED,
    /** Refused or served: what the directory says now may be a model of its own. */
    EITHER
  }

  /**
   * @param what for the report
   */
  record Mutation(String what, Verdict verdict, Change change) {}

  /** Does it. */
  @FunctionalInterface
  interface Change {
    void apply(ModelFiles files, Random random) throws IOException;
  }

  static final List<Mutation> ALL =
      List.of(
          new Mutation("text of a JSON file", Verdict.EITHER, Mutations::mutateText),
          new Mutation("text of a JSON file", Verdict.EITHER, Mutations::mutateText),
          new Mutation("a value of a JSON file", Verdict.EITHER, Mutations::mutateValue),
          new Mutation("a value of a JSON file", Verdict.EITHER, Mutations::mutateValue),
          new Mutation("a value of config.json", Verdict.EITHER, Mutations::mutateConfig),
          new Mutation("a value of config.json", Verdict.EITHER, Mutations::mutateConfig),
          new Mutation("a value of tokenizer.json", Verdict.EITHER, Mutations::mutateTokenizer),
          new Mutation("bits of a file", Verdict.EITHER, Mutations::flipBits),
          new Mutation("a shard's header", Verdict.EITHER, Mutations::mutateHeader),
          new Mutation("a shard's header", Verdict.EITHER, Mutations::mutateHeader),
          new Mutation("a header's length", Verdict.EITHER, Mutations::mutateHeaderLength),
          new Mutation("a file with another's content", Verdict.EITHER, Mutations::swap),
          new Mutation("a tensor of any shape and type", Verdict.EITHER, Mutations::mutateTensor),
          new Mutation("a file cut short", Verdict.EITHER, Mutations::cut),
          new Mutation("a shard cut short", Verdict.REFUSED, Mutations::cutShard),
          new Mutation("a needed file removed", Verdict.REFUSED, Mutations::remove),
          new Mutation("a needed file that is none", Verdict.REFUSED, Mutations::makeSpecial),
          new Mutation("a foreign tensor", Verdict.REFUSED, Mutations::addForeign),
          new Mutation("a missing tensor", Verdict.REFUSED, Mutations::dropTensor),
          new Mutation("odd advice", Verdict.SAME, Mutations::oddAdvice),
          new Mutation("an unneeded tensor", Verdict.SAME, Mutations::addUnneeded),
          new Mutation("an index that errs", Verdict.SAME, Mutations::moveInIndex),
          new Mutation("tensors of more bits", Verdict.SAME, Mutations::widen),
          new Mutation("files that nobody reads", Verdict.SAME, Mutations::addFiles));

  private static final List<String> ODD_VALUES =
      List.of(
          "null",
          "-1",
          "0",
          "1",
          "2",
          "3",
          "63",
          "65",
          "1000000000",
          "2147483648",
          "1e999",
          "NaN",
          "9223372036854775808",
          "0.5",
          "-0.0",
          "true",
          "false",
          "\"\"",
          "\"w5\"",
          "\"\\u0000\"",
          "[]",
          "{}",
          "[1]",
          "[[]]",
          "{\"a\":1}",
          "[\"full_attention\"]",
          "\"Sequence\"",
          "{\"type\":\"Replace\",\"pattern\":{\"String\":\"\"},\"content\":\"\"}");

  private static final List<String> FOREIGN =
      List.of(
          "model.layers.0.mlp.gate_proj.qweight",
          "model.layers.1.mlp.up_proj.weight_scale",
          "model.layers.0.self_attn.q_proj.lora_A.weight",
          "base_model.model.model.layers.0.mlp.up_proj.lora_B.weight",
          "model.layers.0.self_attn.sinks",
          "model.layers.1.mlp.up_proj.bias",
          "model.embed_positions.weight",
          "lm_head.bias");

  private static final List<String> UNNEEDED =
      List.of(
          "model.rotary_emb.inv_freq",
          "model.layers.1.self_attn.rotary_emb.cos_cached",
          "model.layers.0.self_attn.k_proj.k_scale",
          "model.layers.2.input_layernorm.weight",
          "model.layers.0.self_attn.masked_bias",
          "v_head.summary.weight",
          "score.weight",
          "mtp.norm.weight");

  private static final List<String> ODD_ADVICE =
      List.of(
          "",
          "[]",
          "{\"top_p\": 0}",
          "{\"temperature\": 3}",
          "{\"top_k\": 50.0}",
          "{\"eos_token_id\": [-1, \"a\"]}",
          "{\"repetition_penalty\": {}}",
          "{\"min_p\": NaN}",
          "{\"max_new_tokens\": -5}",
          "{",
          "{\"a\":1,\"a\":2}",
          "\u0000",
          "nonsense");

  private Mutations() {}

  private static void mutateText(ModelFiles files, Random random) throws IOException {
    Path file = any(files.json(), random);
    Files.writeString(file, JsonMutations.mutate(Files.readString(file), random));
  }

  private static void mutateValue(ModelFiles files, Random random) throws IOException {
    replaceValue(any(files.json(), random), random);
  }

  private static void mutateConfig(ModelFiles files, Random random) throws IOException {
    replaceValue(files.file("config.json"), random);
  }

  private static void mutateTokenizer(ModelFiles files, Random random) throws IOException {
    replaceValue(files.file("tokenizer.json"), random);
  }

  /** Puts an odd value in the place of any, as text since not all of them are JSON. */
  private static void replaceValue(Path file, Random random) throws IOException {
    JsonNode root = ModelFiles.JSON.readTree(file.toFile());
    List<Runnable> places = new ArrayList<>();
    collect(root, "\"place of the odd value\"", places);
    any(places, random).run();
    String text = ModelFiles.JSON.writeValueAsString(root);
    Files.writeString(
        file, text.replace("\"\\\"place of the odd value\\\"\"", any(ODD_VALUES, random)));
  }

  private static void collect(JsonNode node, String mark, List<Runnable> places) {
    if (node instanceof ObjectNode object) {
      List<String> names = new ArrayList<>();
      object.fieldNames().forEachRemaining(names::add);
      names.forEach(name -> places.add(() -> object.put(name, mark)));
    } else if (node instanceof ArrayNode array) {
      for (int i = 0; i < array.size(); i++) {
        int at = i;
        places.add(() -> array.set(at, array.textNode(mark)));
      }
    }
    node.forEach(child -> collect(child, mark, places));
  }

  private static void flipBits(ModelFiles files, Random random) throws IOException {
    Path file = any(files.all(), random);
    byte[] bytes = Files.readAllBytes(file);
    for (int i = random.nextInt(8); i >= 0; i--) {
      bytes[random.nextInt(bytes.length)] ^= (byte) (1 << random.nextInt(8));
    }
    Files.write(file, bytes);
  }

  private static void mutateHeader(ModelFiles files, Random random) throws IOException {
    Path file = any(files.shards(), random);
    byte[] bytes = Files.readAllBytes(file);
    int length = (int) ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).getLong();
    String header = new String(bytes, 8, length, StandardCharsets.UTF_8);
    byte[] mutated = SafetensorsFiles.unpadded(JsonMutations.mutate(header, random));
    byte[] whole = Arrays.copyOf(mutated, mutated.length + bytes.length - 8 - length);
    System.arraycopy(bytes, 8 + length, whole, mutated.length, bytes.length - 8 - length);
    Files.write(file, whole);
  }

  private static void mutateHeaderLength(ModelFiles files, Random random) throws IOException {
    Path file = any(files.shards(), random);
    byte[] bytes = Files.readAllBytes(file);
    long length = random.nextLong() >> random.nextInt(64);
    ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).putLong(length);
    Files.write(file, bytes);
  }

  private static void swap(ModelFiles files, Random random) throws IOException {
    Files.copy(
        any(files.all(), random), any(files.all(), random), StandardCopyOption.REPLACE_EXISTING);
  }

  private static void mutateTensor(ModelFiles files, Random random) throws IOException {
    Path file = any(files.shards(), random);
    Map<String, Tensor> tensors = SafetensorsFiles.read(file);
    String name = any(List.copyOf(tensors.keySet()), random);
    String type = any(List.of("F32", "BF16", "F16", "F64", "I8", "I64", "F8_E4M3", "BOOL"), random);
    int width = type.startsWith("F64") || type.startsWith("I64") ? 8 : type.equals("F32") ? 4 : 2;
    long[] shape = {random.nextInt(4), 1 + random.nextInt(100)};
    int elements = (int) (shape[0] * shape[1]);
    boolean isByte = type.endsWith("8") || type.equals("F8_E4M3") || type.equals("BOOL");
    byte[] data = new byte[elements * (isByte ? 1 : width)];
    random.nextBytes(data);
    tensors.put(random.nextBoolean() ? name : name + "s", new Tensor(type, shape, data));
    SafetensorsFiles.write(file, tensors);
  }

  private static void cut(ModelFiles files, Random random) throws IOException {
    cut(any(files.all(), random), random);
  }

  private static void cutShard(ModelFiles files, Random random) throws IOException {
    cut(any(files.shards(), random), random);
  }

  private static void cut(Path file, Random random) throws IOException {
    byte[] bytes = Files.readAllBytes(file);
    Files.write(file, Arrays.copyOf(bytes, random.nextInt(bytes.length)));
  }

  private static void remove(ModelFiles files, Random random) throws IOException {
    Files.delete(files.required(random));
  }

  /** A pipe, a link to a device, a folder, a link to nothing. */
  private static void makeSpecial(ModelFiles files, Random random) throws IOException {
    special(files.required(random), random.nextInt(4));
  }

  private static void special(Path file, int kind) throws IOException {
    Files.deleteIfExists(file);
    switch (kind) {
      case 0 -> makePipe(file);
      case 1 -> Files.createSymbolicLink(file, Path.of("/dev/zero"));
      case 2 -> Files.createDirectory(file);
      default -> Files.createSymbolicLink(file, Path.of("/nowhere"));
    }
  }

  private static void makePipe(Path file) throws IOException {
    try {
      new ProcessBuilder("mkfifo", file.toString()).start().waitFor();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static void addForeign(ModelFiles files, Random random) throws IOException {
    add(files, any(FOREIGN, random), 1, random);
  }

  private static void addUnneeded(ModelFiles files, Random random) throws IOException {
    add(files, any(UNNEEDED, random), random.nextInt(2), random);
  }

  private static void add(ModelFiles files, String name, int value, Random random)
      throws IOException {
    Path file = any(files.shards(), random);
    Map<String, Tensor> tensors = SafetensorsFiles.read(file);
    tensors.put(name, Tensor.of("F32", new long[] {1}, value));
    SafetensorsFiles.write(file, tensors);
  }

  private static void dropTensor(ModelFiles files, Random random) throws IOException {
    Path file = any(files.shards(), random);
    Map<String, Tensor> tensors = SafetensorsFiles.read(file);
    tensors.remove(any(List.copyOf(tensors.keySet()), random));
    SafetensorsFiles.write(file, tensors);
  }

  private static void oddAdvice(ModelFiles files, Random random) throws IOException {
    Path file = files.file("generation_config.json");
    if (random.nextInt(4) == 0) {
      special(file, random.nextInt(4));
    } else {
      Files.writeString(file, any(ODD_ADVICE, random));
    }
  }

  private static void moveInIndex(ModelFiles files, Random random) throws IOException {
    Path file = files.file(ModelFiles.INDEX);
    ObjectNode index = (ObjectNode) ModelFiles.JSON.readTree(file.toFile());
    index.withObject("/metadata").put("total_size", random.nextInt());
    ObjectNode map = (ObjectNode) index.get("weight_map");
    List<String> names = new ArrayList<>();
    map.fieldNames().forEachRemaining(names::add);
    String shard = any(files.shards(), random).getFileName().toString();
    map.put(random.nextBoolean() ? any(names, random) : "not.there", shard);
    ModelFiles.JSON.writeValue(file.toFile(), index);
  }

  /** Some tensors of one shard with the same values in fp32. */
  private static void widen(ModelFiles files, Random random) throws IOException {
    Path file = any(files.shards(), random);
    Map<String, Tensor> tensors = SafetensorsFiles.read(file);
    tensors.replaceAll((name, tensor) -> random.nextBoolean() ? widened(tensor) : tensor);
    SafetensorsFiles.write(file, tensors);
  }

  private static Tensor widened(Tensor tensor) {
    ByteBuffer in = ByteBuffer.wrap(tensor.data()).order(ByteOrder.LITTLE_ENDIAN);
    float[] values = new float[tensor.data().length / 2];
    for (int i = 0; i < values.length; i++) {
      values[i] = Float.intBitsToFloat(in.getShort() << 16);
    }
    return Tensor.of("F32", tensor.shape(), values);
  }

  private static void addFiles(ModelFiles files, Random random) throws IOException {
    special(files.file("notes.txt"), random.nextInt(4));
    Files.writeString(files.file("pytorch_model.bin"), "PK");
    Files.write(files.file("model-00009-of-00009.safetensors"), new byte[random.nextInt(20)]);
  }
}
