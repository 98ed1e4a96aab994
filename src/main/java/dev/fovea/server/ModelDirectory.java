package dev.fovea.server;

import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.CodeSource;
import java.util.List;
import java.util.Optional;

/** Where the model lies that is served. */
public final class ModelDirectory {
  private static final String SHIPPED = "fovea-mini";
  private static final String HUB_MODELS = "models--";
  private static final String HUB_SNAPSHOTS = "snapshots";

  private ModelDirectory() {}

  /**
   * The configured directory, else the one of the model that comes with the application.
   *
   * @throws ModelLoadException if it is not there
   */
  public static Path of(FoveaConfig config) {
    if (config.model().isEmpty()) {
      return shipped();
    }
    Path directory = Path.of(config.model().get());
    if (!Files.isDirectory(directory)) {
      throw new ModelLoadException(
          "fovea.model: expected the directory of a Hugging Face checkpoint, got "
              + directory
              + (Files.exists(directory) ? ", a file" : ", which does not exist"));
    }
    return directory;
  }

  /**
   * What clients call the model of a directory by: its name, or {@code org/name} where it is a
   * snapshot in a cache of the Hugging Face hub, {@code models--org--name/snapshots/<commit>}.
   */
  static String id(Path directory) {
    Path whole = directory.toAbsolutePath().normalize();
    int last = whole.getNameCount() - 1;
    if (last < 0) {
      return whole.toString();
    }
    if (last >= 2 && whole.getName(last - 1).toString().equals(HUB_SNAPSHOTS)) {
      String repository = whole.getName(last - 2).toString();
      if (repository.startsWith(HUB_MODELS) && repository.length() > HUB_MODELS.length()) {
        return repository.substring(HUB_MODELS.length()).replaceFirst("--", "/");
      }
    }
    return whole.getFileName().toString();
  }

  /** Beside the packaged application, or in the source tree while developing. */
  private static Path shipped() {
    Path home = codeLocation().map(code -> code.resolve("../..").normalize()).orElse(Path.of(""));
    List<Path> candidates =
        List.of(
            home.resolve("models").resolve(SHIPPED),
            home.resolve("src/main/models").resolve(SHIPPED));
    return candidates.stream()
        .filter(Files::isDirectory)
        .findFirst()
        .orElseThrow(
            () ->
                new ModelLoadException(
                    "no model: expected fovea.model, or the shipped model at "
                        + candidates.get(0)));
  }

  /** The application's jar, or its folder of classes. */
  private static Optional<Path> codeLocation() {
    CodeSource source = ModelDirectory.class.getProtectionDomain().getCodeSource();
    if (source == null || source.getLocation() == null) {
      return Optional.empty();
    }
    try {
      return Optional.of(Path.of(source.getLocation().toURI()).toAbsolutePath());
    } catch (URISyntaxException | IllegalArgumentException e) {
      return Optional.empty();
    }
  }
}
