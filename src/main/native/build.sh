#!/bin/sh
# Builds the native libraries: build.sh BUILD_DIR OUTPUT_DIR JAVA_HOME
# FOVEA_CUDA_ARCHITECTURES chooses what the CUDA kernels are compiled for, where nvcc is found.
# A machine without a C++ compiler or CMake gets one line and no library; the server then runs on
# the Java reference kernels.
set -eu
build=$1 output=$2 java_home=$3
cuda_output=$(dirname "$output")/cuda/$(basename "$output")
source=$(cd "$(dirname "$0")" && pwd)

if [ "${FOVEA_NATIVE:-on}" = off ]; then
    echo "native kernels: not built (FOVEA_NATIVE=off); the server will run on the Java reference kernels"
    rm -rf "$output" "$cuda_output"
    exit 0
fi
for tool in cmake "${CXX:-c++}"; do
    if ! command -v "$tool" >/dev/null 2>&1; then
        echo "native kernels: not built ($tool not found); the server will run on the Java reference kernels"
        rm -rf "$output" "$cuda_output"
        exit 0
    fi
done
cuda=ON
if [ "${FOVEA_CUDA:-on}" = off ]; then
    echo "CUDA kernels: not built (FOVEA_CUDA=off); the server will run on the CPU"
    cuda=OFF
elif ! command -v "${CUDACXX:-nvcc}" >/dev/null 2>&1 && ! [ -x "${CUDA_HOME:-/usr/local/cuda}/bin/nvcc" ] &&
    ! [ -x /usr/local/cuda/bin/nvcc ]; then
    echo "CUDA kernels: not built (nvcc not found); the server will run on the CPU"
    cuda=OFF
fi
cmake -S "$source" -B "$build/cmake" -DCMAKE_BUILD_TYPE="${FOVEA_BUILD_TYPE:-Release}" \
    -DFOVEA_JNI_DIR="$build/jni" -DFOVEA_CUDA_JNI_DIR="$build/jni" -DFOVEA_JAVA_HOME="$java_home" \
    -DFOVEA_CUDA="$cuda" -DFOVEA_CUDA_ARCHITECTURES="${FOVEA_CUDA_ARCHITECTURES:-}" \
    -DFOVEA_OUTPUT_DIR="$build/lib" \
    >"$build/configure.log" 2>&1 \
    || { cat "$build/configure.log" >&2; exit 1; }
cmake --build "$build/cmake" --parallel 2>"$build/build.err" >"$build/build.log" \
    || { cat "$build/build.log" "$build/build.err" >&2; exit 1; }
cat "$build/build.err" >&2

# Builds for several architectures have folders of their own; the last one goes to the classes.
rm -rf "$output" "$cuda_output"
mkdir -p "$output"
cp -p "$build/lib/libjniCpuLibrary.so" "$output/"
if [ "$cuda" = ON ]; then
    mkdir -p "$cuda_output"
    cp -p "$build/lib/libjniCudaLibrary.so" "$cuda_output/"
fi
