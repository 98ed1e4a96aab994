package dev.fovea.binding;

import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.annotation.Cast;
import org.bytedeco.javacpp.annotation.MemberSetter;
import org.bytedeco.javacpp.annotation.Name;
import org.bytedeco.javacpp.annotation.Platform;

/**
 * Arguments of {@code rmsNorm} and {@code layerNorm}: {@code FoveaNorm} of {@code fovea.h}, field
 * by field; zeroed when made.
 */
@Platform(include = "fovea.h")
@Name("FoveaNorm")
public class NormParams extends Pointer {
  public NormParams() {
    super((Pointer) null);
    allocate();
    zero();
  }

  private native void allocate();

  @MemberSetter
  public native NormParams residual(@Cast("uint64_t") long value);

  @MemberSetter
  public native NormParams delta(@Cast("uint64_t") long value);

  @MemberSetter
  public native NormParams gamma(@Cast("uint64_t") long value);

  @MemberSetter
  public native NormParams beta(@Cast("uint64_t") long value);

  @MemberSetter
  public native NormParams out(@Cast("uint64_t") long value);

  @MemberSetter
  public native NormParams numTokens(long value);

  @MemberSetter
  public native NormParams hidden(long value);

  @MemberSetter
  public native NormParams epsilon(float value);

  @MemberSetter
  public native NormParams weightType(int value);

  @MemberSetter
  public native NormParams outType(int value);
}
