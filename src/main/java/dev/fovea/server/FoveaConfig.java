package dev.fovea.server;

import dev.fovea.kernel.Isa;
import dev.fovea.tensor.DType;
import io.quarkus.runtime.configuration.MemorySize;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * Every setting of the application; {@code fovea.max-context} is also the environment's {@code
 * FOVEA_MAX_CONTEXT}. The command line's options are these keys by other names.
 */
@ConfigMapping(prefix = "fovea")
public interface FoveaConfig {

  /** Directory of a Hugging Face checkpoint; the shipped model where absent. */
  Optional<String> model();

  /**
   * Names clients may call the model by, the first being its id; the directory's name if absent.
   */
  Optional<List<String>> servedModelName();

  /** A file with a Jinja template for chat, in place of the checkpoint's. */
  Optional<String> chatTemplate();

  /** What computes. */
  @WithDefault("auto")
  Device device();

  /**
   * What the matrices of the weights, and keys and values, are computed in; weights of another type
   * are converted when they are loaded.
   */
  @WithDefault("auto")
  WeightType dtype();

  /** Longest sequence in tokens, prompt and output together; the model's own limit if absent. */
  OptionalInt maxContext();

  /** Sequences computed at a time; more wait. If absent, 16 on CPUs and 256 on GPUs. */
  OptionalInt maxSequences();

  /**
   * Tokens of one prompt computed in a step at most: a long prompt takes several, and others run
   * on; 512 on a CPU and 4096 on a GPU if absent.
   */
  OptionalInt prefillChunk();

  /**
   * What the prompts of a step may take beside its decodes; 50 ms on a CPU and 25 ms on a GPU if
   * absent, 0 for no bound.
   */
  Optional<Duration> stepTarget();

  /** Whether pages of prompts are kept for requests that begin alike. */
  @WithDefault("true")
  boolean prefixCache();

  /**
   * Share of a GPU's memory that may be in use once the model is loaded, what other processes use
   * included; the rest is left to others.
   */
  @WithDefault("0.9")
  double memoryFraction();

  /**
   * Memory for keys and values; if absent, on a GPU what is left of its share, else room for {@link
   * #maxSequences} sequences of 4096 tokens and for one of full context, at most a quarter of the
   * machine's or container's memory that the model leaves.
   */
  Optional<MemorySize> kvMemory();

  /**
   * Names that the server answers to beside localhost and addresses, as those that a proxy passes
   * on; {@code *} for any. If absent, any where it listens to more than this machine.
   */
  Optional<List<String>> allowedHosts();

  /**
   * How long accepted requests may go on after SIGTERM or SIGINT; what is open then is ended with
   * an error event. Below the time a supervisor leaves before it kills: Kubernetes, 30 s.
   */
  @WithDefault("25S")
  Duration shutdownTimeout();

  /**
   * How long a busy engine may give no sign of life before it counts as hung and the process ends;
   * five times its longest step if that is more.
   */
  @WithDefault("30S")
  Duration watchdogTimeout();

  Cpu cpu();

  Gpu gpu();

  Limits limits();

  Metrics metrics();

  /** The processor. */
  interface Cpu {

    /** Instruction set to use. */
    @WithDefault("auto")
    Isa isa();

    /** Threads that compute; as many as cores if absent. */
    OptionalInt threads();
  }

  /** The page {@code /metrics}. */
  interface Metrics {

    /** Whether it also has the names of vLLM, for dashboards and autoscalers that know those. */
    @WithDefault("true")
    boolean vllmNames();
  }

  /** A device that computes beside the processor. */
  interface Gpu {

    /**
     * Whether steps that only generate are recorded as graphs, once for each of a few numbers of
     * sequences; if not, each is enqueued operation by operation.
     */
    @WithDefault("true")
    boolean recordDecodes();
  }

  /** What one client may ask of the server. */
  interface Limits {

    /** Largest request body. */
    @WithDefault("16M")
    MemorySize maxBody();

    /**
     * What all bodies together may take of Java's heap, while they come and while they are read; a
     * third of it if absent. One more is answered 503.
     */
    Optional<MemorySize> bodyMemory();

    /**
     * UTF-8 of prompts that is tokenized at a time, over all requests, and so of the longest; a
     * 256th of the heap if absent, since each byte takes some 300 meanwhile.
     */
    Optional<MemorySize> maxText();

    /** What a request's line and headers may take to come, from their first byte. */
    @WithDefault("10S")
    Duration headerTimeout();

    /** What a request's body may take to come, from the end of its headers. */
    @WithDefault("60S")
    Duration bodyTimeout();

    /** How long a connection may stay open without a request. */
    @WithDefault("75S")
    Duration idleTimeout();

    /**
     * Connections that may be open; if absent, what the process's limit of open files leaves. When
     * there is no room for another, the one that has been idle for the longest is closed; while all
     * are busy, a new one is answered 503, unless it asks for {@code /health}, {@code /q/health} or
     * {@code /metrics}.
     */
    OptionalInt maxConnections();

    /** The same for one address, of IPv6 a /64; three quarters of all if absent. */
    OptionalInt maxConnectionsPerAddress();

    /** Requests at a time on one HTTP/2 connection; others are refused until one has ended. */
    @WithDefault("128")
    int maxStreams();

    /** Outputs, {@code n} of each prompt, that may wait to begin; one more is answered 429. */
    @WithDefault("256")
    int maxWaiting();

    /** Prompt tokens that may wait for a place, over all requests. */
    @WithDefault("4000000")
    long maxWaitingTokens();

    /**
     * How long a request may wait for its first step before it is answered 503, and the most it may
     * ask for as {@code queue_timeout}; without end if absent.
     */
    Optional<Duration> queueTimeout();

    /**
     * How long a request may take until its answer is complete, and the most it may ask for as
     * {@code total_timeout}; without end if absent.
     */
    Optional<Duration> requestTimeout();

    /**
     * How long a client may take to read what waits for it, or 32 KiB of that, before it is cut
     * off.
     */
    @WithDefault("10S")
    Duration readerPatience();
  }

  /** Types of weights, by config.json's and vLLM's names too. */
  enum WeightType {
    /** What most of the checkpoint's matrices have. */
    AUTO(null),
    BF16(DType.BF16),
    FP16(DType.F16),
    FP32(DType.F32),
    BFLOAT16(DType.BF16),
    FLOAT16(DType.F16),
    HALF(DType.F16),
    FLOAT32(DType.F32),
    FLOAT(DType.F32);

    private final DType dtype;

    WeightType(DType dtype) {
      this.dtype = dtype;
    }

    /** Empty: whatever the checkpoint has. */
    public Optional<DType> wanted() {
      return Optional.ofNullable(dtype);
    }
  }

  /** Backends. */
  enum Device {
    /**
     * A CUDA device where there is one, else the native CPU kernels, else the Java reference
     * kernels.
     */
    AUTO,
    /** The first CUDA device or nothing. */
    CUDA,
    /** The native CPU kernels or nothing. */
    CPU,
    /** The Java reference kernels. */
    REFERENCE
  }
}
