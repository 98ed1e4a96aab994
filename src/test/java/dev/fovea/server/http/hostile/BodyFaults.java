package dev.fovea.server.http.hostile;

import static dev.fovea.server.http.hostile.RequestGrammar.oneOf;

import dev.fovea.server.http.hostile.RequestGrammar.Fault;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.GZIPOutputStream;

/** Faults of a body. */
final class BodyFaults {
  private static final List<String> FIELDS =
      List.of(
          "model",
          "prompt",
          "messages",
          "max_tokens",
          "max_completion_tokens",
          "min_tokens",
          "n",
          "best_of",
          "temperature",
          "top_p",
          "top_k",
          "min_p",
          "seed",
          "presence_penalty",
          "frequency_penalty",
          "repetition_penalty",
          "stop",
          "stop_token_ids",
          "ignore_eos",
          "stream",
          "stream_options",
          "chat_template_kwargs",
          "add_special_tokens",
          "cache_salt",
          "queue_timeout",
          "total_timeout",
          "tokens",
          "logit_bias",
          "logprobs",
          "tools",
          "response_format",
          "echo",
          "user",
          "add_generation_prompt",
          "",
          "__proto__",
          "\\u0000",
          "x");

  private static final List<String> VALUES =
      List.of(
          "null",
          "true",
          "false",
          "0",
          "-0",
          "-1",
          "1",
          "2",
          "1.5",
          "-1e-9",
          "1e308",
          "1e999",
          "1E400",
          "2147483647",
          "2147483648",
          "9223372036854775807",
          "9223372036854775808",
          "NaN",
          "Infinity",
          "9".repeat(400),
          "0.0000000001",
          "\"\"",
          "\"x\"",
          "\"\\u0000\"",
          "\"\\ud800\"",
          "\"\\u2028\\u0085\"",
          "\"\u00e9\ud83d\ude00\"",
          "\"%s%n{}\"",
          "\"</script>\"",
          "[]",
          "[[]]",
          "[null]",
          "[\"\"]",
          "[\"a\",\"b\"]",
          "[1,2,3]",
          "[-1]",
          "[1.5]",
          "[511,512]",
          "[99999999]",
          "[[1],[2]]",
          "{}",
          "{\"a\":{}}",
          "{\"type\":\"text\"}",
          "{\"include_usage\":true}",
          "{\"1\":2}",
          "[{\"role\":\"user\",\"content\":\"refuse me\"}]",
          "[{\"role\":\"king\",\"content\":\"x\"}]",
          "[{\"role\":\"user\"}]",
          "[{\"role\":\"assistant\",\"content\":null}]",
          "[{\"role\":\"user\",\"content\":[{\"type\":\"image_url\"}]}]",
          "[{}]",
          "\"test/parrot\"",
          "\"no/such\"");

  private static final List<String> WHOLES =
      List.of(
          "",
          " ",
          "{",
          "}",
          "[]",
          "null",
          "5",
          "\"x\"",
          "{}",
          "{\"",
          "{\"a\":",
          "{\"prompt\":\"a\"}{}",
          "\ufeff{\"prompt\":\"a\"}",
          "{'prompt':'a'}",
          "{\"prompt\":\"a\",}",
          "//\n{}",
          "prompt=a&b=c",
          "{\"prompt\":" + "[".repeat(5000),
          "{\"a\":".repeat(3000),
          "--x\r\nContent-Disposition: form-data\r\n\r\n");

  static final List<Fault> ALL =
      List.of(
          BodyFaults::setField,
          BodyFaults::setField,
          BodyFaults::setField,
          BodyFaults::setField,
          BodyFaults::setField,
          (draft, random) -> draft.setBody(oneOf(random, WHOLES)),
          BodyFaults::cut,
          BodyFaults::flip,
          BodyFaults::replaceNumber,
          BodyFaults::lengthen,
          BodyFaults::manyValues,
          BodyFaults::code,
          (draft, random) -> draft.body = draft.bodyText().getBytes(StandardCharsets.UTF_16));

  private BodyFaults() {}

  /** Before the others, so that one that is there already is there twice. */
  private static void setField(Draft draft, Random random) {
    String text = draft.bodyText();
    int at = text.indexOf('{') + 1;
    String field = oneOf(random, FIELDS);
    String kept = random.nextInt(10) == 0 ? text.substring(at) : without(text.substring(at), field);
    draft.setBody(
        text.substring(0, at) + "\"" + field + "\":" + oneOf(random, VALUES) + "," + kept);
  }

  /** The field's name, if it is there, made another's. */
  private static String without(String fields, String name) {
    return fields.replaceFirst("\"" + Pattern.quote(name) + "\":", "\"other\":");
  }

  private static void cut(Draft draft, Random random) {
    draft.body = Arrays.copyOf(draft.body, random.nextInt(draft.body.length + 1));
  }

  private static void flip(Draft draft, Random random) {
    byte[] flipped = draft.body.clone();
    for (int i = 0; i < 1 + random.nextInt(3) && flipped.length > 0; i++) {
      flipped[random.nextInt(flipped.length)] = (byte) random.nextInt(256);
    }
    draft.body = flipped;
  }

  private static void replaceNumber(Draft draft, Random random) {
    draft.setBody(
        draft.bodyText().replaceFirst("[0-9]+", Matcher.quoteReplacement(oneOf(random, VALUES))));
  }

  private static void lengthen(Draft draft, Random random) {
    String more =
        oneOf(random, List.of("a", "\u00e9", "\ud83d\ude00", " ", "\\n", "<|slo", "\\\\"))
            .repeat(1 + random.nextInt(3000));
    draft.setBody(draft.bodyText().replaceFirst(":\"", Matcher.quoteReplacement(":\"" + more)));
  }

  private static void manyValues(Draft draft, Random random) {
    String value =
        oneOf(
            random,
            List.of(
                "1,", "[],", "{},", "\"a\",", "[1],", "{\"role\":\"user\",\"content\":\"a\"},"));
    String array =
        "[" + value.repeat(1 + random.nextInt(4000)) + value.substring(0, value.length() - 1) + "]";
    draft.setBody("{\"" + oneOf(random, FIELDS) + "\":" + array + ",\"max_tokens\":1}");
  }

  private static void code(Draft draft, Random random) {
    draft.set("Content-Encoding", random.nextInt(4) == 0 ? "deflate" : "gzip");
    byte[] plain = random.nextInt(50) == 0 ? new byte[17 << 20] : draft.body;
    ByteArrayOutputStream coded = new ByteArrayOutputStream();
    try (GZIPOutputStream out = new GZIPOutputStream(coded)) {
      out.write(plain);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    draft.body = coded.toByteArray();
    if (random.nextInt(4) == 0) {
      flip(draft, random);
    }
  }
}
