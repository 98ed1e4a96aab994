package dev.fovea.server;

/** The version of this application. */
public final class Version {
  private Version() {}

  /** As the jar's manifest has it; "development" for a folder of classes. */
  public static String ofThis() {
    String version = Version.class.getPackage().getImplementationVersion();
    return version == null ? "development" : version;
  }
}
