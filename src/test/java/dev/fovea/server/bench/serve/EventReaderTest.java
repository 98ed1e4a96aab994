package dev.fovea.server.bench.serve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.ProtocolException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Framing of answers and events, cut at every place. */
class EventReaderTest {
  private static final String STREAM =
      ": ping\n\n"
          + ScriptedServer.delta("")
          + ScriptedServer.delta("na\u00efve \\\"text\\\":\\\"x\\\" \\\\")
          + ScriptedServer.delta(" two")
          + "data:{\"choices\":[{\"text\": \"three\"}]}\r\n\r\n"
          + "data: {\"choices\":[{\"text\":null}]}\n\n"
          + ScriptedServer.usage(5, 3)
          + ScriptedServer.DONE;
  private static final List<String> HEARD =
      List.of(
          "content na\u00efve \"text\":\"x\" \\", "content  two", "content three", "usage", "done");

  /** Hears everything as lines of text. */
  private static final class Heard implements EventReader.Listener, AnswerReader.Listener {
    private final List<String> events = new ArrayList<>();
    private final EventReader reader = new EventReader(this);

    @Override
    public void event(StreamEvent event) {
      if (event.error() != null) {
        events.add("error " + event.error());
      } else if (!event.text().isEmpty()) {
        events.add("content " + event.text());
      } else if (event.usage() != null) {
        events.add("usage");
      }
    }

    @Override
    public void done() {
      events.add("done");
    }

    @Override
    public void head(int status) {
      events.add("head " + status);
    }

    @Override
    public void body(byte[] bytes, int from, int to) throws ProtocolException {
      reader.feed(bytes, from, to);
    }

    @Override
    public void end() {
      events.add("end");
    }
  }

  @Test
  void eventsAreTheSameWhereverTheirBytesAreCut() throws ProtocolException {
    byte[] answer = ScriptedServer.chunked(STREAM.split("(?<=t)"));
    List<String> whole = new ArrayList<>(List.of("head 200"));
    whole.addAll(HEARD);
    whole.add("end");
    for (int cut = 0; cut <= answer.length; cut++) {
      Heard heard = new Heard();
      AnswerReader reader = new AnswerReader(heard);
      reader.feed(answer, 0, cut);
      reader.feed(answer, cut, answer.length);
      assertThat(heard.events).as("cut at %d", cut).isEqualTo(whole);
    }
  }

  @Test
  void eventsAreTheSameByteByByteAndForTwoAnswersInARow() throws ProtocolException {
    byte[] chunked = ScriptedServer.chunked(STREAM);
    byte[] sized =
        ("HTTP/1.1 429 No\r\nContent-Length: 3\r\nConnection: close\r\n\r\nabc")
            .getBytes(StandardCharsets.US_ASCII);
    Heard heard = new Heard();
    AnswerReader reader = new AnswerReader(heard);
    for (byte[] answer : new byte[][] {chunked, sized}) {
      for (int i = 0; i < answer.length; i++) {
        reader.feed(answer, i, i + 1);
      }
    }
    List<String> expected = new ArrayList<>(List.of("head 200"));
    expected.addAll(HEARD);
    expected.addAll(List.of("end", "head 429", "end"));
    assertThat(heard.events).isEqualTo(expected);
    assertThat(reader.closes()).isTrue();
  }

  @Test
  void errorsAreHeardWithAndWithoutTheirName() throws ProtocolException {
    for (String stream :
        List.of(
            "event: error\ndata: {\"error\":{\"a\":1}}\n\n", "data: {\"error\":{\"a\":1}}\n\n")) {
      Heard heard = new Heard();
      heard.body(stream.getBytes(StandardCharsets.UTF_8), 0, stream.length());
      assertThat(heard.events).containsExactly("error {\"error\":{\"a\":1}}");
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "SSH-2.0-OpenSSH\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n"
      })
  void whatIsNoHttpIsRefused(String bytes) {
    AnswerReader reader = new AnswerReader(new Heard());
    assertThatThrownBy(
            () -> reader.feed(bytes.getBytes(StandardCharsets.US_ASCII), 0, bytes.length()))
        .isInstanceOf(ProtocolException.class);
  }
}
