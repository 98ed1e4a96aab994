package dev.fovea.binding;

import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.annotation.Cast;
import org.bytedeco.javacpp.annotation.MemberSetter;
import org.bytedeco.javacpp.annotation.Name;
import org.bytedeco.javacpp.annotation.Platform;

/**
 * Arguments of {@code gatherRows}: {@code FoveaGatherRows} of {@code fovea.h}, field by field;
 * zeroed when made.
 */
@Platform(include = "fovea.h")
@Name("FoveaGatherRows")
public class GatherRowsParams extends Pointer {
  public GatherRowsParams() {
    super((Pointer) null);
    allocate();
    zero();
  }

  private native void allocate();

  @MemberSetter
  public native GatherRowsParams x(@Cast("uint64_t") long value);

  @MemberSetter
  public native GatherRowsParams rows(@Cast("uint64_t") long value);

  @MemberSetter
  public native GatherRowsParams out(@Cast("uint64_t") long value);

  @MemberSetter
  public native GatherRowsParams numTokens(long value);

  @MemberSetter
  public native GatherRowsParams numRows(long value);

  @MemberSetter
  public native GatherRowsParams columns(long value);

  @MemberSetter
  public native GatherRowsParams type(int value);
}
