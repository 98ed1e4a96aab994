package dev.fovea.server;

import dev.fovea.server.http.ApiError;
import dev.fovea.server.http.ApiException;
import dev.fovea.server.http.ErrorCodes;
import java.util.Locale;

/** What to say of a model that is not served. */
final class ModelNames {
  private ModelNames() {}

  static ApiException notFound(String name, ServedModel model) {
    String shown = name.length() <= 80 ? name : name.substring(0, 80) + "...";
    return new ApiException(
        new ApiError(
            404,
            ErrorCodes.MODEL_NOT_FOUND,
            "model",
            String.format(
                Locale.ROOT,
                "the model '%s' does not exist; this server serves '%s'",
                shown,
                model.facts().id())));
  }
}
