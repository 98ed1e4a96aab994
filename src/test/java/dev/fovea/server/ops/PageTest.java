package dev.fovea.server.ops;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.fovea.server.TestModelSource;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

/** The page, driven in a real browser against the running server. */
@QuarkusTest
class PageTest {
  private static final String ANSWER = "document.querySelector('.assistant').textContent";

  @TestHTTPResource URI base;

  @TempDir(cleanup = CleanupMode.NEVER)
  Path profile;

  private Chromium browser;

  @BeforeEach
  void openPage() throws IOException, InterruptedException {
    Optional<Path> executable = Chromium.find();
    if (System.getenv("CI") != null) {
      assertThat(executable).as("CI needs a chromium on the PATH").isPresent();
    }
    assumeThat(executable).as("no chromium on the PATH: the page is not tested").isPresent();
    browser = Chromium.start(executable.get(), profile);
    browser.open(base);
    browser.await("document.querySelectorAll('#examples button').length === 2");
  }

  @AfterEach
  void closeBrowser() throws InterruptedException {
    if (browser != null) {
      browser.close();
    }
  }

  @Test
  void saysWhatRuns() {
    assertThat(text("#model")).isEqualTo(TestModelSource.ID);
    assertThat(text("#backend")).contains("test").contains("Fovea");
    assertThat(browser.evaluate("document.getElementById('loading').hidden").asBoolean()).isTrue();
  }

  @Test
  void nothingIsWiderThanItsPlace() {
    for (String place : new String[] {"aside", "#work", "body"}) {
      String box = "document.querySelector('%s')".formatted(place);
      assertThat(browser.evaluate(box + ".scrollWidth - " + box + ".clientWidth").asInt())
          .as(place)
          .isZero();
    }
  }

  @Test
  void sendsAMessageAndShowsTheAnswerWithItsFigures() throws InterruptedException {
    set("max-tokens", "12");
    browser.evaluate("document.getElementById('prompt').focus()");
    browser.type("<b>héllo</b> ");
    browser.press("Enter", 13);

    browser.await(
        "document.getElementById('stop').disabled && document.querySelector('.assistant')");
    assertThat(text(".user")).isEqualTo("<b>héllo</b> ");
    assertThat(text(".assistant")).startsWith("<b>héllo").hasSizeGreaterThan(8);
    assertThat(text("#first-token")).matches("\\d+ ms");
    assertThat(text("#tokens")).isEqualTo("14 in, 12 out");
    assertThat(text("#context-words")).isEqualTo("26 of 512");
    assertThat(browser.evaluate("document.querySelector('.assistant b')").isNull()).isTrue();
  }

  @Test
  void theConversationGoesOn() throws InterruptedException {
    set("max-tokens", "4");
    sendMessage("one ");
    sendMessage("two ");

    assertThat(browser.evaluate("document.querySelectorAll('.assistant').length").asInt())
        .isEqualTo(2);
    assertThat(browser.evaluate("document.querySelectorAll('.assistant')[1].textContent").asText())
        .isEqualTo("two ");
  }

  @Test
  void stopEndsTheStream() throws InterruptedException {
    set("max-tokens", "480");
    sendWithoutWaiting("abcdefgh<|slow|><|slow|><|slow|><|slow|>");
    browser.await(ANSWER + ".length > 4");

    browser.evaluate("document.getElementById('stop').click()");

    browser.await("document.getElementById('stop').disabled");
    int length = browser.evaluate(ANSWER + ".length").asInt();
    assertThat(length).isLessThan(320);
    Thread.sleep(200);
    assertThat(browser.evaluate(ANSWER + ".length").asInt()).isEqualTo(length);
    assertThat(browser.evaluate("document.getElementById('error').hidden").asBoolean()).isTrue();
  }

  @Test
  void escapeStopsToo() throws InterruptedException {
    set("max-tokens", "480");
    sendWithoutWaiting("abcdefgh<|slow|><|slow|><|slow|><|slow|>");
    browser.await(ANSWER + ".length > 4");

    browser.press("Escape", 27);

    browser.await("document.getElementById('stop').disabled");
    assertThat(browser.evaluate(ANSWER + ".length").asInt()).isLessThan(320);
  }

  @Test
  void completionContinuesTheText() throws InterruptedException {
    browser.evaluate("document.getElementById('tab-completion').click()");
    set("max-tokens", "6");
    sendMessage("abc");

    assertThat(text(".assistant")).isEqualTo("abcabcabc");
    assertThat(text(".given")).isEqualTo("abc");
  }

  @Test
  void anExampleFillsThePrompt() {
    browser.evaluate("document.querySelectorAll('#examples button')[1].click()");

    assertThat(browser.evaluate("document.getElementById('prompt').value").asText())
        .isEqualTo("abc");
    assertThat(browser.evaluate("document.getElementById('tab-completion').ariaSelected").asText())
        .isEqualTo("true");
  }

  @Test
  void copiesTheRequestAsACurlCommand() throws InterruptedException {
    browser.evaluate("navigator.clipboard.writeText = async (text) => { window.copied = text; }");
    set("prompt", "it's");
    set("max-tokens", "7");
    browser.evaluate("document.getElementById('curl').click()");

    browser.await("window.copied");
    assertThat(browser.evaluate("window.copied").asText())
        .startsWith("curl -N " + base.toString().replaceAll("/$", "") + "/v1/chat/completions -H ")
        .contains("\"max_tokens\":7", "it'\\''s", "\"stream\":true");
  }

  /** As on a page that came over plain http from another machine. */
  @Test
  void copiesWithoutTheClipboardOfASecurePage() throws InterruptedException {
    browser.evaluate(
        "Object.defineProperty(navigator, 'clipboard', {value: undefined});"
            + "window.prompt = () => { window.asked = true; };"
            + "document.addEventListener('copy',"
            + " () => { window.copied = document.activeElement.value; })");
    set("prompt", "hello");
    browser.click("#curl");

    browser.await("document.getElementById('curl').textContent === 'Copied'");
    assertThat(browser.evaluate("window.copied").asText()).startsWith("curl -N ").contains("hello");
    assertThat(browser.evaluate("window.asked === undefined").asBoolean()).isTrue();
    assertThat(browser.evaluate("document.querySelectorAll('textarea').length").asInt())
        .isEqualTo(2);
  }

  @Test
  void aSeedKeepsAllItsDigits() throws InterruptedException {
    String seed = "9007199254740993";
    browser.evaluate(
        "const send = window.fetch;"
            + "window.fetch = (path, options) => { window.sent = options?.body;"
            + " return send(path, options); }");
    set("seed", seed);
    set("max-tokens", "3");
    sendMessage("abc");

    assertThat(browser.evaluate("window.sent").asText()).contains("\"seed\":" + seed);
    assertThat(text(".assistant")).isEqualTo("abc");
  }

  @Test
  void aRefusalIsShownInWordsAndTheMessageKept() throws InterruptedException {
    sendWithoutWaiting("refuse me");

    browser.await("!document.getElementById('error').hidden");
    assertThat(text("#error")).contains("this template refuses that");
    browser.await("!document.getElementById('send').disabled");
    assertThat(browser.evaluate("document.getElementById('prompt').value").asText())
        .isEqualTo("refuse me");
    assertThat(browser.evaluate("document.querySelectorAll('.turn').length").asInt()).isZero();
  }

  @Test
  void aReloadBeginsAnew() throws InterruptedException {
    set("max-tokens", "3");
    sendMessage("abc");

    browser.reload();

    browser.await(
        "document.querySelectorAll('#examples button').length === 2"
            + " && document.querySelectorAll('.turn').length === 0");
    set("max-tokens", "3");
    sendMessage("xyz");
    assertThat(text(".assistant")).isEqualTo("xyz");
  }

  @Test
  void nothingComesFromElsewhere() {
    String addresses =
        browser
            .evaluate("performance.getEntriesByType('resource').map(e => e.name).join(' ')")
            .asText();
    assertThat(addresses.split(" "))
        .isNotEmpty()
        .allMatch(name -> name.startsWith(base.toString()));
  }

  @Test
  void worksUnderThePrefixOfAProxy() throws IOException, InterruptedException {
    try (PrefixProxy proxy = new PrefixProxy(base)) {
      browser.open(proxy.base());
      browser.await("document.querySelectorAll('#examples button').length === 2");
      set("max-tokens", "6");
      sendMessage("abc ");
      assertThat(text(".assistant")).isEqualTo("abc ab");
      browser.evaluate("navigator.clipboard.writeText = async (text) => { window.copied = text; }");
      browser.evaluate("document.getElementById('curl').click()");
      browser.await("window.copied");
      assertThat(browser.evaluate("window.copied").asText())
          .startsWith("curl -N " + proxy.base() + "v1/chat/completions -H ");
      browser.open(URI.create(proxy.base() + "q/swagger-ui/"));
      browser.await("document.querySelectorAll('.opblock').length > 5");
      assertThat(text(".servers")).contains("..");
      assertThat(proxy.escaped()).isEmpty();
    }
  }

  @Test
  void theApisDescriptionKeepsToItsPolicyAndAsksNobodyElse() throws InterruptedException {
    browser.open(base.resolve("/q/swagger-ui"));
    browser.await("document.querySelectorAll('.opblock').length > 5");
    assertThat(browser.evaluate("location.pathname").asText()).isEqualTo("/q/swagger-ui/");
    browser.evaluate(
        "document.addEventListener('securitypolicyviolation', e => { window.violated = e.blockedURI })");
    browser.evaluate("document.querySelector('.opblock-summary-control').click()");
    browser.await("document.querySelector('.opblock-body')");
    assertThat(browser.evaluate("window.violated === undefined").asBoolean()).isTrue();
    nothingComesFromElsewhere();
  }

  private void sendMessage(String message) throws InterruptedException {
    int before = browser.evaluate("document.querySelectorAll('.turn').length").asInt();
    sendWithoutWaiting(message);
    browser.await(
        "document.querySelectorAll('.turn').length > %d && document.getElementById('stop').disabled"
            .formatted(before));
  }

  private void sendWithoutWaiting(String message) {
    set("prompt", message);
    browser.evaluate("document.getElementById('send').click()");
  }

  private void set(String id, String value) {
    browser.evaluate(
        "document.getElementById('%s').value = '%s'".formatted(id, value.replace("'", "\\'")));
  }

  private String text(String selector) {
    return browser
        .evaluate("document.querySelector('%s').textContent".formatted(selector))
        .asText();
  }
}
