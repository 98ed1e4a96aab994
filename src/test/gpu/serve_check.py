"""Starts the distribution's server on a model and measures what a client sees.

    python3 serve_check.py --home DISTRIBUTION --model DIR --device cuda|cpu --json FILE

The start is that of the process, the first token the server's own, after which it reports ready.
Prompts are random token ids, so that nothing depends on a tokenizer. Standard library only.
"""

import argparse
import concurrent.futures
import contextlib
import json
import random
import socket
import statistics
import subprocess
import sys
import time
import urllib.error
import urllib.request

START_SECONDS = 90
PROMPT_TOKENS = 512
OUTPUT_TOKENS = 128
STREAMS = 16
IDS_BELOW = 1000


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def get(base, path):
    with urllib.request.urlopen(base + path, timeout=10) as answer:
        return json.load(answer)


def wait_until_ready(server, base):
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and server.poll() is None:
        try:
            with urllib.request.urlopen(base + "/health", timeout=5) as answer:
                if answer.status == 200:
                    return
        except (urllib.error.URLError, OSError):
            pass
        time.sleep(0.02)
    sys.exit(f"the server did not start, exit code {server.poll()}")


def complete(base, seed, prompt_tokens=PROMPT_TOKENS, output_tokens=OUTPUT_TOKENS):
    """Seconds from the request to the last byte; when events come says less, since some tokens of a
    model with random weights are no text yet."""
    ids = random.Random(seed).choices(range(2, IDS_BELOW), k=prompt_tokens)
    body = {
        "prompt": ids,
        "max_tokens": output_tokens,
        "temperature": 0,
        "ignore_eos": True,
        "stream": True,
        "stream_options": {"include_usage": True},
    }
    request = urllib.request.Request(
        base + "/v1/completions", json.dumps(body).encode(), {"Content-Type": "application/json"}
    )
    start, tokens = time.monotonic(), 0
    with urllib.request.urlopen(request, timeout=180) as answer:
        for line in answer:
            if line.startswith(b"data: {"):
                usage = json.loads(line[6:]).get("usage")
                tokens = usage["completion_tokens"] if usage else tokens
    if tokens != output_tokens:
        sys.exit(f"expected {output_tokens} tokens, got {tokens}")
    return time.monotonic() - start


def parse(description):
    parser = argparse.ArgumentParser(
        description=description, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--home", required=True)
    parser.add_argument("--model", required=True)
    parser.add_argument("--device", required=True)
    parser.add_argument("--json", required=True)
    return parser.parse_args()


@contextlib.contextmanager
def serving(args, *options):
    """A server that is ready: where it is, and the seconds that took."""
    port = free_port()
    base = f"http://127.0.0.1:{port}"
    command = [f"{args.home}/bin/fovea", "serve", args.model, "--device", args.device]
    start = time.monotonic()
    server = subprocess.Popen(command + ["--port", str(port), *options])
    try:
        wait_until_ready(server, base)
        yield base, time.monotonic() - start
    finally:
        server.terminate()
        try:
            code = server.wait(20)
        except subprocess.TimeoutExpired:
            server.kill()
            raise
    if code != 0:
        sys.exit(f"the server: expected exit code 0, got {code}")


def write(figures, path):
    with open(path, "w") as out:
        json.dump(figures, out, indent=2)
    for name, value in figures.items():
        print(f"FIGURE {name}: {value}", flush=True)


def main():
    args = parse(__doc__)
    with serving(args, "--max-context", "4096") as (base, ready):
        complete(base, 0)
        first = statistics.median(complete(base, seed, output_tokens=1) for seed in range(1, 6))
        whole = statistics.median(complete(base, seed) for seed in range(6, 9))
        seeds = [range(at, at + STREAMS) for at in (100, 200)]
        for some in seeds:  # the first records the steps and warms up the JVM
            begin = time.monotonic()
            with concurrent.futures.ThreadPoolExecutor(STREAMS) as clients:
                list(clients.map(lambda seed: complete(base, seed), some))
            elapsed = time.monotonic() - begin
        figures = {
            "kernels": get(base, "/version")["served"]["kernels"],
            "startToFirstTokenSeconds": ready,
            "promptTokens": PROMPT_TOKENS,
            "firstTokenSeconds": first,
            "decodeTokensPerSecond": (OUTPUT_TOKENS - 1) / (whole - first),
            "streams": STREAMS,
            "streamsTokensPerSecond": STREAMS * OUTPUT_TOKENS / elapsed,
        }
    write(figures, args.json)


if __name__ == "__main__":
    main()
