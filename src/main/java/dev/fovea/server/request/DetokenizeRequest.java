package dev.fovea.server.request;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fovea.server.http.ApiException;
import java.util.List;

/** Body of {@code POST /detokenize}. */
public record DetokenizeRequest(String model, int[] tokens) {

  /**
   * @param vocabulary ids must be below it
   * @throws ApiException 400 with the field at fault
   */
  public static DetokenizeRequest parse(byte[] body, int vocabulary) {
    ObjectNode object = StrictJson.parse(body);
    Fields fields = new Fields(object);
    Field<List<Integer>> tokens =
        new Field<>("tokens", Rules.list(Rules.integer(0, vocabulary - 1), 0, Integer.MAX_VALUE));
    return new DetokenizeRequest(
        fields.get(CommonFields.MODEL),
        fields.require(tokens).stream().mapToInt(Integer::intValue).toArray());
  }
}
