#!/usr/bin/env bash
# Starts the image as strictly as a cluster would, asks it something and ends it:
# docker/try.sh [IMAGE]. Linux alone: it uses the host's network, 127.0.0.1:PORT (18080).
#
# The root is read-only, /tmp included, the user is nobody the image knows, memory is limited, no
# capability is left, the model comes from a mount.
set -euo pipefail
cd "$(dirname "$0")/.."
. docker/engine.sh
name=fovea-try-$$
url=http://127.0.0.1:${PORT:-18080}
folder=$(mktemp -d)
trap '"${engine[@]}" rm -f "$name" >/dev/null 2>&1 || true; rm -rf "$folder"' EXIT

fail() {
    echo "try: $*" >&2
    "${engine[@]}" logs "$name" >&2 || true
    exit 1
}

# expect WHAT PATTERN: standard input has it.
expect() {
    cat >"$folder/answer"
    grep -q -- "$2" "$folder/answer" || fail "$1: expected $2, got $(cat "$folder/answer")"
    echo "  $1"
}

flags=(--read-only --user 31337:0 --memory 512m --cap-drop ALL --network host
    --ulimit nofile=4096:4096 --ulimit nproc=4096:4096
    --volume "$PWD/src/main/models:/models:ro")
if [ "${engine[0]}" = podman ]; then
    # Docker mounts nothing on /tmp by itself; healthchecks of Podman's want systemd.
    flags+=(--read-only-tmpfs=false --no-healthcheck)
fi

start=$(date +%s%N)
"${engine[@]}" run --detach --name "$name" "${flags[@]}" "$image" \
    --model fovea-mini --host 127.0.0.1 --port "${PORT:-18080}" >/dev/null
until curl -sf "$url/health" >/dev/null; do
    [ "$("${engine[@]}" inspect --format '{{.State.Running}}' "$name")" = true ] || fail "it has ended"
    [ $(($(date +%s%N) - start)) -lt 60000000000 ] || fail "not ready within 60 s"
    sleep 0.05
done
echo "ready after $((($(date +%s%N) - start) / 1000000)) ms"

inside() { "${engine[@]}" exec --env "QUARKUS_HTTP_PORT=${PORT:-18080}" "$name" "$@"; }
inside id | expect "runs as nobody the image knows" '^uid=31337'
inside sh -c 'touch /tmp/a /models/a /opt/fovea/a 2>&1 || true' | expect "can write nowhere" Read-only
inside /opt/fovea/bin/healthy || fail "healthy: expected 0"

ask() {
    curl -s -N --max-time 60 "$url/v1/chat/completions" -H 'Content-Type: application/json' \
        -d '{"messages":[{"role":"user","content":"Tell me a story about a fox."}],'"$1"'}'
}
curl -s "$url/" | expect "the page" '<title>'
curl -s "$url/v1/models" | expect "/v1/models" '"id": *"fovea-mini"'
ask '"max_tokens":16' | expect "a whole answer" '"completion_tokens": *[1-9]'
ask '"max_tokens":16,"stream":true' | expect "a streamed answer" '^data: \[DONE\]'
curl -s "$url/metrics" | expect "/metrics" '^fovea_'
echo "resident: $(inside cat /proc/1/status | sed -n 's/^VmRSS:[ \t]*//p'), at most $(
    inside cat /proc/1/status | sed -n 's/^VmHWM:[ \t]*//p')"

# The long stream is open when SIGTERM comes: it must still be told how it ends.
ask '"max_tokens":7000,"ignore_eos":true,"stream":true' >"$folder/stream" &
reader=$!
until grep -q '^data:' "$folder/stream"; do sleep 0.05; done
start=$(date +%s%N)
"${engine[@]}" kill --signal TERM "$name" >/dev/null
code=$("${engine[@]}" wait "$name")
echo "ended $((($(date +%s%N) - start) / 1000000)) ms after SIGTERM"
[ "$code" = 0 ] || fail "exit code: expected 0, got $code"
# An answer that ends in an error is followed by a reset, which curl reports.
wait "$reader" || true
tail -n 5 "$folder/stream" |
    expect "the open stream was told of its end" '^data: \[DONE\]\|^event: error'
