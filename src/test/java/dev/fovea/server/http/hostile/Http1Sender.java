package dev.fovea.server.http.hostile;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;

/** Sends drafts over HTTP/1 connections, one after the other, as long as one lasts. */
final class Http1Sender implements Sender {
  /**
   * After so long without an answer, a request that is none is ended, as it has no end of its own.
   */
  private static final int UNENDED_MILLIS = 150;

  private final URI base;
  private Socket socket;
  private InputStream in;

  Http1Sender(URI base) {
    this.base = base;
  }

  @Override
  public Answer send(Draft draft) throws IOException {
    if (socket == null) {
      socket = new Socket(base.getHost(), base.getPort());
      in = new BufferedInputStream(socket.getInputStream());
    }
    long start = System.nanoTime();
    try {
      Answer answer = exchange(draft, start);
      if (draft.mayBeCutOff || "close".equals(answer.headers().get("connection"))) {
        close();
      }
      return answer;
    } catch (SocketTimeoutException late) {
      close();
      return new Answer(0, Map.of(), new byte[0], Long.MAX_VALUE);
    } catch (IOException closed) {
      close();
      return Answer.none(System.nanoTime() - start);
    }
  }

  private Answer exchange(Draft draft, long start) throws IOException {
    socket.setSoTimeout(draft.mayBeCutOff ? UNENDED_MILLIS : LATE_MILLIS);
    try {
      socket.getOutputStream().write(draft.toHttp1());
    } catch (IOException refused) {
      // It may have been answered already.
    }
    if (draft.mayBeCutOff) {
      in.mark(1);
      try {
        if (in.read() < 0) {
          throw new EOFException();
        }
        in.reset();
      } catch (SocketTimeoutException waiting) {
        socket.shutdownOutput();
      }
      socket.setSoTimeout(LATE_MILLIS);
    }
    while (true) {
      Answer answer = readAnswer(draft.method.equals("HEAD"), start);
      if (answer.status() >= 200) {
        return answer;
      }
    }
  }

  private Answer readAnswer(boolean isHead, long start) throws IOException {
    String line = readLine();
    if (!line.startsWith("HTTP/1.") || line.length() < 12) {
      throw new AssertionError("no answer: " + line);
    }
    int status = Integer.parseInt(line.substring(9, 12));
    Map<String, String> headers = new HashMap<>();
    for (line = readLine(); !line.isEmpty(); line = readLine()) {
      int colon = line.indexOf(':');
      headers.put(
          line.substring(0, colon).toLowerCase(Locale.ROOT), line.substring(colon + 1).strip());
    }
    byte[] body = new byte[0];
    if (!isHead && status >= 200 && status != 204 && status != 304) {
      body = readBody(headers);
    }
    return new Answer(status, headers, body, System.nanoTime() - start);
  }

  private byte[] readBody(Map<String, String> headers) throws IOException {
    if (!"chunked".equals(headers.get("transfer-encoding"))) {
      String length = headers.get("content-length");
      return length == null ? in.readAllBytes() : readFully(Integer.parseInt(length));
    }
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    while (true) {
      int size = Integer.parseInt(readLine(), 16);
      all.writeBytes(readFully(size));
      readLine();
      if (size == 0) {
        return all.toByteArray();
      }
    }
  }

  private byte[] readFully(int length) throws IOException {
    byte[] bytes = in.readNBytes(length);
    if (bytes.length < length) {
      throw new EOFException();
    }
    return bytes;
  }

  private String readLine() throws IOException {
    ByteArrayOutputStream line = new ByteArrayOutputStream();
    for (int c = in.read(); c != '\n'; c = in.read()) {
      if (c < 0) {
        throw new EOFException();
      }
      line.write(c);
    }
    return line.toString(StandardCharsets.ISO_8859_1).stripTrailing();
  }

  @Override
  public void close() throws IOException {
    if (socket != null) {
      socket.close();
      socket = null;
    }
  }
}
