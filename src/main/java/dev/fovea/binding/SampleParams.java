package dev.fovea.binding;

import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.annotation.Cast;
import org.bytedeco.javacpp.annotation.MemberSetter;
import org.bytedeco.javacpp.annotation.Name;
import org.bytedeco.javacpp.annotation.Platform;

/**
 * Arguments of {@code sample}: {@code FoveaSample} of {@code fovea.h}, field by field; zeroed when
 * made.
 */
@Platform(include = "fovea.h")
@Name("FoveaSample")
public class SampleParams extends Pointer {
  public SampleParams() {
    super((Pointer) null);
    allocate();
    zero();
  }

  private native void allocate();

  @MemberSetter
  public native SampleParams logits(@Cast("uint64_t") long value);

  @MemberSetter
  public native SampleParams tokens(@Cast("uint64_t") long value);

  @MemberSetter
  public native SampleParams temperature(@Cast("uint64_t") long value);

  @MemberSetter
  public native SampleParams topP(@Cast("uint64_t") long value);

  @MemberSetter
  public native SampleParams minP(@Cast("uint64_t") long value);

  @MemberSetter
  public native SampleParams topK(@Cast("uint64_t") long value);

  @MemberSetter
  public native SampleParams repetition(@Cast("uint64_t") long value);

  @MemberSetter
  public native SampleParams presence(@Cast("uint64_t") long value);

  @MemberSetter
  public native SampleParams frequency(@Cast("uint64_t") long value);

  @MemberSetter
  public native SampleParams seed(@Cast("uint64_t") long value);

  @MemberSetter
  public native SampleParams outputPosition(@Cast("uint64_t") long value);

  @MemberSetter
  public native SampleParams choice(@Cast("uint64_t") long value);

  @MemberSetter
  public native SampleParams banStart(@Cast("uint64_t") long value);

  @MemberSetter
  public native SampleParams banned(@Cast("uint64_t") long value);

  @MemberSetter
  public native SampleParams penaltyStart(@Cast("uint64_t") long value);

  @MemberSetter
  public native SampleParams penaltyToken(@Cast("uint64_t") long value);

  @MemberSetter
  public native SampleParams penaltyCount(@Cast("uint64_t") long value);

  @MemberSetter
  public native SampleParams numRows(long value);

  @MemberSetter
  public native SampleParams vocabulary(long value);
}
