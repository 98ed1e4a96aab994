package dev.fovea.server.http;

import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.channel.socket.DuplexChannel;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpStatusClass;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.ReferenceCountUtil;
import java.nio.channels.ClosedChannelException;
import java.time.Duration;

/**
 * Looks at every request of one HTTP/1 connection before the server does, and answers those that
 * are no HTTP in the API's error shape; after that the connection closes. Tells {@link
 * ConnectionRules} when requests and answers begin and end. On the connection's event loop.
 */
final class RequestHeads extends ChannelDuplexHandler {
  /** A close at once, with bytes still unread, would take the answer from the client. */
  static final Duration LINGER = Duration.ofSeconds(2);

  private static final int RETRY_SECONDS = 1;

  private final ConnectionRules rules;
  private ChannelHandlerContext connection;
  private boolean isAnswerBegun;
  private ApiError refusal;

  RequestHeads(ConnectionRules rules) {
    this.rules = rules;
  }

  @Override
  public void handlerAdded(ChannelHandlerContext context) {
    connection = context;
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object message) {
    if (refusal != null) {
      ReferenceCountUtil.release(message);
      return;
    }
    if (message instanceof HttpRequest head) {
      ApiError error = errorOf(head);
      if (error != null) {
        ReferenceCountUtil.release(message);
        refuse(error);
        return;
      }
      if (head.protocolVersion() == HttpVersion.HTTP_1_0 && HttpUtil.isContentLengthSet(head)) {
        // The decoder has made one of several lengths: only a last request's may be wrong.
        head.headers().remove(HttpHeaderNames.CONNECTION);
      }
      rules.requestBegan();
    } else if (message instanceof HttpObject body && body.decoderResult().isFailure()) {
      ReferenceCountUtil.release(message);
      breakOff();
      return;
    }
    if (message instanceof LastHttpContent) {
      rules.requestEnded();
    }
    context.fireChannelRead(message);
  }

  @Override
  public void write(ChannelHandlerContext context, Object message, ChannelPromise promise) {
    if (!context.channel().isActive()) {
      // The encoder would fail again, and loudly, on what Vert.x writes when it hears of a failure.
      ReferenceCountUtil.release(message);
      promise.tryFailure(new ClosedChannelException());
      return;
    }
    context.write(message, promise);
    if (message instanceof HttpResponse response && isInformational(response)) {
      return;
    }
    isAnswerBegun |= message instanceof HttpResponse;
    if (message instanceof LastHttpContent) {
      isAnswerBegun = false;
      rules.answerEnded();
      if (refusal != null && rules.numUnanswered() == 0) {
        answer(refusal);
      }
    }
  }

  /** Takes no more from this connection and says so, after the answers to earlier requests. */
  void refuse(ApiError error) {
    refusal = error;
    if (rules.numUnanswered() == 0) {
      answer(error);
    }
  }

  /**
   * A body that is no HTTP: an answer that has begun meanwhile cannot be taken back, and one that
   * has ended is the only one.
   */
  private void breakOff() {
    refusal = HttpErrors.of(400);
    rules.life().count(ConnectionCounts.End.MALFORMED);
    if (rules.numUnanswered() == 0) {
      linger();
    } else if (isAnswerBegun || rules.numUnanswered() > 1) {
      connection.close();
    } else {
      answer(refusal);
    }
  }

  private void answer(ApiError error) {
    FullHttpResponse response =
        new DefaultFullHttpResponse(
            HttpVersion.HTTP_1_1,
            HttpResponseStatus.valueOf(error.status()),
            Unpooled.wrappedBuffer(error.toJson()));
    response
        .headers()
        .set(HttpHeaderNames.CONTENT_TYPE, HttpHeaderValues.APPLICATION_JSON)
        .set(HttpHeaderNames.CONTENT_LENGTH, response.content().readableBytes())
        .set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE)
        .set(HttpRoutes.REQUEST_ID, HttpRoutes.newRequestId());
    if (error.status() == 503) {
      response.headers().set(HttpHeaderNames.RETRY_AFTER, RETRY_SECONDS);
    }
    connection.writeAndFlush(response).addListener(written -> linger());
  }

  private void linger() {
    if (connection.channel() instanceof DuplexChannel duplex) {
      duplex.shutdownOutput();
    }
    rules.lastAnswerEnded(connection::close);
  }

  private ApiError errorOf(HttpRequest head) {
    ApiError error = HeadRules.errorOf(head);
    if (error != null) {
      rules.life().count(ConnectionCounts.End.MALFORMED);
      return error;
    }
    boolean mayServe = rules.life().mayServe();
    if (!mayServe && !HeadRules.isProbe(head)) {
      rules.life().count(ConnectionCounts.End.REFUSED);
      return HttpErrors.full();
    }
    return HeadRules.settleUpgrade(head, mayServe);
  }

  private static boolean isInformational(HttpResponse response) {
    return response.status().codeClass() == HttpStatusClass.INFORMATIONAL;
  }
}
