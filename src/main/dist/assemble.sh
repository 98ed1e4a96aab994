#!/bin/sh
# Makes the self-contained distribution: assemble.sh TARGET NAME MAVENS_JAVA_HOME [TESTS]
#
# TARGET/dist/NAME holds runtime/ (a jlinked JDK 25), app/ (the Quarkus application with its native
# libraries, its jars uncompressed) and bin/; TARGET/NAME.tar.xz is the same as one file. With TESTS
# = tests it is the bundle for machines with a GPU: test classes and their libraries beside it in
# tests/, no model, because the source tree is there.
set -eu
target=$1 name=$2 maven_java=$3 tests=${4:-}
source=$(cd "$(dirname "$0")" && pwd)
home=$target/dist/$name

# Modules that the application and JavaCPP use; jdk.zipfs is how Quarkus opens its jars.
modules=java.base,java.instrument,java.logging,java.management,java.naming,java.net.http,java.rmi
modules=$modules,java.security.jgss,java.sql,java.xml,jdk.jfr,jdk.management,jdk.unsupported,jdk.zipfs

jdk=
for candidate in "${FOVEA_JDK:-}" "${JAVA_HOME:-}" "$maven_java" /usr/lib/jvm/*25*; do
    if [ -x "$candidate/bin/jlink" ] && grep -q '^JAVA_VERSION="25' "$candidate/release" 2>/dev/null; then
        jdk=$candidate
        break
    fi
done
if [ -z "$jdk" ]; then
    echo "distribution: expected a JDK 25 with jlink in FOVEA_JDK, JAVA_HOME or /usr/lib/jvm, found none" >&2
    exit 1
fi
if ! command -v xz >/dev/null 2>&1; then
    echo "distribution: expected the command xz, found none" >&2
    exit 1
fi

rm -rf "$home" "$target/$name.tar.xz"
mkdir -p "$home/bin"
"$jdk/bin/jlink" --add-modules "$modules" --compress=zip-0 --strip-debug --no-header-files \
    --no-man-pages --output "$home/runtime"
cp -R "$target/quarkus-app" "$home/app"
cp "$source/bin/fovea" "$source/bin/cuda-libraries" "$home/bin/"
if [ "$tests" = tests ]; then
    rm -rf "$home/app/models"
    mkdir -p "$home/tests"
    cp -R "$target/test-libraries" "$home/tests/lib"
    for jar in "$home"/tests/lib/*.jar; do
        [ ! -e "$home/app/lib/main/${jar##*/}" ] || rm "$jar"
    done
    (cd "$target/test-classes" && find dev -name '*.class' | tar -cf - -T -) |
        (mkdir -p "$home/tests/classes" && tar -xf - -C "$home/tests/classes")
fi
"$jdk/bin/java" "$source/StoreJars.java" "$home"
tar -C "$target/dist" --owner=0 --group=0 --sort=name -cf - "$name" | xz -6 -T0 >"$target/$name.tar.xz"
echo "distribution: $target/$name.tar.xz, $(($(wc -c <"$target/$name.tar.xz") / 1024)) KiB, runtime from $jdk"
