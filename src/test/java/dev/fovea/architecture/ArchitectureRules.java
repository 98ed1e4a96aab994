package dev.fovea.architecture;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideOutsideOfPackages;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.fasterxml.jackson.core.io.CharacterEscapes;
import com.tngtech.archunit.core.domain.AccessTarget;
import com.tngtech.archunit.lang.ArchRule;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.Serializable;
import java.text.NumberFormat;
import java.time.format.DateTimeFormatter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;

/** The package table as rules below a root package: the real one, or that of the planted faults. */
final class ArchitectureRules {

  /** Which of our packages each package may use. */
  static final Map<String, List<String>> MAY_USE =
      Map.of(
          "server", List.of("engine", "text", "model", "weights", "kernel", "tensor", "files"),
          "engine", List.of("model"),
          "text", List.of("files"),
          "model", List.of("weights", "kernel", "tensor", "files"),
          "weights", List.of("tensor", "binding", "files"),
          "kernel", List.of("tensor", "binding"),
          "tensor", List.of("binding"),
          "files", List.of(),
          "binding", List.of());

  /** The container, REST, configuration, metrics and the command line. */
  private static final String[] FRAMEWORKS = {
    "jakarta..", "io.quarkus..", "io.smallrye..", "org.eclipse.microprofile..", "picocli.."
  };

  /** What takes the default locale where none is given. */
  private static final List<Methods> LOCALIZED =
      List.of(
          new Methods(String.class, "format|formatted|toLowerCase|toUpperCase"),
          new Methods(PrintStream.class, "format|printf"),
          new Methods(PrintWriter.class, "format|printf"),
          new Methods(NumberFormat.class, "get.*Instance"),
          new Methods(DateTimeFormatter.class, "ofPattern"));

  private final String root;

  ArchitectureRules(String root) {
    this.root = root;
  }

  Map<String, ArchRule> all() {
    Map<String, ArchRule> rules = new LinkedHashMap<>();
    MAY_USE.forEach((name, used) -> rules.put(name + " uses " + used, onlyUses(name, used)));
    rules.put("no cycles", slices().matching(root + ".(*)..").should().beFreeOfCycles());
    rules.put("JavaCPP only in binding", outside("binding", "org.bytedeco.."));
    rules.put("frameworks only in server", outside("server", FRAMEWORKS));
    rules.put("JSON only where files or requests are read", jsonOnlyWhereFilesAreRead());
    rules.put("nothing is serialized", nothingIsSerialized());
    rules.put("no object streams", noObjectStreams());
    rules.put("settings are read in server only", settingsOnlyInServer());
    rules.put("text never depends on the default locale", noDefaultLocale());
    return rules;
  }

  private String in(String name) {
    return root + "." + name + "..";
  }

  private ArchRule onlyUses(String name, List<String> used) {
    String[] allowed =
        Stream.concat(Stream.of(name), used.stream()).map(this::in).toArray(String[]::new);
    return noClasses()
        .that()
        .resideInAPackage(in(name))
        .should()
        .dependOnClassesThat(resideInAPackage(root + "..").and(resideOutsideOfPackages(allowed)));
  }

  private ArchRule outside(String name, String... packages) {
    return noClasses()
        .that()
        .resideOutsideOfPackage(in(name))
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(packages);
  }

  private ArchRule jsonOnlyWhereFilesAreRead() {
    return noClasses()
        .that()
        .resideOutsideOfPackages(in("server"), in("model"), in("weights"), in("text"))
        .should()
        .dependOnClassesThat(resideInAnyPackage("com.fasterxml..", "tools.jackson.."));
  }

  private static ArchRule nothingIsSerialized() {
    return noClasses()
        .that()
        .areNotAssignableTo(Throwable.class)
        .and()
        .areNotAssignableTo(Enum.class)
        .and()
        .areNotAssignableTo(CharacterEscapes.class)
        .should()
        .beAssignableTo(Serializable.class);
  }

  private static ArchRule noObjectStreams() {
    return noClasses()
        .should()
        .dependOnClassesThat()
        .belongToAnyOf(ObjectInputStream.class, ObjectOutputStream.class);
  }

  /** {@code text.Tokenizer} sets switches that DJL takes as system properties only. */
  private ArchRule settingsOnlyInServer() {
    return noClasses()
        .that()
        .resideOutsideOfPackage(in("server"))
        .and()
        .doNotHaveFullyQualifiedName(root + ".text.Tokenizer")
        .should()
        .callMethod(System.class, "getProperty", String.class)
        .orShould()
        .callMethod(System.class, "getProperty", String.class, String.class)
        .orShould()
        .callMethod(System.class, "setProperty", String.class, String.class)
        .orShould()
        .callMethod(System.class, "getenv")
        .orShould()
        .callMethod(System.class, "getenv", String.class);
  }

  /** Digits and the case of letters differ by locale: what writes them says which it means. */
  private static ArchRule noDefaultLocale() {
    return noClasses()
        .should()
        .callMethodWhere(
            describe(
                "text is made by the default locale",
                call ->
                    LOCALIZED.stream().anyMatch(methods -> methods.have(call.getTarget()))
                        && call.getTarget().getRawParameterTypes().stream()
                            .noneMatch(type -> type.isEquivalentTo(Locale.class))));
  }

  /** Methods of a type and its subtypes by their names, a regular expression. */
  private record Methods(Class<?> owner, String names) {
    boolean have(AccessTarget.MethodCallTarget target) {
      return target.getOwner().isAssignableTo(owner) && target.getName().matches(names);
    }
  }
}
