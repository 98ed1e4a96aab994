package dev.fovea.server.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fovea.server.FoveaConfig;
import dev.fovea.server.TestSettings;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.net.HostAndPort;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Where requests come from, and what they call the server. */
class SiteRulesTest {
  private static final SiteRules ON_LOOPBACK = rules("127.0.0.1", "");

  @ParameterizedTest
  @CsvSource({
    "localhost, 0",
    "localhost:8080, 0",
    "LOCALHOST., 0",
    "fovea.localhost:8080, 0",
    "127.0.0.1:8080, 0",
    "192.168.1.5, 0",
    "[::1]:8080, 0",
    "[fe80::1], 0",
    ", 0",
    "evil.example, 421",
    "evil.example:8080, 421",
    "localhost.evil.example, 421",
    "127.0.0.1.evil.example, 421",
    "127.0.0.1x, 421",
    "notlocalhost, 421",
    "a, 421",
  })
  void onLoopbackANameMustBeOneOfLoopback(String host, int status) {
    assertThat(statusOf(ON_LOOPBACK, "GET", host, "")).isEqualTo(status);
    assertThat(statusOf(ON_LOOPBACK, "POST", host, "")).isEqualTo(status);
    assertThat(statusOf(rules("0.0.0.0", ""), "POST", host, "")).isZero();
    assertThat(statusOf(rules("::", ""), "POST", host, "")).isZero();
    assertThat(statusOf(rules("127.0.0.1", "*"), "POST", host, "")).isZero();
  }

  @ParameterizedTest
  @CsvSource({
    "chat.example, 0",
    "CHAT.example.:443, 0",
    "localhost, 0",
    "10.0.0.1, 0",
    "evil.example, 421",
  })
  void orOneThatIsConfigured(String host, int status) {
    for (String boundTo : List.of("127.0.0.1", "localhost", "0.0.0.0")) {
      assertThat(statusOf(rules(boundTo, "chat.example,other.example"), "GET", host, ""))
          .isEqualTo(status);
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        // a program, and a page of the server's own
        "POST | localhost:8080 | | 0",
        "POST | localhost:8080 | Origin=http://localhost:8080 | 0",
        "POST | localhost:8080 | Origin=http://localhost:8080;Sec-Fetch-Site=same-origin | 0",
        "GET | localhost:8080 | Sec-Fetch-Site=none;Sec-Fetch-Mode=navigate | 0",
        // pages of others: another website, another server of this machine, a sandbox, a file
        "POST | localhost:8080 | Origin=http://evil.example | 403",
        "POST | localhost:8080 | Origin=http://evil.example;Sec-Fetch-Site=cross-site | 403",
        "POST | localhost:8080 | Origin=http://localhost:3000;Sec-Fetch-Site=same-site | 403",
        "POST | localhost:8080 | Origin=http://localhost:3000 | 403",
        "POST | localhost:8080 | Origin=http://127.0.0.1:8080 | 403",
        "POST | localhost:8080 | Origin=null | 403",
        "POST | localhost:8080 | Origin= | 403",
        "POST | localhost:8080 | Sec-Fetch-Site=cross-site;Sec-Fetch-Mode=navigate | 403",
        "OPTIONS | localhost:8080 | Origin=http://evil.example | 403",
        "GET | localhost:8080 | Sec-Fetch-Site=cross-site;Sec-Fetch-Mode=no-cors | 403",
        "GET | localhost:8080 | Origin=http://evil.example | 403",
        "GET | localhost:8080 | Sec-Fetch-Site=nonsense | 403",
        // a link on another page
        "GET | localhost:8080 | Sec-Fetch-Site=cross-site;Sec-Fetch-Mode=navigate | 0",
        // behind a proxy: one that passes the name on, one that says it beside, one that drops it
        "POST | chat.example | Origin=https://chat.example | 0",
        "POST | chat.example | Origin=https://chat.example:444 | 403",
        "POST | 127.0.0.1:8080 | Origin=https://chat.example;X-Forwarded-Host=chat.example | 0",
        "POST | 127.0.0.1:8080 | Origin=http://a.example;X-Forwarded-Host=a.example, b | 0",
        "POST | 127.0.0.1:8080 | Origin=https://a.example;Sec-Fetch-Site=same-origin | 0",
        "POST | 127.0.0.1:8080 | Origin=http://x.example;X-Forwarded-Host=::: | 403",
      })
  void aPageOfAnotherSiteIsRefused(String method, String host, String headers, int status) {
    SiteRules anyName = rules("0.0.0.0", "");
    assertThat(statusOf(anyName, method, host, headers == null ? "" : headers)).isEqualTo(status);
  }

  @ParameterizedTest
  @CsvSource({
    "https://app.example, 0",
    "https://one.pages.example, 0",
    "https://evil.example, 403",
    "https://app.example.evil.example, 403",
  })
  void unlessItsOriginIsAllowed(String origin, int status) {
    List<String> allowed = List.of("https://app.example", "/https://[a-z]+\\.pages\\.example/");
    SiteRules open = new SiteRules(settings(""), "127.0.0.1", true, Optional.of(allowed));
    SiteRules off = new SiteRules(settings(""), "127.0.0.1", false, Optional.of(allowed));
    String headers = "Sec-Fetch-Site=cross-site;Origin=" + origin;

    assertThat(statusOf(open, "POST", "localhost", headers)).isEqualTo(status);
    assertThat(statusOf(open, "OPTIONS", "localhost", headers)).isEqualTo(status);
    assertThat(statusOf(off, "POST", "localhost", headers)).isEqualTo(403);
  }

  private static SiteRules rules(String boundTo, String allowedHosts) {
    return new SiteRules(settings(allowedHosts), boundTo, false, Optional.empty());
  }

  private static FoveaConfig settings(String allowedHosts) {
    return TestSettings.of(
        allowedHosts.isEmpty() ? Map.of() : Map.of("fovea.allowed-hosts", allowedHosts));
  }

  /** 0: none. */
  private static int statusOf(SiteRules rules, String method, String host, String headers) {
    Map<String, String> byName = new HashMap<>();
    for (String header : headers.split(";")) {
      int equals = header.indexOf('=');
      if (equals > 0) {
        byName.put(header.substring(0, equals), header.substring(equals + 1));
      }
    }
    HostAndPort asked = host == null ? null : HostAndPort.parseAuthority(host, -1);
    return rules
        .errorOf(HttpMethod.valueOf(method), asked, byName::get)
        .map(ApiError::status)
        .orElse(0);
  }
}
