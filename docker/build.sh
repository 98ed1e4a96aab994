#!/usr/bin/env bash
# Builds the image, and the distribution in it where there is none yet: docker/build.sh [IMAGE]
#
# BASE  the image it starts from, debian:12-slim unless given; `bootstrap` makes one of Debian's
#       packages without any registry (needs root and debootstrap)
set -euo pipefail
cd "$(dirname "$0")/.."
. docker/engine.sh
base=${BASE:-debian:12-slim}

if ! ls -d target/dist/fovea-*-linux-x86_64 >/dev/null 2>&1; then
    ./mvnw -q -B package -DskipTests -Pdist
fi
home=$(ls -d target/dist/fovea-*-linux-x86_64)
version=${home#target/dist/fovea-}
version=${version%-linux-x86_64}

if [ "$base" = bootstrap ]; then
    base=localhost/fovea-base:bookworm
    root=$(mktemp -d)
    trap 'rm -rf "$root"' EXIT
    debootstrap --variant=minbase bookworm "$root" >"$root.log" || { cat "$root.log"; exit 1; }
    rm -rf "$root.log" "$root"/var/cache/apt/* "$root"/var/lib/apt/lists/* \
        "$root"/usr/share/{doc,man,locale,info}/*
    tar -C "$root" -cf - . | "${engine[@]}" import - "$base" >/dev/null
fi

flags=()
# OCI's own format has no health check.
[ "${engine[0]}" = docker ] || flags+=(--format docker)
"${engine[@]}" build "${flags[@]}" --build-arg "BASE=$base" --build-arg "VERSION=$version" \
    --build-arg "REVISION=$(git rev-parse HEAD 2>/dev/null || echo unknown)" \
    -f docker/Dockerfile -t "$image" .
bytes=$("${engine[@]}" image inspect --format '{{.Size}}' "$image")
echo "$image: $((bytes / 1000000)) MB, of which $base is $((
    $("${engine[@]}" image inspect --format '{{.Size}}' "$base") / 1000000)) MB"
