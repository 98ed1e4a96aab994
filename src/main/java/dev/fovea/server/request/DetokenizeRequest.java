package dev.fovea.server.request;

import dev.fovea.server.http.ApiException;
import java.util.List;

/** Body of {@code POST /detokenize}. */
public record DetokenizeRequest(int[] tokens) {

  /**
   * @param vocabulary ids must be below it
   * @throws ApiException 400 with the field at fault
   */
  public static DetokenizeRequest parse(JsonRequest request, int vocabulary) {
    Field<List<Integer>> tokens =
        new Field<>("tokens", Rules.list(Rules.integer(0, vocabulary - 1), 0, Integer.MAX_VALUE));
    return new DetokenizeRequest(
        request.fields().require(tokens).stream().mapToInt(Integer::intValue).toArray());
  }
}
