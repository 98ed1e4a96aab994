package dev.fovea.server;

import dev.fovea.engine.EngineObserver;
import jakarta.inject.Singleton;

/** Loads a Hugging Face checkpoint directory. */
@Singleton
public final class CheckpointSource implements ModelSource {
  @Override
  public ServedModel load(FoveaConfig config, EngineObserver observer, Progress progress) {
    throw new ModelLoadException("checkpoints cannot be loaded yet");
  }
}
