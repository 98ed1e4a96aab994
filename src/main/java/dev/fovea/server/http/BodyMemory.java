package dev.fovea.server.http;

import dev.fovea.server.FoveaConfig;
import io.quarkus.runtime.configuration.MemorySize;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;

/**
 * What all request bodies together may take of Java's heap, from their first byte until nothing of
 * them is needed any more: their bytes, and what reading them takes. One large body leaves room for
 * small ones: a quarter is kept for those. Any thread.
 */
@Singleton
public final class BodyMemory {
  /** Beside the model, its tokenizer and the answers. */
  private static final int HEAP_SHARE = 3;

  private static final int SMALL_BYTES = 64 << 10;
  private static final int RETRY_SECONDS = 1;

  private final long maxBytes;
  private long usedBytes;

  @Inject
  BodyMemory(FoveaConfig config) {
    this(
        config
            .limits()
            .bodyMemory()
            .map(MemorySize::asLongValue)
            .orElse(Runtime.getRuntime().maxMemory() / HEAP_SHARE));
  }

  BodyMemory(long maxBytes) {
    this.maxBytes = maxBytes;
  }

  /** Of bodies that have not been let go. */
  public synchronized long usedBytes() {
    return usedBytes;
  }

  /** What one body may take at most. */
  private long maxShare() {
    return maxBytes - maxBytes / 4;
  }

  Share newShare() {
    return new Share();
  }

  /** What one body takes. */
  final class Share implements AutoCloseable {
    private long bytes;
    private boolean closed;

    /**
     * Takes more.
     *
     * @throws ApiException 413 if it could never have so much, 503 if it cannot at present
     */
    void grow(long more) {
      synchronized (BodyMemory.this) {
        long wanted = bytes + more;
        if (wanted > Math.max(maxShare(), SMALL_BYTES)) {
          throw new ApiException(
              HttpErrors.bodyTooLarge(
                  "request body: expected one that is read in at most "
                      + maxShare()
                      + " bytes of memory, got one that takes "
                      + wanted));
        }
        long limit = wanted <= SMALL_BYTES ? maxBytes : maxShare();
        if (closed || usedBytes + more > limit) {
          throw ApiException.retryLater(
              503,
              ErrorCodes.BUSY,
              "the server has no memory for another request body at present",
              RETRY_SECONDS);
        }
        bytes = wanted;
        usedBytes += more;
      }
    }

    /** Gives back a part. */
    void shrink(long less) {
      synchronized (BodyMemory.this) {
        if (!closed) {
          bytes -= less;
          usedBytes -= less;
        }
      }
    }

    /** Gives all back; again, does nothing. */
    @Override
    public void close() {
      synchronized (BodyMemory.this) {
        closed = true;
        usedBytes -= bytes;
        bytes = 0;
      }
    }
  }
}
