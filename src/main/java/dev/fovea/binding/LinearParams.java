package dev.fovea.binding;

import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.annotation.Cast;
import org.bytedeco.javacpp.annotation.MemberSetter;
import org.bytedeco.javacpp.annotation.Name;
import org.bytedeco.javacpp.annotation.Platform;

/**
 * Arguments of {@code linear}: {@code FoveaLinear} of {@code fovea.h}, field by field; zeroed when
 * made.
 */
@Platform(include = "fovea.h")
@Name("FoveaLinear")
public class LinearParams extends Pointer {
  public LinearParams() {
    super((Pointer) null);
    allocate();
    zero();
  }

  private native void allocate();

  @MemberSetter
  public native LinearParams x(@Cast("uint64_t") long value);

  @MemberSetter
  public native LinearParams weight(@Cast("uint64_t") long value);

  @MemberSetter
  public native LinearParams bias(@Cast("uint64_t") long value);

  @MemberSetter
  public native LinearParams out(@Cast("uint64_t") long value);

  @MemberSetter
  public native LinearParams numTokens(long value);

  @MemberSetter
  public native LinearParams inputs(long value);

  @MemberSetter
  public native LinearParams outputs(long value);

  @MemberSetter
  public native LinearParams outStride(long value);

  @MemberSetter
  public native LinearParams outColumn(long value);

  @MemberSetter
  public native LinearParams type(int value);

  @MemberSetter
  public native LinearParams biasType(int value);

  @MemberSetter
  public native LinearParams outType(int value);
}
