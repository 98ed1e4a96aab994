package dev.fovea.server;

import io.quarkus.runtime.configuration.MemorySize;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
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

  /** What computes. */
  @WithDefault("auto")
  Device device();

  /** Longest sequence in tokens, prompt and output together; the model's own limit if absent. */
  OptionalInt maxContext();

  /** Sequences computed at a time; more wait. */
  @WithDefault("16")
  int maxSequences();

  /** Prompt tokens computed in one step: a long prompt takes several, between which others run. */
  @WithDefault("512")
  int maxStepTokens();

  /**
   * Memory for keys and values; enough for one sequence of full context, within reason, if absent.
   */
  Optional<MemorySize> kvMemory();

  Cpu cpu();

  Limits limits();

  /** The processor. */
  interface Cpu {

    /** Instruction set to use. */
    @WithDefault("auto")
    Isa isa();

    /** Threads that compute; as many as cores if absent. */
    OptionalInt threads();
  }

  /** What one client may ask of the server. */
  interface Limits {

    /** Largest request body. */
    @WithDefault("16M")
    MemorySize maxBody();

    /** Requests that may wait for a place; one more is answered 429. */
    @WithDefault("256")
    int maxWaiting();
  }

  /** Backends. */
  enum Device {
    /** The native CPU kernels, or the Java reference kernels where they do not load. */
    AUTO,
    /** The native CPU kernels or nothing. */
    CPU,
    /** The Java reference kernels. */
    REFERENCE,
    /** Not built yet. */
    CUDA
  }

  /** Instruction sets of the CPU kernels. */
  enum Isa {
    AUTO,
    PORTABLE,
    AVX2,
    AVX512_BF16
  }
}
