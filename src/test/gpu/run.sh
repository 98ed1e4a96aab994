#!/usr/bin/env bash
# GPU tests and benchmarks on a machine that has a GPU but neither Java nor a network.
#
#   src/test/gpu/run.sh build       here: makes target/fovea-gpu-tests.tar.xz, to be carried along
#   src/test/gpu/run.sh rehearse    here: the same bundle and sections on this machine's CPU
#   src/test/gpu/run.sh run [NAME..] there, in the source tree: all sections but "battery", or those
#                                   named
#
# OUT         folder for summary.txt, log.txt and JSON; target/gpu-results unless given
# FOVEA_LIMIT seconds for everything, 560 unless given; a section gets its own limit or what is left
# Of the sections, "cost-table" holds predicted against measured times of pieces of prompts, and
# "long-prompt" what streams see beside one of 100,000 tokens.
# FOVEA_LOAD_SECONDS of mixed-load, 20 unless given; 480 are for a run of that section alone:
#             FOVEA_LIMIT=590 FOVEA_LOAD_SECONDS=480 src/test/gpu/run.sh run mixed-load
set -uo pipefail
cd "$(dirname "$0")/../../.."
bundle=target/fovea-gpu-tests.tar.xz
out=$(mkdir -p "${OUT:-target/gpu-results}" && cd "${OUT:-target/gpu-results}" && pwd)
work=${TMPDIR:-/tmp}/fovea-gpu.$UID
home=$work/fovea-gpu-tests
begin=$SECONDS
max_mib=60

build() {
    set -e
    FOVEA_CUDA_ARCHITECTURES=${FOVEA_CUDA_ARCHITECTURES:-90-real} ./mvnw -q package -DskipTests -Pgpu-bundle
    tree=$(git ls-files -z | du -c -b --files0-from=- | tail -n 1 | cut -f 1)
    all=$(($(stat -c %s "$bundle") + tree))
    echo "$bundle: $(($(stat -c %s "$bundle") / 1024)) KiB, with the tracked tree $((all / 1024)) KiB"
    if [ "$all" -gt $((max_mib << 20)) ]; then
        echo "bundle and tracked tree: expected at most $max_mib MiB together" >&2
        exit 1
    fi
}

unpack() {
    rm -rf "$work"
    mkdir -p "$work"
    tar -C "$work" -xJf "$bundle" ||
        python3 -c 'import sys, tarfile; tarfile.open(sys.argv[1]).extractall(sys.argv[2])' "$bundle" "$work"
    export FOVEA_CACHE=$work/cache
    LD_LIBRARY_PATH=$("$home/bin/cuda-libraries")
    export LD_LIBRARY_PATH
}

# Whether a section is to be run: all are, unless some were named.
wanted() {
    [ ${#only[@]} -eq 0 ] || [[ " ${only[*]} " == *" $1 "* ]]
}

# Stops a section's whole tree of processes at its limit; says in the summary how it ended.
section() {
    local name=$1 limit=$2
    shift 2
    wanted "$name" || return
    local left=$((${FOVEA_LIMIT:-560} - SECONDS + begin)) start=$SECONDS status=0
    limit=$((limit < left ? limit : left))
    if [ "$limit" -lt 5 ]; then
        echo "SKIPPED $name: no time left" | tee -a "$out/summary.txt"
        return
    fi
    echo "== $name"
    set -m # a process group of its own for the section and for its watch
    ("$@") >"$work/$name.log" 2>&1 &
    local job=$!
    (sleep "$limit" && echo "stopped after $limit s" >>"$work/$name.log" && kill -- "-$job" && sleep 5 && kill -9 -- "-$job") \
        >/dev/null 2>&1 &
    local watch=$!
    set +m
    wait "$job" 2>/dev/null || status=$?
    kill -- "-$watch" 2>/dev/null
    wait "$watch" 2>/dev/null
    {
        echo "==== $name, exit code $status"
        cat "$work/$name.log"
    } >>"$out/log.txt"
    {
        [ "$status" -eq 0 ] && echo -n "ok      " || echo -n "FAILED  "
        echo "$name: $((SECONDS - start)) s, exit code $status"
        grep -E "tests (successful|failed)|worst error|equal$|right$|ERROR SUMMARY|hazard|^FIGURE" "$work/$name.log" |
            sed 's/^/          /' | tail -n 40
        if [ "$status" -ne 0 ]; then
            grep -E "✘|\[X\]|=> |Exception|rror:" "$work/$name.log" | cut -c 1-300 | head -n 25 | sed 's/^/          /'
            tail -n 3 "$work/$name.log" | cut -c 1-300 | sed 's/^/          /'
        fi
    } | tee -a "$out/summary.txt"
}

# Runs tests of the bundle: junit ARGUMENTS.. of JUnit's console launcher.
junit() {
    "${runner[@]}" "$home/runtime/bin/java" -Xmx12g -XX:+UseParallelGC \
        --add-opens=java.base/java.lang=ALL-UNNAMED --enable-native-access=ALL-UNNAMED \
        --sun-misc-unsafe-memory-access=allow \
        -Dorg.bytedeco.javacpp.cachedir="$FOVEA_CACHE/javacpp" \
        -Dorg.bytedeco.javacpp.maxbytes=0 -Dorg.bytedeco.javacpp.maxphysicalbytes=0 \
        -Dfovea.test.device="$device" -Dfovea.test.distribution="$home" \
        -Dfovea.test.checkpoint="$work/random-llama" \
        -cp "$home/tests/classes:src/test/resources:$home/tests/lib/*:$home/app/app/*:$home/app/lib/main/*:$home/app/lib/boot/*" \
        org.junit.platform.console.ConsoleLauncher execute --disable-banner --disable-ansi-colors \
        --details=tree "${junit_tags[@]}" "$@"
}

classes() {
    local package=$1
    shift
    for class in "$@"; do
        printf -- '--select-class=dev.fovea.%s.%s\n' "$package" "$class"
    done
}

# A benchmark's JSON to a file of the results, a line a row to the log.
bench() {
    "$home/bin/fovea" bench --device "$device" --json "${bench_options[@]}" "$@" >"$out/bench-$1.json" &&
        python3 - "$out/bench-$1.json" <<'PYTHON'
import json, sys
for row in json.load(open(sys.argv[1])):
    print("FIGURE %-20s %-60s %9.3f ms %9.1f of %9.1f %s%s [%s, %s]" % (
        row["name"], row["shape"], row["medianSeconds"] * 1e3, row["rate"], row["ceiling"],
        row["unit"], " void" if row.get("void") else "", row["kernel"], row["ran"]["device"]))
PYTHON
}

# Beside the first sections, which leave the cores idle now and then.
make_checkpoint() {
    python3 src/test/python/random_checkpoint/make_random_llama.py --out "$work/random-llama" \
        --shape "$shape" --tokenizer src/main/models/fovea-mini >"$work/checkpoint.log" 2>&1
    echo "checkpoint: exit code $?, after $((SECONDS - begin)) s" >>"$work/checkpoint.log"
    mv "$work/checkpoint.log" "$work/checkpoint.done"
}

serve_random() {
    wait_for_checkpoint
    python3 src/test/gpu/serve_check.py --home "$home" --model "$work/random-llama" \
        --device "$device" --json "$out/serving.json"
}

load_random() {
    wait_for_checkpoint
    python3 src/test/gpu/serve_load.py --home "$home" --model "$work/random-llama" \
        --device "$device" --json "$out/load.json"
}

# Knows how many seconds are left, so that a long load ends in time.
load_mixed() {
    wait_for_checkpoint
    FOVEA_SECONDS_LEFT=$((${FOVEA_LIMIT:-560} - SECONDS + begin)) python3 src/test/gpu/mixed_load.py \
        --home "$home" --model "$work/random-llama" --device "$device" --json "$out/mixed-load.json"
}

# What the table of costs predicts and what steps take, on the same checkpoint.
cost_table() {
    wait_for_checkpoint
    junit --select-class=dev.fovea.engine.CostTableTest
}

# Streams beside a prompt that takes many steps.
long_prompt() {
    wait_for_checkpoint
    python3 src/test/gpu/long_prompt.py --home "$home" --model "$work/random-llama" \
        --device "$device" --json "$out/long-prompt.json"
}

bench_model() {
    wait_for_checkpoint
    bench model "$work/random-llama"
}

wait_for_checkpoint() {
    while [ ! -e "$work/checkpoint.done" ]; do
        sleep 0.2
    done
    cat "$work/checkpoint.done"
}

# Attention over its whole cross product, on all cores.
battery() {
    junit_tags=(--include-tag=battery --config=junit.jupiter.execution.parallel.enabled=true
        --config=junit.jupiter.execution.parallel.mode.default=concurrent)
    junit $(classes kernel AttentionContractTest)
}

# Small shapes under a tool of compute-sanitizer.
sanitize() {
    local tool
    tool=$(command -v compute-sanitizer || echo /usr/local/cuda/bin/compute-sanitizer)
    runner=("$tool" --tool "$1" --error-exitcode 9 --target-processes all)
    junit --select-method=dev.fovea.kernel.AttentionContractTest#anEmptyBatchDoesNothing \
        --select-method=dev.fovea.kernel.AttentionContractTest#rowsThatSeeNothingGiveZeros \
        --select-method=dev.fovea.kernel.NormContractTest#layerNormWithoutBetaAddsNone \
        --select-method=dev.fovea.kernel.SampleContractTest#penaltiesComeInTheirOrder
}

all_sections() {
    : >"$out/summary.txt"
    : >"$out/log.txt"
    section machine 20 machine
    section kernels 170 junit $(classes kernel AttentionContractTest LinearContractTest NormContractTest \
        RopeAppendContractTest RowOperationsContractTest SampleContractTest OrderContractTest)
    section models 90 junit $(classes model ParityTest ModelRunnerTest StepsInFlightTest RecordedDecodesTest \
        MixedDtypesTest)
    if [ "$device" = cuda ]; then
        section device 120 junit $(classes kernel DeviceAttentionTest DeviceOffsetsTest DeviceMarkTest) \
            $(classes model DeviceMemoryTest DeviceGreedyTest)
        section death 40 junit $(classes kernel DeviceFailureTest)
    fi
    section serving 120 junit $(classes server DistributionTest)
    section bench-attention 120 bench attention
    section random-llama 120 serve_random
    section load 130 load_random
    section cost-table 120 cost_table
    section long-prompt 120 long_prompt
    section mixed-load $((${FOVEA_LOAD_SECONDS:-20} + 110)) load_mixed
    section bench-model 60 bench_model
    section bench-linear 90 bench linear
    if [ "$device" = cuda ]; then
        section memcheck 60 sanitize memcheck
        section racecheck 60 sanitize racecheck
    fi
    if [ ${#only[@]} -gt 0 ]; then # too long to be run beside the others
        section battery 440 battery
    fi
    echo "== summary, after $((SECONDS - begin)) s"
    cat "$out/summary.txt"
    ! grep -q "^FAILED\|^SKIPPED" "$out/summary.txt"
}

machine() {
    uname -a
    nvidia-smi --query-gpu=name,driver_version,memory.total,clocks.sm --format=csv 2>&1 || true
    echo "LD_LIBRARY_PATH=$LD_LIBRARY_PATH"
    "$home/bin/fovea" --version
    df -h "$work" | tail -n 1
    [ "$device" != cuda ] || nvidia-smi >/dev/null
}

sections() {
    unpack
    if wanted random-llama || wanted load || wanted cost-table || wanted long-prompt ||
        wanted mixed-load || wanted bench-model; then
        make_checkpoint &
    fi
    all_sections
    local status=$?
    wait
    rm -rf "$work"
    return $status
}

only=()
runner=()
junit_tags=(--exclude-tag=battery)
case "${1:-}" in
build) build ;;
rehearse)
    device=cpu shape=tiny bench_options=(--rotate-mib 64)
    shift
    only=("$@")
    sections
    ;;
run)
    device=cuda shape=8b bench_options=(--rotate-mib 512)
    shift
    only=("$@")
    sections
    ;;
*)
    sed -n '2,15s/^# \{0,1\}//p' "$0" >&2
    exit 2
    ;;
esac
