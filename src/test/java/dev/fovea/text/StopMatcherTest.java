package dev.fovea.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

class StopMatcherTest {
  private record Outcome(String text, Optional<String> stop) {}

  private static Outcome run(List<String> stops, List<String> pieces) {
    StopMatcher matcher = new StopMatcher(stops);
    StringBuilder text = new StringBuilder();
    for (String piece : pieces) {
      StopMatcher.Result result = matcher.append(piece);
      text.append(result.text());
      if (result.stop().isPresent()) {
        return new Outcome(text.toString(), result.stop());
      }
    }
    return new Outcome(text.append(matcher.finish()).toString(), Optional.empty());
  }

  @Test
  void theTextBeforeTheStopIsAnswered() {
    assertThat(run(List.of("END"), List.of("one EN", "D two")))
        .isEqualTo(new Outcome("one ", Optional.of("END")));
  }

  @Test
  void aPossibleBeginningIsHeldBackAndReleased() {
    StopMatcher matcher = new StopMatcher(List.of("\n\nUser:"));
    assertThat(matcher.append("a\n").text()).isEqualTo("a");
    assertThat(matcher.append("\nUs").text()).isEmpty();
    assertThat(matcher.append("ing").text()).isEqualTo("\n\nUsing");
    assertThat(matcher.append("\n\n\n").text()).isEqualTo("\n");
    assertThat(matcher.finish()).isEqualTo("\n\n");
    assertThat(matcher.finish()).isEmpty();
  }

  @Test
  void theFirstToCompleteWinsAndTheLongestOfThose() {
    assertThat(run(List.of("abcd", "bc"), List.of("xabcd")))
        .isEqualTo(new Outcome("xa", Optional.of("bc")));
    assertThat(run(List.of("c", "abc"), List.of("xabc")))
        .isEqualTo(new Outcome("x", Optional.of("abc")));
  }

  @Test
  void withoutStopsNothingIsHeld() {
    assertThat(new StopMatcher(List.of()).append("abc").text()).isEqualTo("abc");
  }

  @Test
  void theResultDoesNotDependOnHowTheTextIsCut() {
    Random random = new Random(3);
    String alphabet = "ab\n😀é";
    int numStopped = 0;
    for (int round = 0; round < 3000; round++) {
      List<String> stops = new ArrayList<>();
      for (int i = random.nextInt(4); i >= 0; i--) {
        stops.add(randomText(alphabet, 1 + random.nextInt(4), random));
      }
      String text = randomText(alphabet, random.nextInt(40), random);
      Outcome whole = run(stops, List.of(text));
      assertThat(run(stops, cut(text, random))).isEqualTo(whole);
      numStopped += whole.stop().isPresent() ? 1 : 0;
      if (whole.stop().isPresent()) {
        assertThat(text).startsWith(whole.text() + whole.stop().get());
        assertThat(stops).noneMatch(stop -> whole.text().contains(stop));
      } else {
        assertThat(whole.text()).isEqualTo(text);
        assertThat(stops).noneMatch(text::contains);
      }
    }
    assertThat(numStopped).isBetween(500, 2900);
  }

  private static String randomText(String alphabet, int length, Random random) {
    int[] codePoints = alphabet.codePoints().toArray();
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < length; i++) {
      text.appendCodePoint(codePoints[random.nextInt(codePoints.length)]);
    }
    return text.toString();
  }

  private static List<String> cut(String text, Random random) {
    List<String> pieces = new ArrayList<>();
    StringBuilder piece = new StringBuilder();
    text.codePoints()
        .forEach(
            c -> {
              piece.appendCodePoint(c);
              if (random.nextInt(3) == 0) {
                pieces.add(piece.toString());
                piece.setLength(0);
              }
            });
    pieces.add(piece.toString());
    return pieces;
  }

  @Test
  void listsThatMakeNoSenseAreRefused() {
    assertThatThrownBy(() -> new StopMatcher(List.of("")))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> new StopMatcher(List.of("\ud83d")))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> new StopMatcher(Collections.nCopies(17, "a")))
        .hasMessageContaining("at most 16 strings, got 17");
    StopMatcher matcher = new StopMatcher(List.of("a"));
    matcher.append("a");
    assertThatThrownBy(() -> matcher.append("b")).isInstanceOf(IllegalStateException.class);
  }
}
