/**
 * Hand-written JavaCPP classes for the CUDA part of {@code fovea.h}, in a package of their own
 * because they make a library of their own. The parameter structs are those of {@code binding},
 * whose natives are in the CPU library.
 */
package dev.fovea.binding.cuda;
