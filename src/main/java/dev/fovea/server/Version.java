package dev.fovea.server;

import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/** The version of this application. */
@Singleton
public final class Version {
  private final String number;

  @Inject
  Version(@ConfigProperty(name = "quarkus.application.version") String number) {
    this.number = number;
  }

  public String number() {
    return number;
  }
}
