package dev.fovea.binding.cuda;

import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.annotation.Cast;
import org.bytedeco.javacpp.annotation.MemberGetter;
import org.bytedeco.javacpp.annotation.Name;
import org.bytedeco.javacpp.annotation.Platform;

/** What is asked of {@code FoveaDeviceInfo} of {@code fovea.h}; zeroed when made. */
@Platform(include = "fovea.h")
@Name("FoveaDeviceInfo")
public class DeviceInfo extends Pointer {
  public DeviceInfo() {
    super((Pointer) null);
    allocate();
    zero();
  }

  private native void allocate();

  @MemberGetter
  public native @Cast("const char*") String name();

  @MemberGetter
  public native int major();

  @MemberGetter
  public native int minor();

  @MemberGetter
  public native int multiprocessors();
}
