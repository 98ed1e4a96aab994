package dev.fovea.server.bench.serve;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A process that streams tokens and computes none: 20 a second to every request, each stream at its
 * own moments, so that what reads them can be measured. Prints its port.
 */
final class TokenSource {
  private static final long INTERVAL_NANOS = 50_000_000;
  private static final long TICK_NANOS = 1_000_000;
  private static final Pattern MAX_TOKENS = Pattern.compile("\"max_tokens\":(\\d+)");
  private static final Pattern LENGTH = Pattern.compile("Content-Length: (\\d+)");
  private static final String MODELS = "{\"object\":\"list\",\"data\":[{\"id\":\"source\"}]}";

  private final Deque<Stream> streams = new ArrayDeque<>();
  private final ByteBuffer in = ByteBuffer.allocateDirect(1 << 16);
  private final ByteBuffer out = ByteBuffer.allocateDirect(1 << 12);

  /** One answer that goes on. */
  private static final class Stream {
    private final SocketChannel channel;
    private final int numTokens;
    private long due;
    private int numSent;

    private Stream(SocketChannel channel, int numTokens, long due) {
      this.channel = channel;
      this.numTokens = numTokens;
      this.due = due;
    }
  }

  public static void main(String... args) throws IOException {
    new TokenSource().run();
  }

  private void run() throws IOException {
    Selector selector = Selector.open();
    ServerSocketChannel listener = ServerSocketChannel.open();
    listener.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 4096);
    listener.configureBlocking(false);
    listener.register(selector, SelectionKey.OP_ACCEPT);
    System.out.println(listener.socket().getLocalPort());
    while (true) {
      selector.selectNow(key -> serve(selector, key));
      sendDue();
      LockSupport.parkNanos(TICK_NANOS);
    }
  }

  private void serve(Selector selector, SelectionKey key) {
    try {
      if (key.isAcceptable()) {
        acceptAll(selector, (ServerSocketChannel) key.channel());
        return;
      }
      SocketChannel channel = (SocketChannel) key.channel();
      if (channel.read(in.clear()) < 0) {
        channel.close();
        return;
      }
      StringBuilder request = (StringBuilder) key.attachment();
      request.append(StandardCharsets.ISO_8859_1.decode(in.flip()));
      if (isComplete(request)) {
        answer(channel, request.toString());
        request.setLength(0);
      }
    } catch (IOException gone) {
      key.cancel();
    }
  }

  private static void acceptAll(Selector selector, ServerSocketChannel listener)
      throws IOException {
    SocketChannel channel = listener.accept();
    while (channel != null) {
      channel.configureBlocking(false);
      channel.register(selector, SelectionKey.OP_READ, new StringBuilder());
      channel = listener.accept();
    }
  }

  private static boolean isComplete(CharSequence request) {
    int end = request.toString().indexOf("\r\n\r\n");
    Matcher length = LENGTH.matcher(request);
    return end >= 0
        && (!length.find() || request.length() >= end + 4 + Integer.parseInt(length.group(1)));
  }

  private void answer(SocketChannel channel, String request) throws IOException {
    if (!request.startsWith("POST")) {
      String status = request.contains("/models") ? "200 OK" : "404 Not Found";
      write(
          channel,
          "HTTP/1.1 %s\r\nContent-Length: %d\r\n\r\n%s".formatted(status, MODELS.length(), MODELS));
      return;
    }
    Matcher tokens = MAX_TOKENS.matcher(request);
    int numTokens = tokens.find() ? Integer.parseInt(tokens.group(1)) : 16;
    write(
        channel,
        "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n");
    streams.addLast(new Stream(channel, numTokens, System.nanoTime() + INTERVAL_NANOS));
  }

  /** All intervals are equal, so the streams stay in the order of their next tokens. */
  private void sendDue() {
    long now = System.nanoTime();
    while (!streams.isEmpty() && streams.peekFirst().due <= now) {
      Stream stream = streams.pollFirst();
      stream.due += INTERVAL_NANOS;
      try {
        send(stream);
        if (stream.numSent <= stream.numTokens) {
          streams.addLast(stream);
        }
      } catch (IOException gone) {
        // Its client has left.
      }
    }
  }

  private void send(Stream stream) throws IOException {
    int number = stream.numSent++;
    String head =
        "data: {\"id\":\"cmpl-0123456789abcdef0123456789abcdef\",\"object\":\"text_completion\","
            + "\"created\":1764000000,\"model\":\"source\",\"choices\":[";
    String frames =
        number < stream.numTokens
            ? head
                + "{\"index\":0,\"text\":\" "
                + number
                + "\",\"logprobs\":null,\"finish_reason\":null}],\"usage\":null}\n\n"
            : head
                + "],\"usage\":{\"prompt_tokens\":1,\"completion_tokens\":"
                + stream.numTokens
                + "}}\n\ndata: [DONE]\n\n";
    String end = number < stream.numTokens ? "" : "0\r\n\r\n";
    write(stream.channel, Integer.toHexString(frames.length()) + "\r\n" + frames + "\r\n" + end);
  }

  private void write(SocketChannel channel, String text) throws IOException {
    out.clear();
    out.put(text.getBytes(StandardCharsets.ISO_8859_1)).flip();
    if (channel.write(out) < text.length()) {
      throw new IOException("a client that does not read");
    }
  }
}
