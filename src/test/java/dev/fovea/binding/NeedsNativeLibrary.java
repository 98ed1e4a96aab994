package dev.fovea.binding;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.condition.DisabledIf;

/** The tests of a class run where the native library was built. */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@DisabledIf(
    value = "dev.fovea.binding.NativeLibraryTest#isMissing",
    disabledReason = "NativeLibraryTest judges a missing library")
public @interface NeedsNativeLibrary {}
