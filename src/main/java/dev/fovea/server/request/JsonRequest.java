package dev.fovea.server.request;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fovea.server.http.ApiException;

/**
 * A body whose model is known, and nothing else yet: what its other fields may say depends on that
 * model.
 *
 * @param model null: the served one
 */
public record JsonRequest(ObjectNode object, String model) {

  /**
   * @throws ApiException 400 where the body is no JSON object or its model no name
   */
  public static JsonRequest parse(byte[] body) {
    ObjectNode object = StrictJson.parse(body);
    return new JsonRequest(object, new Fields(object).get(CommonFields.MODEL));
  }

  Fields fields() {
    return new Fields(object);
  }
}
