package dev.fovea.server.http.hostile;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * A request in the making; faults change it. What a protocol cannot say of it is left out there.
 */
final class Draft {
  String method;
  String target;
  String version = "HTTP/1.1";
  String lineEnd = "\r\n";
  final List<Header> headers = new ArrayList<>();
  byte[] body;

  /** Whether the body's length is said as it should be. */
  boolean isFramed = true;

  boolean isChunked;

  /** Whether a server may see no request in it, and close without a word. */
  boolean mayBeCutOff;

  /** A header as it is sent. */
  record Header(String name, String value) {}

  Draft(String method, String target, String body) {
    this.method = method;
    this.target = target;
    this.body = body == null ? null : body.getBytes(StandardCharsets.UTF_8);
    if (body != null) {
      headers.add(new Header("Content-Type", "application/json"));
    }
  }

  String bodyText() {
    return body == null ? "" : new String(body, StandardCharsets.UTF_8);
  }

  void setBody(String text) {
    body = text.getBytes(StandardCharsets.UTF_8);
  }

  void set(String name, String value) {
    headers.removeIf(header -> header.name().equalsIgnoreCase(name));
    add(name, value);
  }

  void add(String name, String value) {
    headers.add(new Header(name, value));
  }

  boolean has(String name) {
    return headers.stream().anyMatch(header -> header.name().equalsIgnoreCase(name));
  }

  /** As HTTP/1 has it on the wire. */
  byte[] toHttp1() {
    StringBuilder head = new StringBuilder();
    head.append(method).append(' ').append(target).append(' ').append(version).append(lineEnd);
    if (!has("Host")) {
      head.append("Host: localhost").append(lineEnd);
    }
    headers.forEach(
        header -> head.append(header.name()).append(": ").append(header.value()).append(lineEnd));
    if (body != null && isFramed) {
      head.append(isChunked ? "Transfer-Encoding: chunked" : "Content-Length: " + body.length);
      head.append(lineEnd);
    }
    head.append(lineEnd);
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    all.writeBytes(head.toString().getBytes(StandardCharsets.ISO_8859_1));
    if (body != null && isChunked) {
      if (body.length > 0) {
        all.writeBytes(
            (Integer.toHexString(body.length) + "\r\n").getBytes(StandardCharsets.US_ASCII));
        all.writeBytes(body);
        all.writeBytes("\r\n".getBytes(StandardCharsets.US_ASCII));
      }
      all.writeBytes("0\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
    } else if (body != null) {
      all.writeBytes(body);
    }
    return all.toByteArray();
  }

  @Override
  public String toString() {
    String text = new String(toHttp1(), StandardCharsets.ISO_8859_1);
    return text.length() > 600 ? text.substring(0, 600) + "... (" + text.length() + ")" : text;
  }
}
