package dev.fovea.server.request;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fovea.server.http.ApiException;
import dev.fovea.server.http.ErrorCodes;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/**
 * Parameters that other servers have, that would change the output, and that are not built: refused
 * by name unless their value asks for nothing. To ignore one would be to answer another question
 * than the one asked.
 *
 * @param harmless values that ask for nothing
 */
record Unbuilt(String name, Predicate<JsonNode> harmless) {
  private static final Predicate<JsonNode> NEVER = value -> false;
  private static final Predicate<JsonNode> FALSE = value -> value.isBoolean() && !value.asBoolean();
  private static final Predicate<JsonNode> TRUE = value -> value.isBoolean() && value.asBoolean();
  private static final Predicate<JsonNode> EMPTY =
      value -> value.isContainerNode() && value.isEmpty();
  private static final Predicate<JsonNode> ZERO =
      value -> value.isNumber() && value.doubleValue() == 0;

  private static final List<Unbuilt> EVERYWHERE =
      List.of(
          new Unbuilt("logit_bias", EMPTY),
          new Unbuilt("prompt_logprobs", NEVER),
          new Unbuilt("allowed_token_ids", NEVER),
          new Unbuilt("bad_words", EMPTY),
          new Unbuilt("use_beam_search", FALSE),
          new Unbuilt("truncate_prompt_tokens", NEVER),
          new Unbuilt("response_format", Unbuilt::isTextFormat),
          new Unbuilt("structured_outputs", NEVER),
          new Unbuilt("guided_json", NEVER),
          new Unbuilt("guided_regex", NEVER),
          new Unbuilt("guided_choice", NEVER),
          new Unbuilt("guided_grammar", NEVER),
          new Unbuilt("grammar", NEVER),
          new Unbuilt("logits_processors", EMPTY),
          new Unbuilt("include_stop_str_in_output", FALSE),
          new Unbuilt("skip_special_tokens", TRUE),
          new Unbuilt("return_tokens_as_token_ids", FALSE),
          new Unbuilt("return_token_ids", FALSE),
          new Unbuilt("priority", ZERO));

  static final List<Unbuilt> IN_COMPLETIONS =
      with(
          new Unbuilt("logprobs", NEVER),
          new Unbuilt("echo", FALSE),
          new Unbuilt("suffix", value -> value.isTextual() && value.textValue().isEmpty()),
          new Unbuilt("prompt_embeds", NEVER));

  static final List<Unbuilt> IN_CHAT =
      with(
          new Unbuilt("logprobs", FALSE),
          new Unbuilt("top_logprobs", ZERO),
          new Unbuilt("tools", EMPTY),
          new Unbuilt("tool_choice", Unbuilt::isNone),
          new Unbuilt("functions", EMPTY),
          new Unbuilt("function_call", Unbuilt::isNone),
          new Unbuilt("audio", NEVER),
          new Unbuilt("modalities", Unbuilt::isTextOnly),
          new Unbuilt("web_search_options", NEVER),
          new Unbuilt("echo", FALSE),
          new Unbuilt("add_special_tokens", FALSE),
          new Unbuilt("documents", EMPTY),
          new Unbuilt("chat_template", NEVER));

  static void refuse(ObjectNode request, List<Unbuilt> unbuilt) {
    refuse(request, "", unbuilt);
  }

  /**
   * @param prefix path of the object in the request with its dot, or empty
   * @throws ApiException 400 {@code unsupported_parameter} for the first that asks for something
   */
  static void refuse(ObjectNode request, String prefix, List<Unbuilt> unbuilt) {
    for (Unbuilt parameter : unbuilt) {
      JsonNode value = request.get(parameter.name());
      if (value != null && !value.isNull() && !parameter.harmless().test(value)) {
        throw ApiException.badField(
            prefix + parameter.name(),
            ErrorCodes.UNSUPPORTED,
            prefix
                + parameter.name()
                + ": this server does not support it, or not with this value");
      }
    }
  }

  private static boolean isTextFormat(JsonNode value) {
    return value.isObject() && value.path("type").asText().equals("text");
  }

  private static boolean isNone(JsonNode value) {
    return value.isTextual() && value.textValue().equals("none");
  }

  private static boolean isTextOnly(JsonNode value) {
    return value.isArray() && value.size() == 1 && value.get(0).asText().equals("text");
  }

  private static List<Unbuilt> with(Unbuilt... more) {
    List<Unbuilt> all = new ArrayList<>(EVERYWHERE);
    all.addAll(List.of(more));
    return List.copyOf(all);
  }
}
