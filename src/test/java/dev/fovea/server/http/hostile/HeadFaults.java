package dev.fovea.server.http.hostile;

import static dev.fovea.server.http.hostile.RequestGrammar.anotherHeader;
import static dev.fovea.server.http.hostile.RequestGrammar.header;
import static dev.fovea.server.http.hostile.RequestGrammar.oneOf;

import dev.fovea.server.http.hostile.RequestGrammar.Fault;
import java.util.List;
import java.util.Random;

/** Faults of a request's line and headers. */
final class HeadFaults {
  private static final List<String> SUFFIXES =
      List.of(
          "..",
          "/..",
          "/../",
          "/%2e%2e/",
          "%2e%2e",
          "/%2e",
          "/.",
          "//",
          "/",
          "%00",
          "/%00",
          "%0d%0a",
          "%2f",
          "%5c",
          "\\",
          "/..\\..\\",
          ";a=b",
          ";jsessionid=1",
          ";",
          "/;x/",
          "?",
          "?a",
          "?a=%zz",
          "?a=b&a=c&&=",
          "?%",
          "?format=JSON",
          "?format=",
          "#x",
          "%",
          "%4",
          "%zz",
          "%c0%ae%c0%ae/",
          "%u002e",
          "%ff",
          "\u00e9",
          "\u0001",
          "\t",
          "*",
          "~",
          "|",
          "^",
          "`",
          "\"",
          "<x>",
          "{x}",
          "[x]",
          "/group/x",
          "/group",
          "/well",
          "/x",
          "/../../../../etc/passwd",
          "/%2e%2e%2f%2e%2e%2fetc%2fpasswd",
          "/WEB-INF/web.xml",
          ".map",
          "%E2%80%A8",
          "%F0%9F%98%80");

  private static final List<String> PREFIXES =
      List.of(
          "/",
          "//",
          "/.",
          "/./",
          "/../",
          "/%2e/",
          "http://localhost",
          "http://other.example",
          "",
          "/q/swagger-ui",
          "/q/health",
          "/q",
          "/v1",
          "/%71",
          "/q/../",
          "?",
          "*",
          "\\");

  private static final List<String> METHODS =
      List.of(
          "GET",
          "HEAD",
          "POST",
          "PUT",
          "DELETE",
          "PATCH",
          "OPTIONS",
          "TRACE",
          "CONNECT",
          "get",
          "PRI",
          "FOO",
          "PROPFIND",
          "G\u00cbT",
          "A".repeat(300));

  static final List<Fault> TARGETS =
      List.of(
          (draft, random) -> draft.target += oneOf(random, SUFFIXES),
          (draft, random) -> draft.target += oneOf(random, SUFFIXES),
          (draft, random) -> draft.target = oneOf(random, PREFIXES) + draft.target,
          HeadFaults::insideTarget,
          (draft, random) -> draft.target += "/" + "a".repeat(random.nextInt(9000)),
          (draft, random) -> draft.method = oneOf(random, METHODS),
          (draft, random) -> draft.method = oneOf(random, METHODS),
          HeadFaults::syntax);

  static final List<Fault> HEADERS =
      List.of(
          header(
              "Content-Type",
              "",
              "text/plain",
              "application/x-www-form-urlencoded",
              "json",
              "*/*",
              "multipart/form-data; boundary=x",
              "application/json; charset=utf-16",
              "application/json;",
              "application/vnd.api+json",
              "application/json, text/plain",
              ";",
              "a".repeat(3000)),
          (draft, random) -> draft.headers.removeIf(h -> h.name().equals("Content-Type")),
          anotherHeader("Content-Type", "text/plain"),
          header(
              "Accept",
              "",
              "text/html",
              "application/xml;q=0",
              "*/*;q=nonsense",
              "a/b/c",
              ",,,",
              "\u00e9",
              "application/json;q=0.1, text/event-stream",
              "x".repeat(2000)),
          header("Accept-Encoding", "gzip", "br;q=1, *;q=0", "identity;q=0", "\u0080"),
          header(
              "Content-Encoding",
              "gzip",
              "deflate",
              "br",
              "zstd",
              "gzip, gzip",
              "identity",
              "",
              "x"),
          header(
              "Host",
              "evil.example",
              "127.0.0.1",
              "[::1]",
              "[::",
              "localhost:99999",
              "a b",
              "",
              "@",
              "localhost:x",
              "LOCALHOST.",
              "x".repeat(300),
              "\u00e9.example",
              "localhost, other"),
          anotherHeader("Host", "localhost"),
          header(
              "Origin",
              "null",
              "http://evil.example",
              "http://localhost",
              "https://[",
              "x",
              "http://",
              "http://localhost:99999999999",
              "chrome-extension://abc",
              "file://"),
          header("Sec-Fetch-Site", "cross-site", "same-site", "same-origin", "none", "", "x"),
          header("Sec-Fetch-Mode", "navigate", "no-cors"),
          header("X-Forwarded-Host", "a, b", "", ":::", "evil.example"),
          header("x-request-id", "a\u0001b", "${jndi:ldap://x}", "x".repeat(200), "\u00e9", ""),
          header("Expect", "100-continue", "200-ok", ""),
          header("Connection", "close", "keep-alive, x", "Upgrade", "Content-Length", "TE"),
          header("Range", "bytes=0-", "bytes=-5", "bytes=9-1", "lines=1", "bytes=0-1,2-3,4-"),
          header("If-Modified-Since", "x", "Thu, 01 Jan 1970 00:00:00 GMT"),
          header("If-None-Match", "*", "\"x\""),
          header("Authorization", "Bearer " + "x".repeat(2000), "Basic ====", ""),
          header("Cookie", "a=b; c", "=", "x".repeat(3000), "\u00ff=\u00ff"),
          header("traceparent", "00-zz-zz-01", ""),
          header("Access-Control-Request-Method", "POST", "x"),
          header("X-HTTP-Method-Override", "DELETE"),
          header("Forwarded", "for=x;host=evil.example"),
          header("TE", "trailers", "chunked"),
          (draft, random) ->
              draft.set("X-" + random.nextInt(100), "y".repeat(random.nextInt(9000))),
          (draft, random) -> {
            for (int i = 0; i < 100; i++) {
              draft.add("X-" + i, "z");
            }
          },
          HeadFaults::framing);

  private HeadFaults() {}

  private static void insideTarget(Draft draft, Random random) {
    int at = random.nextInt(draft.target.length() + 1);
    draft.target =
        draft.target.substring(0, at) + oneOf(random, SUFFIXES) + draft.target.substring(at);
  }

  /** What HTTP/1 alone can say. */
  private static void syntax(Draft draft, Random random) {
    draft.mayBeCutOff = true;
    switch (random.nextInt(5)) {
      case 0 ->
          draft.version =
              oneOf(
                  random,
                  List.of("HTTP/1.0", "HTTP/2.0", "HTTP/9.9", "http/1.1", "HTTP/1.1 x", "", "ICY"));
      case 1 -> draft.lineEnd = oneOf(random, List.of("\n", "\r", "\n\r", "\r\n "));
      case 2 -> draft.add("no colon", "\u0000");
      case 3 -> draft.add("X Y", "z");
      default -> draft.add("X", "a\r\n b");
    }
  }

  /** Lengths of bodies that are not so; HTTP/2 has its own. */
  private static void framing(Draft draft, Random random) {
    draft.mayBeCutOff = true;
    int length = draft.body == null ? 0 : draft.body.length;
    switch (random.nextInt(4)) {
      case 0 -> draft.isChunked = draft.isFramed;
      case 1 -> {
        draft.isFramed = false;
        draft.set(
            "Content-Length",
            oneOf(
                random,
                List.of(
                    "-1",
                    "+5",
                    "0x10",
                    "1e3",
                    "",
                    "99999999999999999999",
                    "5, 5",
                    "17000000000",
                    "" + (length + 9),
                    "" + length / 2)));
      }
      case 2 -> {
        draft.isFramed = false;
        draft.set(
            "Transfer-Encoding",
            oneOf(
                random,
                List.of(
                    "chunked", "xchunked", "gzip, chunked", "chunked, chunked", "identity", "")));
      }
      default -> draft.add("Content-Length", "" + (length + 1));
    }
  }
}
