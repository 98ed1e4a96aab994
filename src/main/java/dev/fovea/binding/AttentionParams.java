package dev.fovea.binding;

import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.annotation.Cast;
import org.bytedeco.javacpp.annotation.MemberSetter;
import org.bytedeco.javacpp.annotation.Name;
import org.bytedeco.javacpp.annotation.Platform;

/**
 * Arguments of {@code attention}: {@code FoveaAttention} of {@code fovea.h}, field by field; zeroed
 * when made.
 */
@Platform(include = "fovea.h")
@Name("FoveaAttention")
public class AttentionParams extends Pointer {
  public AttentionParams() {
    super((Pointer) null);
    allocate();
    zero();
  }

  private native void allocate();

  @MemberSetter
  public native AttentionParams q(@Cast("uint64_t") long value);

  @MemberSetter
  public native AttentionParams out(@Cast("uint64_t") long value);

  @MemberSetter
  public native AttentionParams k(@Cast("uint64_t") long value);

  @MemberSetter
  public native AttentionParams v(@Cast("uint64_t") long value);

  @MemberSetter
  public native AttentionParams kScale(@Cast("uint64_t") long value);

  @MemberSetter
  public native AttentionParams vScale(@Cast("uint64_t") long value);

  @MemberSetter
  public native AttentionParams queryStart(@Cast("uint64_t") long value);

  @MemberSetter
  public native AttentionParams contextLength(@Cast("uint64_t") long value);

  @MemberSetter
  public native AttentionParams tableRow(@Cast("uint64_t") long value);

  @MemberSetter
  public native AttentionParams pageTable(@Cast("uint64_t") long value);

  @MemberSetter
  public native AttentionParams alibiSlopes(@Cast("uint64_t") long value);

  @MemberSetter
  public native AttentionParams sinks(@Cast("uint64_t") long value);

  @MemberSetter
  public native AttentionParams kPageStride(long value);

  @MemberSetter
  public native AttentionParams kHeadStride(long value);

  @MemberSetter
  public native AttentionParams kSlotStride(long value);

  @MemberSetter
  public native AttentionParams vPageStride(long value);

  @MemberSetter
  public native AttentionParams vHeadStride(long value);

  @MemberSetter
  public native AttentionParams vSlotStride(long value);

  @MemberSetter
  public native AttentionParams numTokens(long value);

  @MemberSetter
  public native AttentionParams numSequences(long value);

  @MemberSetter
  public native AttentionParams queryHeads(long value);

  @MemberSetter
  public native AttentionParams kvHeads(long value);

  @MemberSetter
  public native AttentionParams headDim(long value);

  @MemberSetter
  public native AttentionParams numPages(long value);

  @MemberSetter
  public native AttentionParams maxPages(long value);

  @MemberSetter
  public native AttentionParams numTableRows(long value);

  @MemberSetter
  public native AttentionParams scale(float value);

  @MemberSetter
  public native AttentionParams softCap(float value);

  @MemberSetter
  public native AttentionParams mask(int value);

  @MemberSetter
  public native AttentionParams window(int value);

  @MemberSetter
  public native AttentionParams type(int value);

  @MemberSetter
  public native AttentionParams kvType(int value);

  @MemberSetter
  public native AttentionParams numGenerated(long value);

  @MemberSetter
  public native AttentionParams longestPrompt(long value);

  @MemberSetter
  public native AttentionParams workspace(@Cast("uint64_t") long value);

  @MemberSetter
  public native AttentionParams workspaceBytes(long value);
}
