package dev.fovea.architecture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchRule;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Holds the package table of ARCHITECTURE.md, and shows that each of its rules can fail. */
class ArchitectureTest {
  private static final String FIXTURES = "dev.fovea.architecture.fixture";

  private static final JavaClasses PRODUCTION =
      new ClassFileImporter()
          .withImportOption(new ImportOption.DoNotIncludeTests())
          .importPackages("dev.fovea");

  private static final JavaClasses PLANTED = new ClassFileImporter().importPackages(FIXTURES);

  @TestFactory
  Stream<DynamicTest> theSourcesKeepEachRule() {
    return tests(new ArchitectureRules("dev.fovea").all(), rule -> rule.check(PRODUCTION));
  }

  @TestFactory
  Stream<DynamicTest> eachRuleRejectsItsPlantedFault() {
    return tests(
        new ArchitectureRules(FIXTURES).all(),
        rule ->
            assertThatThrownBy(() -> rule.check(PLANTED))
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining(FIXTURES)
                .hasMessageContaining("was violated"));
  }

  @Test
  void everyClassLivesInAPackageOfTheTable() {
    assertThat(PRODUCTION).hasSizeGreaterThan(100);
    assertThat(PRODUCTION)
        .allSatisfy(
            type ->
                assertThat(type.getPackageName().split("\\."))
                    .as(type.getName())
                    .hasSizeGreaterThan(2)
                    .satisfies(
                        parts -> assertThat(ArchitectureRules.MAY_USE).containsKey(parts[2])));
  }

  @TestFactory
  Stream<DynamicTest> everyPermissionIsUsed() {
    return ArchitectureRules.MAY_USE.entrySet().stream()
        .flatMap(e -> e.getValue().stream().map(used -> permission(e.getKey(), used)));
  }

  private static DynamicTest permission(String user, String used) {
    return DynamicTest.dynamicTest(
        user + " uses " + used,
        () ->
            assertThat(
                    PRODUCTION.stream()
                        .filter(type -> isIn(user, type))
                        .flatMap(type -> type.getDirectDependenciesFromSelf().stream())
                        .anyMatch(dependency -> isIn(used, dependency.getTargetClass())))
                .isTrue());
  }

  private static boolean isIn(String name, JavaClass type) {
    return (type.getPackageName() + ".").startsWith("dev.fovea." + name + ".");
  }

  private static Stream<DynamicTest> tests(Map<String, ArchRule> rules, Consumer<ArchRule> check) {
    return rules.entrySet().stream()
        .map(e -> DynamicTest.dynamicTest(e.getKey(), () -> check.accept(e.getValue())));
  }
}
