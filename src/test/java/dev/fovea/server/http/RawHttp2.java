package dev.fovea.server.http;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.DefaultHttp2HeadersDecoder;
import io.netty.handler.codec.http2.DefaultHttp2HeadersEncoder;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2HeadersEncoder;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.nio.charset.StandardCharsets;

/** An HTTP/2 connection to the server under test that sends what it is told, right or wrong. */
public final class RawHttp2 implements AutoCloseable {
  public static final int DATA = 0;
  public static final int HEADERS = 1;
  public static final int RST_STREAM = 3;
  public static final int SETTINGS = 4;
  public static final int PING = 6;
  public static final int GOAWAY = 7;
  public static final int CONTINUATION = 9;

  public static final int END_STREAM = 1;
  public static final int END_HEADERS = 4;

  static final String PREFACE = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

  private static final int INITIAL_WINDOW_SIZE = 4;
  private static final int PATIENCE_MILLIS = 15_000;
  private static final int MAX_HEADERS = 1 << 20;

  private final Socket socket;
  private final DataInputStream in;
  private final DefaultHttp2HeadersDecoder decoder =
      new DefaultHttp2HeadersDecoder(true, MAX_HEADERS);
  private final DefaultHttp2HeadersEncoder encoder =
      new DefaultHttp2HeadersEncoder(Http2HeadersEncoder.NEVER_SENSITIVE, true);

  /** What the server sent. */
  public record Frame(int type, int flags, int stream, byte[] payload) {

    boolean isEnd() {
      boolean isMessage = type == DATA || type == HEADERS;
      return type == RST_STREAM || isMessage && (flags & END_STREAM) != 0;
    }

    /** Of a reset or a goodbye. */
    int errorCode() {
      return Unpooled.wrappedBuffer(payload).getInt(type == GOAWAY ? 4 : 0);
    }
  }

  /**
   * @param end the frame that ended it: its last one, or a reset
   */
  record Answer(int status, String body, Frame end) {}

  private RawHttp2(Socket socket) throws IOException {
    this.socket = socket;
    socket.setSoTimeout(PATIENCE_MILLIS);
    in = new DataInputStream(socket.getInputStream());
  }

  /** Says nothing yet. */
  static RawHttp2 silent(URI base) throws IOException {
    return new RawHttp2(new Socket(base.getHost(), base.getPort()));
  }

  public static RawHttp2 to(URI base) throws IOException {
    return withWindow(base, 65_535);
  }

  /**
   * @param window what the server may send on each stream before it is told to go on
   */
  public static RawHttp2 withWindow(URI base, int window) throws IOException {
    RawHttp2 connection = silent(base);
    connection.write(PREFACE.getBytes(StandardCharsets.US_ASCII));
    connection.send(
        SETTINGS, 0, 0, bytes(Unpooled.buffer().writeShort(INITIAL_WINDOW_SIZE).writeInt(window)));
    return connection;
  }

  void write(byte[] bytes) throws IOException {
    socket.getOutputStream().write(bytes);
  }

  public void send(int type, int flags, int stream, byte[] payload) throws IOException {
    write(frame(type, flags, stream, payload));
  }

  static byte[] frame(int type, int flags, int stream, byte[] payload) {
    return bytes(
        Unpooled.buffer()
            .writeMedium(payload.length)
            .writeByte(type)
            .writeByte(flags)
            .writeInt(stream)
            .writeBytes(payload));
  }

  public void get(int stream, String path) throws IOException {
    send(HEADERS, END_HEADERS | END_STREAM, stream, head("GET", path));
  }

  /** With a JSON body; null: it does not come. */
  public void post(int stream, String path, String body) throws IOException {
    send(HEADERS, END_HEADERS, stream, head("POST", path));
    if (body != null) {
      send(DATA, END_STREAM, stream, body.getBytes(StandardCharsets.UTF_8));
    }
  }

  byte[] head(String method, String path, String... more) {
    Http2Headers headers =
        new DefaultHttp2Headers(false)
            .method(method)
            .scheme("http")
            .path(path)
            .authority("localhost")
            .add("content-type", "application/json");
    for (int i = 0; i < more.length; i += 2) {
      headers.add(more[i], more[i + 1]);
    }
    ByteBuf out = Unpooled.buffer();
    try {
      encoder.encodeHeaders(1, headers, out);
    } catch (Http2Exception e) {
      throw new AssertionError(e);
    }
    return bytes(out);
  }

  /** Null: the connection has ended. */
  public Frame read() throws IOException {
    int first = in.read();
    if (first < 0) {
      return null;
    }
    int length = first << 16 | in.readUnsignedShort();
    int type = in.readUnsignedByte();
    int flags = in.readUnsignedByte();
    int stream = in.readInt();
    return new Frame(type, flags, stream, in.readNBytes(length));
  }

  /** The rest of one answer; frames of other streams are dropped. */
  Answer answer(int stream) throws IOException {
    int status = 0;
    StringBuilder body = new StringBuilder();
    for (Frame frame = read(); frame != null; frame = read()) {
      if (frame.type() == HEADERS) {
        int decoded = status(frame);
        status = frame.stream() == stream ? decoded : status;
      } else if (frame.stream() == stream && frame.type() == DATA) {
        body.append(new String(frame.payload(), StandardCharsets.UTF_8));
      }
      if (frame.stream() == stream && frame.isEnd()) {
        return new Answer(status, body.toString(), frame);
      }
    }
    throw new AssertionError("the connection ended after: " + body);
  }

  private int status(Frame frame) {
    try {
      int priority = (frame.flags() & 0x20) == 0 ? 0 : 5;
      ByteBuf block = Unpooled.wrappedBuffer(frame.payload()).skipBytes(priority);
      return Integer.parseInt(decoder.decodeHeaders(frame.stream(), block).status().toString());
    } catch (Http2Exception e) {
      throw new AssertionError(e);
    }
  }

  /** Reads to the end of the connection; the goodbye, or null where there was none. */
  Frame goodbye() {
    Frame goodbye = null;
    try {
      for (Frame frame = read(); frame != null; frame = read()) {
        goodbye = frame.type() == GOAWAY ? frame : goodbye;
      }
    } catch (SocketTimeoutException e) {
      throw new AssertionError("the connection stays open", e);
    } catch (IOException reset) {
      return goodbye;
    }
    return goodbye;
  }

  private static byte[] bytes(ByteBuf buffer) {
    byte[] bytes = new byte[buffer.readableBytes()];
    buffer.readBytes(bytes);
    return bytes;
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
