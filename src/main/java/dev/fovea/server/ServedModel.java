package dev.fovea.server;

import dev.fovea.engine.Engine;
import dev.fovea.kernel.KernelsInfo;
import dev.fovea.weights.FileStamp;
import java.nio.file.Path;
import java.util.List;

/** A model that is loaded and answers. */
public final class ServedModel implements AutoCloseable {
  private final Facts facts;
  private final GenerationDefaults defaults;
  private final ModelText text;
  private final Engine engine;
  private final List<FileStamp> mapped;
  private final AutoCloseable device;

  /**
   * @param mapped files that the weights are used in where they lie
   * @param device what the engine computes on, closed after it
   */
  public ServedModel(
      Facts facts,
      GenerationDefaults defaults,
      ModelText text,
      Engine engine,
      List<FileStamp> mapped,
      AutoCloseable device) {
    this.facts = facts;
    this.defaults = defaults;
    this.text = text;
    this.engine = engine;
    this.mapped = List.copyOf(mapped);
    this.device = device;
  }

  /**
   * What is known of it.
   *
   * @param names it answers to, its id first
   * @param directory it came from
   * @param created seconds since 1970, when it was loaded
   * @param maxContext tokens of prompt and output together
   * @param vocabulary ids are below it
   * @param kernels what computes
   */
  public record Facts(
      List<String> names,
      Path directory,
      long created,
      int maxContext,
      int vocabulary,
      KernelsInfo kernels) {

    public String id() {
      return names.get(0);
    }
  }

  public Facts facts() {
    return facts;
  }

  public GenerationDefaults defaults() {
    return defaults;
  }

  public ModelText text() {
    return text;
  }

  public Engine engine() {
    return engine;
  }

  /** Files that must not be written to while this is in use. */
  public List<FileStamp> mapped() {
    return mapped;
  }

  @Override
  public void close() {
    engine.close();
    text.close();
    try {
      device.close();
    } catch (Exception e) {
      throw new IllegalStateException("the device could not be closed", e);
    }
  }
}
