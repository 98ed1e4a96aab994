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
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.handler.codec.http.TooLongHttpHeaderException;
import io.netty.handler.codec.http.TooLongHttpLineException;
import io.netty.util.ReferenceCountUtil;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.channels.ClosedChannelException;
import java.util.concurrent.TimeUnit;

/**
 * Looks at every request of one HTTP/1 connection before the server does, and answers those that
 * are no HTTP in the API's error shape; after that the connection closes. Tells {@link
 * ConnectionRules} when requests and answers begin and end. On the connection's event loop.
 */
final class RequestHeads extends ChannelDuplexHandler {
  /** A close at once, with bytes still unread, would take the answer from the client. */
  private static final int LINGER_SECONDS = 2;

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
    connection.writeAndFlush(response).addListener(written -> linger());
  }

  private void linger() {
    if (connection.channel() instanceof DuplexChannel duplex) {
      duplex.shutdownOutput();
    }
    connection.executor().schedule(() -> connection.close(), LINGER_SECONDS, TimeUnit.SECONDS);
  }

  private static boolean isInformational(HttpResponse response) {
    return response.status().codeClass() == HttpStatusClass.INFORMATIONAL;
  }

  private static ApiError errorOf(HttpRequest head) {
    if (head.decoderResult().isFailure()) {
      Throwable cause = head.decoderResult().cause();
      if (cause instanceof TooLongHttpLineException) {
        return HttpErrors.of(414);
      }
      return HttpErrors.of(cause instanceof TooLongHttpHeaderException ? 431 : 400);
    }
    if (head.protocolVersion().majorVersion() != 1) {
      return HttpErrors.of(505);
    }
    boolean hasManyHosts = head.headers().getAll(HttpHeaderNames.HOST).size() > 1;
    return hasManyHosts || !isUri(head.uri()) ? HttpErrors.of(400) : null;
  }

  private static boolean isUri(String target) {
    try {
      new URI(target);
      return true;
    } catch (URISyntaxException e) {
      return false;
    }
  }
}
