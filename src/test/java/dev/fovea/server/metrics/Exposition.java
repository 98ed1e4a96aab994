package dev.fovea.server.metrics;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A page in Prometheus's text format 0.0.4, read as strictly as the format is written: a family's
 * HELP and TYPE once and before its samples, which stand together; no sample twice; histograms
 * whole.
 */
final class Exposition {
  private static final String NAME = "[a-zA-Z_:][a-zA-Z0-9_:]*";
  private static final Pattern HEAD = Pattern.compile("# (HELP|TYPE) (" + NAME + ") (.*)");
  private static final Pattern LABEL =
      Pattern.compile("([a-zA-Z_][a-zA-Z0-9_]*)=\"((?:[^\"\\\\]|\\\\[\\\\\"n])*)\",?");
  private static final Pattern SAMPLE =
      Pattern.compile("(" + NAME + ")(?:\\{((?:" + LABEL + ")*)})? (\\S+)");

  private final Map<String, Family> families = new LinkedHashMap<>();

  /** One sample of a family. */
  record Sample(String name, Map<String, String> labels, double value) {}

  /** What one HELP and one TYPE line speak of. */
  record Family(String name, String type, List<Sample> samples) {

    /** The one value without a further label than those of all samples. */
    double value(String... labels) {
      return only(name, labels);
    }

    /** Of a histogram. */
    double count() {
      return only(name + "_count");
    }

    double sum() {
      return only(name + "_sum");
    }

    List<Double> bounds() {
      return samples.stream()
          .filter(sample -> sample.name.equals(name + "_bucket"))
          .map(sample -> number(sample.labels.get("le")))
          .toList();
    }

    private double only(String sampleName, String... labels) {
      List<Sample> found =
          samples.stream()
              .filter(sample -> sample.name.equals(sampleName) && has(sample, labels))
              .toList();
      if (found.size() != 1) {
        throw new AssertionError("expected one " + sampleName + ", got " + found);
      }
      return found.get(0).value;
    }

    private static boolean has(Sample sample, String... labels) {
      for (int i = 0; i < labels.length; i += 2) {
        if (!labels[i + 1].equals(sample.labels.get(labels[i]))) {
          return false;
        }
      }
      return true;
    }
  }

  static Exposition parse(String page) {
    if (!page.endsWith("\n")) {
      throw new AssertionError("the last line has no end");
    }
    Exposition exposition = new Exposition();
    String help = null;
    Family family = null;
    for (String line : page.split("\n")) {
      Matcher head = HEAD.matcher(line);
      if (!head.matches()) {
        require(family != null && help == null, line);
        exposition.addSample(family, line);
      } else if (head.group(1).equals("HELP")) {
        require(help == null, line);
        help = head.group(2);
      } else {
        require(head.group(2).equals(help), line);
        family = new Family(help, head.group(3), new ArrayList<>());
        require(exposition.families.put(help, family) == null, line);
        help = null;
      }
    }
    exposition.families.values().forEach(Exposition::check);
    return exposition;
  }

  Map<String, Family> families() {
    return families;
  }

  Family family(String name) {
    if (!families.containsKey(name)) {
      throw new AssertionError("no family " + name + " in " + families.keySet());
    }
    return families.get(name);
  }

  private void addSample(Family family, String line) {
    Matcher sample = SAMPLE.matcher(line);
    require(sample.matches(), line);
    String name = sample.group(1);
    String suffix = name.startsWith(family.name) ? name.substring(family.name.length()) : "no";
    require(
        family.type.equals("histogram")
            ? Set.of("_bucket", "_sum", "_count").contains(suffix)
            : suffix.isEmpty(),
        line);
    Map<String, String> labels = new LinkedHashMap<>();
    Matcher label = LABEL.matcher(sample.group(2) == null ? "" : sample.group(2));
    while (label.find()) {
      require(labels.put(label.group(1), label.group(2)) == null, line);
    }
    String value = sample.group(sample.groupCount());
    family.samples.add(new Sample(name, labels, number(value)));
  }

  private static void check(Family family) {
    require(Set.of("counter", "gauge", "histogram").contains(family.type), family.name);
    Set<List<Object>> seen = new HashSet<>();
    for (Sample sample : family.samples) {
      require(seen.add(List.of(sample.name, sample.labels)), family.name + " twice");
    }
    if (family.type.equals("counter")) {
      require(family.name.endsWith("_total"), family.name);
      require(family.samples.stream().allMatch(sample -> sample.value >= 0), family.name);
    }
    if (family.type.equals("histogram")) {
      checkHistogram(family);
    }
  }

  private static void checkHistogram(Family family) {
    double lastBound = Double.NEGATIVE_INFINITY;
    double lastCount = 0;
    for (Sample sample : family.samples) {
      if (sample.name.endsWith("_bucket")) {
        double bound = number(sample.labels.get("le"));
        require(bound > lastBound && sample.value >= lastCount, family.name + ": " + sample);
        lastBound = bound;
        lastCount = sample.value;
      }
    }
    require(lastBound == Double.POSITIVE_INFINITY, family.name + " has no bound +Inf");
    require(lastCount == family.count(), family.name + ": its count");
    family.sum();
  }

  private static double number(String text) {
    return switch (text) {
      case "+Inf" -> Double.POSITIVE_INFINITY;
      case "-Inf" -> Double.NEGATIVE_INFINITY;
      default -> Double.parseDouble(text);
    };
  }

  private static void require(boolean holds, String what) {
    if (!holds) {
      throw new AssertionError("not in the format: " + what);
    }
  }
}
