package dev.fovea.binding;

import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.annotation.Cast;
import org.bytedeco.javacpp.annotation.MemberSetter;
import org.bytedeco.javacpp.annotation.Name;
import org.bytedeco.javacpp.annotation.Platform;

/**
 * Arguments of {@code activation}: {@code FoveaActivation} of {@code fovea.h}, field by field;
 * zeroed when made.
 */
@Platform(include = "fovea.h")
@Name("FoveaActivation")
public class ActivationParams extends Pointer {
  public ActivationParams() {
    super((Pointer) null);
    allocate();
    zero();
  }

  private native void allocate();

  @MemberSetter
  public native ActivationParams x(@Cast("uint64_t") long value);

  @MemberSetter
  public native ActivationParams out(@Cast("uint64_t") long value);

  @MemberSetter
  public native ActivationParams numTokens(long value);

  @MemberSetter
  public native ActivationParams features(long value);

  @MemberSetter
  public native ActivationParams kind(int value);

  @MemberSetter
  public native ActivationParams gated(int value);

  @MemberSetter
  public native ActivationParams xType(int value);

  @MemberSetter
  public native ActivationParams outType(int value);
}
