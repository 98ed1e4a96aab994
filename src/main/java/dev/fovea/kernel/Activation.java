package dev.fovea.kernel;

/** Activation functions; {@code code} is the native {@code FoveaActivationKind}. */
public enum Activation {
  SILU(0),
  GELU_TANH(1),
  GELU_ERF(2),
  RELU(3);

  private final int code;

  Activation(int code) {
    this.code = code;
  }

  public int code() {
    return code;
  }
}
