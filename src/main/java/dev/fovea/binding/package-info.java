/**
 * Hand-written JavaCPP classes for {@code src/main/native/include/fovea.h}, and library loading. No
 * logic: {@code kernel} and {@code weights} give the calls a meaning.
 *
 * <p>May import {@code org.bytedeco} only.
 */
package dev.fovea.binding;
