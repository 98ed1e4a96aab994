package dev.fovea.server.http;

import java.io.InputStream;

/**
 * The body of a request, counted in {@link BodyMemory} from its first byte until it is closed.
 * Filled on the event loop, then taken once by the thread that answers. It is a stream because REST
 * knows bodies as such; {@link RequestBody#read} takes it whole.
 */
final class ReceivedBody extends InputStream {
  private final ContentCoding coding;
  private final BodyMemory.Share share;
  private final int maxBytes;
  private final BodyBytes sent;

  /**
   * @param maxBytes of the body, once decoded
   * @param declaredBytes that are to come; -1: not known
   */
  ReceivedBody(ContentCoding coding, BodyMemory.Share share, int maxBytes, int declaredBytes) {
    this.coding = coding;
    this.share = share;
    this.maxBytes = maxBytes;
    sent = new BodyBytes(share, declaredBytes < 0 ? maxBytes : declaredBytes);
  }

  /** As {@link BodyBytes#append}. */
  void append(byte[] more) {
    sent.append(more, more.length);
  }

  /**
   * All of it, decoded. What reading it as JSON takes is counted too, from now on.
   *
   * @throws ApiException as {@link BodyBytes#append}; 400 if it is not what its coding says
   */
  byte[] take() {
    byte[] all;
    if (coding == ContentCoding.IDENTITY) {
      all = sent.take();
    } else {
      BodyBytes decoded = new BodyBytes(share, maxBytes);
      coding.decode(sent.stream(), decoded);
      sent.clear();
      all = decoded.take();
    }
    share.grow(JsonCost.of(all));
    return all;
  }

  @Override
  public int read() {
    throw new UnsupportedOperationException("a body is taken whole");
  }

  /** Nothing of the body is needed any more; any thread, also twice. */
  @Override
  public void close() {
    share.close();
  }
}
