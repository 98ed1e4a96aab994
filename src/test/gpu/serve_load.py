"""Loads the distribution's server with many clients at once, long prompts, and clients who leave.

    python3 serve_load.py --home DISTRIBUTION --model DIR --device cuda|cpu --json FILE

FOVEA_LOAD_SECONDS is how long the mixed load takes, 20 unless given: prompts of 64 to 2,048 tokens
and answers of 16 to 256, of which three in ten are cut. After it the device's memory is what it was
before and no page is in use, or the exit code is 1.
"""

import json
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request

from serve_check import IDS_BELOW, complete, parse, serving, write

# Clients at once, lengths of prompts that come alone, and how often each comes.
SIZES = {"cuda": (256, ((8192, 3), (130000, 1))), "cpu": (8, ((256, 3),))}
SETTLE_SECONDS = 20


def bench(args, base, *options):
    """The report of `bench serve` with token ids as prompts."""
    with tempfile.TemporaryDirectory() as folder:
        report = pathlib.Path(folder, "report.json")
        command = [f"{args.home}/bin/fovea", "bench", "serve", base, "--prompt-ids"]
        command += ["--vocabulary", str(IDS_BELOW), "--json", str(report), *map(str, options)]
        print(subprocess.run(command, check=True, capture_output=True, text=True).stdout, flush=True)
        return json.loads(report.read_text())


def metrics(base):
    with urllib.request.urlopen(base + "/metrics", timeout=10) as answer:
        lines = [line.rsplit(" ", 1) for line in answer.read().decode().splitlines()]
    return {name.split("{")[0]: float(value) for name, value in lines if name.startswith("fovea_")}


def device_memory():
    """MiB in use on the GPU; None without one."""
    query = ["nvidia-smi", "--query-gpu=memory.used", "--format=csv,noheader,nounits"]
    try:
        return int(subprocess.run(query, check=True, capture_output=True, text=True).stdout)
    except (OSError, subprocess.CalledProcessError):
        return None


def settled(base):
    """The metrics once nothing runs, or those after a while."""
    deadline = time.monotonic() + SETTLE_SECONDS
    while time.monotonic() < deadline and metrics(base)["fovea_requests_running"] > 0:
        time.sleep(0.2)
    return metrics(base)


def together(args, base, clients):
    """All clients at once, 512 tokens in and 128 out each, behind the same with other prompts."""
    for seed in (1, 2):
        report = bench(args, base, "--concurrency", clients, "--requests", clients,
                       "--prompt-tokens", 512, "--output-tokens", 128, "--seed", seed)
    return {
        "clients": clients,
        "clientsTokensPerSecond": report["rates"]["output_tokens"],
        "clientsFailed": report["requests"]["failed"],
        "clientsLatencies": report["latencies"],
    }


def alone(base, prompts):
    """Seconds to the first token of a prompt by its length, nothing else being computed."""
    return {
        f"secondsOfPrompt{length}": statistics.median(
            complete(base, 1000 * length + i, length, 1) for i in range(repeats))
        for length, repeats in prompts
    }


def mixed(args, base, clients):
    seconds = int(os.environ.get("FOVEA_LOAD_SECONDS", 20))
    before = device_memory()
    report = bench(args, base, "--concurrency", clients, "--duration", f"{seconds}s",
                   "--prompt-tokens", "64:2048", "--output-tokens", "16:256",
                   "--cancel-fraction", 0.3, "--seed", 3)
    after = settled(base)
    return {
        "mixedSeconds": seconds,
        "mixedRequests": report["requests"],
        "mixedTokensPerSecond": report["rates"]["output_tokens"],
        "pagesInUseAfter": after["fovea_kv_usage_ratio"] * after["fovea_kv_pages"],
        "preemptions": after["fovea_preemptions_total"],
        "deviceMiBBefore": before,
        "deviceMiBAfter": device_memory(),
    }


def main():
    args = parse(__doc__)
    clients, prompts = SIZES[args.device]
    with serving(args, "--max-sequences", str(clients)) as (base, _):
        figures = {"deviceMiBAtStart": device_memory()}
        figures |= together(args, base, clients) | alone(base, prompts) | mixed(args, base, clients)
    write(figures, args.json)
    kept = figures["deviceMiBBefore"] == figures["deviceMiBAfter"]
    sys.exit(not (kept and figures["pagesInUseAfter"] == 0))


if __name__ == "__main__":
    main()
