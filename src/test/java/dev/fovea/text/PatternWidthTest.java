package dev.fovea.text;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PatternWidthTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "a", "a+", " {2,}", "\\s+", "^ ", "[^a-z]+$", "(?:a|bc)d?", "(?i:'s|'t)", "\\p{L}{1,3}",
        "[[:alpha:]&&[^x]]", "a+?", "\\n|\\r", ".", "(a)(?=b)", "\\.", "``", "x{1}", "a|[\\]]"
      })
  void whatTakesACharacterIsKnownTo(String pattern) {
    assertThat(PatternWidth.min(pattern)).isPositive();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "a*",
        "",
        "|",
        "a|",
        "^",
        "$",
        "^|$",
        "(?=a)",
        "(?<!a)",
        "\\b",
        "a?",
        "(a*)+",
        "(?:a|b*)",
        "a{0,3}",
        "a{,3}",
        "(a)?",
        "[a-z]*",
        "\\s*$",
        "(?<=a)(?=b)",
        "\\G",
        "(?#no)",
        "a+?*",
        "(?:)",
        "\\K",
        "(",
        "(?:a",
        "\\u0041*",
        "[]|a]*",
        "(?x) a*",
        "(?<n>a)?"
      })
  void whatMayTakeNoneIsNeverSaidToTakeOne(String pattern) {
    assertThat(PatternWidth.min(pattern)).isZero();
  }
}
