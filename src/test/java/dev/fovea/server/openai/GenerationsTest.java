package dev.fovea.server.openai;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fovea.server.answer.AnswerMailbox;
import io.smallrye.mutiny.helpers.test.AssertSubscriber;
import io.vertx.core.Handler;
import io.vertx.core.http.HttpServerResponse;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.concurrent.Flow;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** A client's leave is heard whenever it comes. */
class GenerationsTest {
  private final AtomicInteger cancels = new AtomicInteger();
  private final AnswerMailbox mailbox =
      new AnswerMailbox(new Source(), new AnswerMailbox.Patience(Duration.ZERO, null));
  private final Connection connection = new Connection();

  @Test
  void aClientThatHasLeftBeforeIsHeard() {
    connection.isClosed = true;
    Generations.whileConnected(connection.response(), mailbox);
    assertThat(cancels).hasValue(1);
  }

  @Test
  void aClientThatLeavesWithoutAReaderIsHeard() {
    Generations.whileConnected(connection.response(), mailbox);
    connection.close();
    assertThat(cancels).hasValue(1);
  }

  /** REST replaces the handler before it subscribes, by one that cannot cancel until it has. */
  @Test
  void aClientThatLeavesBetweenHandlerAndSubscriptionIsHeard() {
    Flow.Publisher<byte[]> answer = Generations.whileConnected(connection.response(), mailbox);
    connection.handler = gone -> {};
    connection.close();
    assertThat(cancels).hasValue(0);
    answer.subscribe(AssertSubscriber.create(1));
    assertThat(cancels).hasValue(1);
  }

  @Test
  void aClientThatStaysIsServed() {
    Flow.Publisher<byte[]> answer = Generations.whileConnected(connection.response(), mailbox);
    AssertSubscriber<byte[]> reader = AssertSubscriber.create(1);
    answer.subscribe(reader);
    mailbox.offer(new byte[] {1});
    mailbox.complete();
    reader.assertCompleted();
    assertThat(cancels).hasValue(0);
  }

  private final class Source implements AnswerMailbox.Source {
    @Override
    public void pause() {}

    @Override
    public void resume() {}

    @Override
    public void cancel() {
      cancels.incrementAndGet();
    }
  }

  /** As Vert.x has it: one handler, which a connection that has closed calls no more. */
  private static final class Connection {
    private Handler<Void> handler;
    private boolean isClosed;

    void close() {
      isClosed = true;
      handler.handle(null);
    }

    @SuppressWarnings("unchecked")
    HttpServerResponse response() {
      return (HttpServerResponse)
          Proxy.newProxyInstance(
              getClass().getClassLoader(),
              new Class<?>[] {HttpServerResponse.class},
              (proxy, method, arguments) -> {
                if (method.getName().equals("closed")) {
                  return isClosed;
                }
                assertThat(method.getName()).isEqualTo("closeHandler");
                handler = (Handler<Void>) arguments[0];
                return proxy;
              });
    }
  }
}
