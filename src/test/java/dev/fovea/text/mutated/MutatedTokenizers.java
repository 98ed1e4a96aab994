package dev.fovea.text.mutated;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ContainerNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fovea.text.Tokenizer;
import dev.fovea.text.TokenizerException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;

/**
 * Changes tokenizer files at random and uses what still loads. Runs in a process of its own: what
 * it looks for ends the process.
 */
public final class MutatedTokenizers {
  private static final ObjectMapper MAPPER = new ObjectMapper();
  private static final List<String> FILES = List.of("byte-level", "metaspace", "split-regex");
  private static final List<String> TEXTS =
      List.of(
          "",
          " ",
          "  the heron,\n\n\twatched 1987's harbour  ",
          "Grüße 東京 😀 e\u0301 ﬃ½ \u0000\u200b\ue000",
          "<s><unk></s><|end|> <tool>",
          "a".repeat(300) + " ".repeat(300),
          "\u2581\u2581 \u0120");

  private static final String LEVEL =
      "'type':'ByteLevel','add_prefix_space':true,'trim_offsets':true,'use_regex':true";

  /** Values that a field may come to have. */
  private static final List<String> VALUES =
      List.of(
          "null",
          "true",
          "false",
          "0",
          "1",
          "-1",
          "7",
          "1.5",
          "4294967295",
          "1e300",
          "''",
          "' '",
          "'a'",
          "'ab'",
          "'\u2581'",
          "'<unk>'",
          "'never'",
          "'first'",
          "'Removed'",
          "'Contiguous'",
          "'MergedWithNext'",
          "[]",
          "{}",
          "['<s>',1]",
          "['<s>',-1]",
          "{'String':''}",
          "{'String':' '}",
          "{'Regex':''}",
          "{'Regex':'('}",
          "{'Regex':'a*'}",
          "{'Regex':'.'}",
          "{'Regex':'|'}",
          "{'Regex':'(?=a)'}",
          "{'Regex':'\\\\s+$'}");

  /** Parts that may stand anywhere. */
  private static final List<String> PARTS =
      List.of(
          "{'type':'BertNormalizer','clean_text':true,'handle_chinese_chars':true,"
              + "'strip_accents':true,'lowercase':true}",
          "{'type':'Strip','strip_left':true,'strip_right':true}",
          "{'type':'StripAccents'}",
          "{'type':'NFC'}",
          "{'type':'NFD'}",
          "{'type':'NFKC'}",
          "{'type':'NFKD'}",
          "{'type':'Lowercase'}",
          "{'type':'Nmt'}",
          "{'type':'Precompiled','precompiled_charsmap':''}",
          "{'type':'Precompiled','precompiled_charsmap':'AAAA'}",
          "{'type':'Precompiled','precompiled_charsmap':'BAAAAAAAAAA='}",
          "{'type':'Replace','pattern':{'String':'a'},'content':''}",
          "{'type':'Replace','pattern':{'String':''},'content':'b'}",
          "{'type':'Replace','pattern':{'Regex':'a*'},'content':'b'}",
          "{'type':'Replace','pattern':{'Regex':'^|$'},'content':''}",
          "{'type':'Prepend','prepend':''}",
          "{'type':'Prepend','prepend':'\u2581'}",
          "{" + LEVEL + "}",
          "{'type':'BertPreTokenizer'}",
          "{'type':'CharDelimiterSplit','delimiter':'a'}",
          "{'type':'Digits','individual_digits':true}",
          "{'type':'FixedLength','length':0}",
          "{'type':'FixedLength','length':3}",
          "{'type':'UnicodeScripts'}",
          "{'type':'Metaspace','replacement':'\u2581','prepend_scheme':'first','split':true}",
          "{'type':'Punctuation','behavior':'Removed'}",
          "{'type':'Whitespace'}",
          "{'type':'WhitespaceSplit'}",
          "{'type':'Split','pattern':{'String':''},'behavior':'Isolated','invert':false}",
          "{'type':'Split','pattern':{'Regex':'a*'},'behavior':'Removed','invert':true}",
          "{'type':'Split','pattern':{'Regex':'|'},'behavior':'MergedWithPrevious',"
              + "'invert':false}",
          "{'type':'BPEDecoder','suffix':''}",
          "{'type':'ByteFallback'}",
          "{'type':'Fuse'}",
          "{'type':'CTC','pad_token':'a','word_delimiter_token':'','cleanup':true}",
          "{'type':'Strip','content':' ','start':1,'stop':1}",
          "{'type':'Strip','content':'a','start':9,'stop':0}",
          "{'type':'Strip','content':'a','start':0,'stop':9}",
          "{'type':'WordPiece','prefix':'','cleanup':true}",
          "{'type':'BertProcessing','sep':['x',1],'cls':['y',2]}",
          "{'type':'RobertaProcessing','sep':['x',1],'cls':['y',2],'trim_offsets':true,"
              + "'add_prefix_space':true}",
          "{'type':'TemplateProcessing','single':[{'SpecialToken':{'id':'x','type_id':0}},"
              + "{'Sequence':{'id':'A','type_id':0}}],'pair':[],'special_tokens':{}}",
          "{'type':'TemplateProcessing','single':[{'Sequence':{'id':'B','type_id':0}}],"
              + "'pair':[],'special_tokens':{}}",
          "{'type':'Sequence','normalizers':[],'pretokenizers':[],'decoders':[],"
              + "'processors':[]}",
          "{'type':'Nope'}");

  private MutatedTokenizers() {}

  /**
   * @param args a folder to write to, the first seed, one past the last
   */
  public static void main(String[] args) throws IOException {
    Path directory = Files.createDirectories(Path.of(args[0]));
    int numLoaded = 0;
    for (int seed = Integer.parseInt(args[1]); seed < Integer.parseInt(args[2]); seed++) {
      System.out.println("begin " + seed);
      write(directory, seed);
      numLoaded += use(directory) ? 1 : 0;
    }
    System.out.println("done, loaded " + numLoaded);
  }

  private static boolean use(Path directory) {
    try (Tokenizer tokenizer = Tokenizer.load(directory)) {
      for (String text : TEXTS) {
        try {
          int[] ids = tokenizer.encode(text, true);
          if (tokenizer.minTokens(text, true) > ids.length) {
            throw new IllegalStateException("fewer tokens than the floor: " + text);
          }
          tokenizer.decode(ids, true);
        } catch (TokenizerException e) {
          // A text that a tokenizer has no token for.
          continue;
        }
      }
      tokenizer.decode(IntStream.range(0, tokenizer.vocabularySize()).limit(5000).toArray(), false);
      for (int id = 0; id < 300; id++) {
        tokenizer.decode(new int[] {id}, true);
      }
      return true;
    } catch (TokenizerException e) {
      if (e.getMessage().lines().count() != 1) {
        throw new IllegalStateException("not one line: " + e.getMessage(), e);
      }
      return false;
    }
  }

  private static void write(Path directory, int seed) throws IOException {
    Random random = new Random(seed);
    Path original = Path.of("src/test/resources/text/tokenizers", FILES.get(seed % FILES.size()));
    ObjectNode file = (ObjectNode) MAPPER.readTree(original.resolve("tokenizer.json").toFile());
    int numChanges = 1 + random.nextInt(3);
    for (int i = 0; i < numChanges; i++) {
      change(file, random);
    }
    MAPPER.writeValue(directory.resolve("tokenizer.json").toFile(), file);
  }

  private static void change(ObjectNode file, Random random) throws IOException {
    List<String> places = List.of("normalizer", "pre_tokenizer", "decoder", "post_processor");
    if (random.nextBoolean()) {
      String place = places.get(random.nextInt(places.size()));
      JsonNode part = part(PARTS, random);
      file.set(place, random.nextInt(3) == 0 ? sequence(part, random) : part);
      return;
    }
    List<ContainerNode<?>> nodes = new ArrayList<>();
    collect(file, nodes);
    ContainerNode<?> node = nodes.get(random.nextInt(nodes.size()));
    JsonNode value = part(VALUES, random);
    if (node instanceof ObjectNode object && !object.isEmpty()) {
      List<String> names = new ArrayList<>();
      object.fieldNames().forEachRemaining(names::add);
      String name = names.get(random.nextInt(names.size()));
      if (random.nextInt(6) == 0) {
        object.remove(name);
      } else {
        object.set(name, value);
      }
    } else if (node instanceof ArrayNode array && !array.isEmpty()) {
      int at = random.nextInt(array.size());
      if (random.nextInt(6) == 0) {
        array.remove(at);
      } else {
        array.set(at, value);
      }
    }
  }

  private static JsonNode sequence(JsonNode part, Random random) throws IOException {
    ObjectNode sequence = MAPPER.createObjectNode().put("type", "Sequence");
    for (String list : List.of("normalizers", "pretokenizers", "decoders", "processors")) {
      sequence.putArray(list).add(part).add(part(PARTS, random));
    }
    return sequence;
  }

  private static JsonNode part(List<String> from, Random random) throws IOException {
    return MAPPER.readTree(from.get(random.nextInt(from.size())).replace('\'', '"'));
  }

  /** The large ones once, so that they are not all that is changed. */
  private static void collect(JsonNode node, List<ContainerNode<?>> into) {
    if (node instanceof ContainerNode<?> container) {
      into.add(container);
      if (container.size() < 40) {
        container.forEach(child -> collect(child, into));
      }
    }
  }
}
