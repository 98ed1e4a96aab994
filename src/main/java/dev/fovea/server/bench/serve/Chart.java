package dev.fovea.server.bench.serve;

import java.util.List;
import java.util.Locale;
import java.util.function.DoubleUnaryOperator;

/**
 * A line chart as SVG.
 *
 * @param xLabels where the horizontal axis has its marks
 * @param xScale from a value to its place, which need not be even
 */
record Chart(
    String title,
    String unit,
    List<Mark> xLabels,
    DoubleUnaryOperator xScale,
    List<Series> series) {
  private static final int WIDTH = 560;
  private static final int HEIGHT = 260;
  private static final int LEFT = 60;
  private static final int RIGHT = 15;
  private static final int TOP = 30;
  private static final int BOTTOM = 25;
  private static final int Y_MARKS = 5;

  /** A mark of an axis. */
  record Mark(double value, String text) {}

  /**
   * A line.
   *
   * @param color as CSS has it
   */
  record Series(String name, String color, double[] x, double[] y) {}

  String svg() {
    double xMax = 1e-9;
    double yMax = 1e-9;
    for (Series line : series) {
      for (int i = 0; i < line.x().length; i++) {
        xMax = Math.max(xMax, xScale.applyAsDouble(line.x()[i]));
        yMax = Math.max(yMax, line.y()[i]);
      }
    }
    double step = niceStep(yMax / Y_MARKS);
    yMax = Math.ceil(yMax / step) * step;
    StringBuilder svg = new StringBuilder();
    svg.append(
        String.format(
            Locale.ROOT,
            "<svg viewBox='0 0 %d %d' role='img' aria-label='%s'>",
            WIDTH,
            HEIGHT,
            title));
    svg.append(
        String.format(
            Locale.ROOT, "<text class='title' x='%d' y='18'>%s, %s</text>", LEFT, title, unit));
    for (double y = 0; y <= yMax * 1.001; y += step) {
      appendYMark(svg, y, yMax);
    }
    for (Mark mark : xLabels) {
      double place = xScale.applyAsDouble(mark.value());
      if (place <= xMax) {
        svg.append(
            String.format(
                Locale.ROOT,
                "<text class='x' x='%s' y='%d'>%s</text>",
                number(x(place, xMax)),
                HEIGHT - 8,
                mark.text()));
      }
    }
    for (Series line : series) {
      appendLine(svg, line, xMax, yMax);
    }
    return svg.append("</svg>\n").toString();
  }

  private static void appendYMark(StringBuilder svg, double value, double yMax) {
    String y = number(y(value, yMax));
    svg.append(
        String.format(
            Locale.ROOT,
            "<line class='grid' x1='%d' x2='%d' y1='%s' y2='%s'/>",
            LEFT,
            WIDTH - RIGHT,
            y,
            y));
    svg.append(
        String.format(
            Locale.ROOT, "<text class='y' x='%d' y='%s'>%s</text>", LEFT - 6, y, number(value)));
  }

  private void appendLine(StringBuilder svg, Series line, double xMax, double yMax) {
    svg.append(String.format(Locale.ROOT, "<polyline stroke='%s' points='", line.color()));
    for (int i = 0; i < line.x().length; i++) {
      svg.append(number(x(xScale.applyAsDouble(line.x()[i]), xMax)))
          .append(',')
          .append(number(y(line.y()[i], yMax)))
          .append(' ');
    }
    svg.append("'><title>").append(line.name()).append("</title></polyline>");
  }

  private static double x(double place, double max) {
    return LEFT + place / max * (WIDTH - LEFT - RIGHT);
  }

  private static double y(double value, double max) {
    return HEIGHT - BOTTOM - value / max * (HEIGHT - TOP - BOTTOM);
  }

  /** 1, 2 or 5 times a power of ten, at least as large. */
  private static double niceStep(double least) {
    double power = Math.pow(10, Math.floor(Math.log10(least)));
    for (int times : new int[] {1, 2, 5}) {
      if (times * power >= least) {
        return times * power;
      }
    }
    return 10 * power;
  }

  private static String number(double value) {
    String text = String.format(Locale.ROOT, "%.3f", value);
    return text.contains(".") ? text.replaceFirst("\\.?0+$", "") : text;
  }
}
