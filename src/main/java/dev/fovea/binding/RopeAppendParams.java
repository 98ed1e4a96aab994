package dev.fovea.binding;

import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.annotation.Cast;
import org.bytedeco.javacpp.annotation.MemberSetter;
import org.bytedeco.javacpp.annotation.Name;
import org.bytedeco.javacpp.annotation.Platform;

/**
 * Arguments of {@code ropeAppend}: {@code FoveaRopeAppend} of {@code fovea.h}, field by field;
 * zeroed when made.
 */
@Platform(include = "fovea.h")
@Name("FoveaRopeAppend")
public class RopeAppendParams extends Pointer {
  public RopeAppendParams() {
    super((Pointer) null);
    allocate();
    zero();
  }

  private native void allocate();

  @MemberSetter
  public native RopeAppendParams qkv(@Cast("uint64_t") long value);

  @MemberSetter
  public native RopeAppendParams qGamma(@Cast("uint64_t") long value);

  @MemberSetter
  public native RopeAppendParams kGamma(@Cast("uint64_t") long value);

  @MemberSetter
  public native RopeAppendParams rotary(@Cast("uint64_t") long value);

  @MemberSetter
  public native RopeAppendParams positions(@Cast("uint64_t") long value);

  @MemberSetter
  public native RopeAppendParams slots(@Cast("uint64_t") long value);

  @MemberSetter
  public native RopeAppendParams q(@Cast("uint64_t") long value);

  @MemberSetter
  public native RopeAppendParams kPages(@Cast("uint64_t") long value);

  @MemberSetter
  public native RopeAppendParams vPages(@Cast("uint64_t") long value);

  @MemberSetter
  public native RopeAppendParams numTokens(long value);

  @MemberSetter
  public native RopeAppendParams queryHeads(long value);

  @MemberSetter
  public native RopeAppendParams kvHeads(long value);

  @MemberSetter
  public native RopeAppendParams headDim(long value);

  @MemberSetter
  public native RopeAppendParams rotaryDim(long value);

  @MemberSetter
  public native RopeAppendParams numPages(long value);

  @MemberSetter
  public native RopeAppendParams maxPositions(long value);

  @MemberSetter
  public native RopeAppendParams epsilon(float value);

  @MemberSetter
  public native RopeAppendParams weightType(int value);

  @MemberSetter
  public native RopeAppendParams type(int value);
}
