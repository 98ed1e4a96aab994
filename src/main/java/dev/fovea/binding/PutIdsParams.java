package dev.fovea.binding;

import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.annotation.Cast;
import org.bytedeco.javacpp.annotation.MemberSetter;
import org.bytedeco.javacpp.annotation.Name;
import org.bytedeco.javacpp.annotation.Platform;

/**
 * Arguments of {@code putIds}: {@code FoveaPutIds} of {@code fovea.h}, field by field; zeroed when
 * made.
 */
@Platform(include = "fovea.h")
@Name("FoveaPutIds")
public class PutIdsParams extends Pointer {
  public PutIdsParams() {
    super((Pointer) null);
    allocate();
    zero();
  }

  private native void allocate();

  @MemberSetter
  public native PutIdsParams ids(@Cast("uint64_t") long value);

  @MemberSetter
  public native PutIdsParams sources(@Cast("uint64_t") long value);

  @MemberSetter
  public native PutIdsParams places(@Cast("uint64_t") long value);

  @MemberSetter
  public native PutIdsParams out(@Cast("uint64_t") long value);

  @MemberSetter
  public native PutIdsParams numIds(long value);

  @MemberSetter
  public native PutIdsParams count(long value);

  @MemberSetter
  public native PutIdsParams size(long value);
}
