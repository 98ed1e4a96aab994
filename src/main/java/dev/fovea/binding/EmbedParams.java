package dev.fovea.binding;

import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.annotation.Cast;
import org.bytedeco.javacpp.annotation.MemberSetter;
import org.bytedeco.javacpp.annotation.Name;
import org.bytedeco.javacpp.annotation.Platform;

/**
 * Arguments of {@code embed}: {@code FoveaEmbed} of {@code fovea.h}, field by field; zeroed when
 * made.
 */
@Platform(include = "fovea.h")
@Name("FoveaEmbed")
public class EmbedParams extends Pointer {
  public EmbedParams() {
    super((Pointer) null);
    allocate();
    zero();
  }

  private native void allocate();

  @MemberSetter
  public native EmbedParams tokens(@Cast("uint64_t") long value);

  @MemberSetter
  public native EmbedParams positions(@Cast("uint64_t") long value);

  @MemberSetter
  public native EmbedParams table(@Cast("uint64_t") long value);

  @MemberSetter
  public native EmbedParams positionTable(@Cast("uint64_t") long value);

  @MemberSetter
  public native EmbedParams out(@Cast("uint64_t") long value);

  @MemberSetter
  public native EmbedParams numTokens(long value);

  @MemberSetter
  public native EmbedParams hidden(long value);

  @MemberSetter
  public native EmbedParams vocabulary(long value);

  @MemberSetter
  public native EmbedParams maxPositions(long value);

  @MemberSetter
  public native EmbedParams tableType(int value);
}
