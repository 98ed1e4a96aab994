"""Loads the distribution's server with many clients at once, and with long prompts.

    python3 serve_load.py --home DISTRIBUTION --model DIR --device cuda|cpu --json FILE

The exit code is 1 if a request failed.
"""

import json
import pathlib
import statistics
import subprocess
import sys
import tempfile

from serve_check import IDS_BELOW, complete, parse, serving, write

# Clients at once, lengths of prompts that come alone, and how often each comes.
SIZES = {"cuda": (256, ((8192, 15), (130000, 1))), "cpu": (8, ((256, 3),))}


def bench(args, base, *options):
    """The report of `bench serve` with token ids as prompts."""
    with tempfile.TemporaryDirectory() as folder:
        report = pathlib.Path(folder, "report.json")
        command = [f"{args.home}/bin/fovea", "bench", "serve", base, "--prompt-ids"]
        command += ["--vocabulary", str(IDS_BELOW), "--json", str(report), *map(str, options)]
        print(subprocess.run(command, check=True, capture_output=True, text=True).stdout, flush=True)
        return json.loads(report.read_text())


def device_memory():
    """MiB in use on the GPU; None without one."""
    query = ["nvidia-smi", "--id=0", "--query-gpu=memory.used", "--format=csv,noheader,nounits"]
    try:
        return int(subprocess.run(query, check=True, capture_output=True, text=True).stdout)
    except (OSError, subprocess.CalledProcessError):
        return None


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


def main():
    args = parse(__doc__)
    clients, prompts = SIZES[args.device]
    with serving(args, "--max-sequences", str(clients)) as (base, _):
        figures = {"deviceMiBAtStart": device_memory()}
        figures |= together(args, base, clients) | alone(base, prompts)
    write(figures, args.json)
    sys.exit(figures["clientsFailed"] > 0)


if __name__ == "__main__":
    main()
