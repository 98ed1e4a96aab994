package dev.fovea.server;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.ToIntFunction;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Composes long texts with hidden facts from pools that training never saw; the rules are those of
 * {@code src/test/python/shipped_model/README.md}. Every fourth case also has phrasings that
 * training never saw.
 */
final class PasskeyCases {
  private static final Pattern SLOT = Pattern.compile("\\{(\\w+)}");

  private final JsonNode pools;
  private final ToIntFunction<String> numTokens;
  private final Random random;

  /**
   * @param message what the user says: the text and a question about one of its facts
   * @param codes five digits of each fact; the answer must contain the first, which was asked for
   */
  record Case(String message, List<String> codes, boolean hasHeldOutPhrasing) {
    boolean isRight(String answer) {
      return answer.contains(codes.get(0));
    }

    boolean isOfTheText(String answer) {
      return codes.stream().anyMatch(answer::contains);
    }
  }

  PasskeyCases(ToIntFunction<String> numTokens, long seed) throws IOException {
    try (InputStream in = PasskeyCases.class.getResourceAsStream("/passkey/pools.json")) {
      pools = new ObjectMapper().readTree(in);
    }
    this.numTokens = numTokens;
    this.random = new Random(seed);
  }

  /** Case {@code index} with about {@code numTextTokens} of filler and {@code numFacts} facts. */
  Case compose(int index, int numTextTokens, int numFacts) {
    boolean isHeldOut = index % 4 == 3;
    List<String> sentences = new ArrayList<>();
    for (int length = 0; length < numTextTokens; ) {
      String sentence = fillerSentence();
      sentences.add(sentence);
      length += numTokens.applyAsInt(" " + sentence);
    }
    String question = null;
    List<String> codes = new ArrayList<>();
    for (String name : distinctNames(numFacts)) {
      String attribute = phrasing("attributes", isHeldOut);
      String code = "%05d".formatted(random.nextInt(100_000));
      String fact = fill(phrasing("facts", isHeldOut), attribute, name).replace("{c}", code);
      sentences.add(random.nextInt(sentences.size() + 1), fact);
      if (question == null) {
        question = fill(phrasing("questions", isHeldOut), attribute, name);
      }
      codes.add(code);
    }
    String message =
        phrasing("layouts", isHeldOut)
            .replace("{text}", String.join(" ", sentences))
            .replace("{question}", question);
    return new Case(message, codes, isHeldOut);
  }

  private String fillerSentence() {
    Matcher slots = SLOT.matcher(pick(pools.get("filler")));
    return slots.replaceAll(
        slot -> Matcher.quoteReplacement(pick(pools.get("slots").get(slot.group(1)))));
  }

  private List<String> distinctNames(int count) {
    List<String> names = new ArrayList<>();
    while (names.size() < count) {
      String name = pick(pools.get("names"));
      if (!names.contains(name)) {
        names.add(name);
      }
    }
    return names;
  }

  private String phrasing(String pool, boolean isHeldOut) {
    List<String> texts = new ArrayList<>();
    for (JsonNode entry : pools.get(pool)) {
      if (entry.get("heldOut").asBoolean() == isHeldOut) {
        texts.add(entry.get("text").asText());
      }
    }
    return texts.get(random.nextInt(texts.size()));
  }

  private static String fill(String template, String attribute, String name) {
    String capital = Character.toUpperCase(name.charAt(0)) + name.substring(1);
    return template.replace("{a}", attribute).replace("{n}", name).replace("{N}", capital);
  }

  private String pick(JsonNode list) {
    return list.get(random.nextInt(list.size())).asText();
  }
}
