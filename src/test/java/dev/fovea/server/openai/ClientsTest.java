package dev.fovea.server.openai;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.openai.client.OpenAIClient;
import com.openai.client.okhttp.OpenAIOkHttpClient;
import com.openai.core.http.StreamResponse;
import com.openai.errors.BadRequestException;
import com.openai.errors.InternalServerException;
import com.openai.errors.NotFoundException;
import com.openai.errors.SseException;
import com.openai.helpers.ChatCompletionAccumulator;
import com.openai.models.chat.completions.ChatCompletion;
import com.openai.models.chat.completions.ChatCompletionChunk;
import com.openai.models.chat.completions.ChatCompletionCreateParams;
import com.openai.models.chat.completions.ChatCompletionStreamOptions;
import com.openai.models.completions.Completion;
import com.openai.models.completions.CompletionCreateParams;
import dev.fovea.server.TestModelSource;
import dev.langchain4j.data.message.AiMessage;
import dev.langchain4j.data.message.UserMessage;
import dev.langchain4j.exception.InvalidRequestException;
import dev.langchain4j.exception.ModelNotFoundException;
import dev.langchain4j.model.chat.response.ChatResponse;
import dev.langchain4j.model.chat.response.StreamingChatResponseHandler;
import dev.langchain4j.model.openai.OpenAiChatModel;
import dev.langchain4j.model.openai.OpenAiStreamingChatModel;
import dev.langchain4j.model.output.FinishReason;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import java.net.URI;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The clients people use, unchanged, against the running server. */
@QuarkusTest
class ClientsTest {
  private static final String MODEL = TestModelSource.ID;

  @TestHTTPResource URI base;
  private OpenAIClient client;

  @BeforeEach
  void connect() {
    client =
        OpenAIOkHttpClient.builder()
            .baseUrl(base.resolve("/v1").toString())
            .apiKey("none")
            .maxRetries(0)
            .build();
  }

  @AfterEach
  void disconnect() {
    client.close();
  }

  @Test
  void openAiListsModels() {
    assertThat(client.models().list().data()).extracting(model -> model.id()).contains(MODEL);
    assertThat(client.models().retrieve(MODEL).id()).isEqualTo(MODEL);
  }

  @Test
  void openAiChats() {
    ChatCompletion answer = client.chat().completions().create(chat("abc", 7).build());

    assertThat(answer.choices().get(0).message().content()).contains("abcabca");
    assertThat(answer.choices().get(0).finishReason())
        .isEqualTo(ChatCompletion.Choice.FinishReason.LENGTH);
    assertThat(answer.usage().orElseThrow().totalTokens()).isEqualTo(10);
    answer.validate();
  }

  @Test
  void openAiStreamsAChat() {
    ChatCompletionCreateParams request =
        chat("日本語 ", 20)
            .streamOptions(ChatCompletionStreamOptions.builder().includeUsage(true).build())
            .build();
    try (StreamResponse<ChatCompletionChunk> stream =
        client.chat().completions().createStreaming(request)) {
      List<ChatCompletionChunk> chunks = stream.stream().toList();

      chunks.forEach(ChatCompletionChunk::validate);
      String text =
          chunks.stream()
              .flatMap(chunk -> chunk.choices().stream())
              .map(choice -> choice.delta().content().orElse(""))
              .collect(Collectors.joining());
      assertThat(text).isEqualTo("日本語 日本語 ");
      assertThat(chunks.get(chunks.size() - 1).usage().orElseThrow().completionTokens())
          .isEqualTo(20);
    }
  }

  @Test
  void openAiGetsSeveralChoices() {
    List<String> expected = List.of("abcdefg", "bcdefga", "cdefgab");
    ChatCompletionCreateParams request =
        chat("abcdefg", 7)
            .n(3)
            .streamOptions(ChatCompletionStreamOptions.builder().includeUsage(true).build())
            .build();
    ChatCompletion answer =
        client.chat().completions().create(chat("abcdefg", 7).n(3).build()).validate();
    assertThat(answer.choices())
        .extracting(choice -> choice.message().content().orElseThrow())
        .isEqualTo(expected);
    assertThat(answer.choices()).extracting(choice -> choice.index()).containsExactly(0L, 1L, 2L);
    assertThat(answer.usage().orElseThrow().completionTokens()).isEqualTo(21);

    ChatCompletionAccumulator whole = ChatCompletionAccumulator.create();
    try (StreamResponse<ChatCompletionChunk> stream =
        client.chat().completions().createStreaming(request)) {
      stream.stream().map(ChatCompletionChunk::validate).forEach(whole::accumulate);
    }
    assertThat(whole.chatCompletion().choices())
        .extracting(choice -> choice.message().content().orElseThrow())
        .isEqualTo(expected);
    assertThat(whole.chatCompletion().usage().orElseThrow().completionTokens()).isEqualTo(21);
  }

  @Test
  void openAiCompletesSeveralPrompts() {
    Completion answer =
        client
            .completions()
            .create(
                CompletionCreateParams.builder()
                    .model(MODEL)
                    .promptOfArrayOfStrings(List.of("xyz", "ab"))
                    .n(2)
                    .maxTokens(4)
                    .build());
    assertThat(answer.choices())
        .extracting(choice -> choice.text())
        .containsExactly("xyzx", "yzxy", "abab", "baba");
  }

  @Test
  void openAiCompletesAndStreamsACompletion() {
    CompletionCreateParams request =
        CompletionCreateParams.builder().model(MODEL).prompt("xyz").maxTokens(5).build();
    assertThat(client.completions().create(request).choices().get(0).text()).isEqualTo("xyzxy");
    try (StreamResponse<Completion> stream = client.completions().createStreaming(request)) {
      String text =
          stream.stream().map(part -> part.choices().get(0).text()).collect(Collectors.joining());
      assertThat(text).isEqualTo("xyzxy");
    }
  }

  @Test
  void openAiMapsErrors() {
    assertThatThrownBy(
            () -> client.chat().completions().create(chat("a", 1).model("no/such").build()))
        .isInstanceOf(NotFoundException.class)
        .hasMessageContaining("no/such");
    assertThatThrownBy(() -> client.chat().completions().create(chat("a", 600).build()))
        .isInstanceOfSatisfying(
            BadRequestException.class,
            e -> assertThat(e.code()).contains("context_length_exceeded"));
    assertThatThrownBy(() -> client.chat().completions().create(chat("a", 1).n(17).build()))
        .isInstanceOfSatisfying(
            BadRequestException.class, e -> assertThat(e.param()).contains("n"));
    assertThatThrownBy(() -> client.chat().completions().create(chat("<|poison|>", 5).build()))
        .isInstanceOf(InternalServerException.class);
  }

  @Test
  void openAiHearsOfAFailureInAStream() {
    try (StreamResponse<ChatCompletionChunk> stream =
        client.chat().completions().createStreaming(chat("a<|slow|>b<|poison|>", 9).build())) {
      assertThatThrownBy(() -> stream.stream().toList()).isInstanceOf(SseException.class);
    }
  }

  @Test
  void langChainChats() {
    ChatResponse answer = langChain(MODEL).chat(new UserMessage("abc"));

    assertThat(answer.aiMessage().text()).isEqualTo("abcabcabc");
    assertThat(answer.tokenUsage().totalTokenCount()).isEqualTo(12);
    assertThat(answer.finishReason()).isEqualTo(FinishReason.LENGTH);
  }

  @Test
  void langChainStreams() throws Exception {
    Collector collector = new Collector();

    langChainStreaming().chat("日本語!", collector);

    ChatResponse answer = collector.end.get(20, TimeUnit.SECONDS);
    assertThat(collector.text.toString()).isEqualTo("日本語");
    assertThat(answer.aiMessage()).isEqualTo(AiMessage.from("日本語"));
    assertThat(answer.tokenUsage().outputTokenCount()).isEqualTo(9);
  }

  @Test
  void langChainHearsOfAFailureInAStream() {
    Collector collector = new Collector();

    langChainStreaming().chat("a<|slow|>b<|poison|>", collector);

    assertThatThrownBy(() -> collector.end.get(20, TimeUnit.SECONDS))
        .isInstanceOf(ExecutionException.class);
  }

  @Test
  void langChainMapsErrors() {
    assertThatThrownBy(() -> langChain("no/such").chat("a"))
        .isInstanceOf(ModelNotFoundException.class);
    assertThatThrownBy(() -> langChain(MODEL).chat("x".repeat(600)))
        .isInstanceOf(InvalidRequestException.class)
        .hasMessageContaining("maximum context length");
  }

  private static ChatCompletionCreateParams.Builder chat(String text, long maxTokens) {
    return ChatCompletionCreateParams.builder()
        .model(MODEL)
        .addUserMessage(text)
        .maxCompletionTokens(maxTokens);
  }

  private OpenAiChatModel langChain(String model) {
    return OpenAiChatModel.builder()
        .baseUrl(base.resolve("/v1").toString())
        .apiKey("none")
        .modelName(model)
        .maxTokens(9)
        .maxRetries(0)
        .build();
  }

  private OpenAiStreamingChatModel langChainStreaming() {
    return OpenAiStreamingChatModel.builder()
        .baseUrl(base.resolve("/v1").toString())
        .apiKey("none")
        .modelName(MODEL)
        .maxTokens(9)
        .build();
  }

  private static final class Collector implements StreamingChatResponseHandler {
    private final StringBuilder text = new StringBuilder();
    private final CompletableFuture<ChatResponse> end = new CompletableFuture<>();

    @Override
    public void onPartialResponse(String partial) {
      text.append(partial);
    }

    @Override
    public void onCompleteResponse(ChatResponse response) {
      end.complete(response);
    }

    @Override
    public void onError(Throwable error) {
      end.completeExceptionally(error);
    }
  }
}
