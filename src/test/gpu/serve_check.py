"""Starts the distribution's server on a model and measures what a client sees.

    python3 serve_check.py --home DISTRIBUTION --model DIR --device cuda|cpu --json FILE

The start is that of the process, the first token the server's own, after which it reports ready.
Prompts are random token ids, so that nothing depends on a tokenizer. Standard library only.
"""

import argparse
import concurrent.futures
import json
import random
import socket
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


def stream(base, seed):
    """Seconds to the first token and from the first to the last, and how many tokens came."""
    ids = random.Random(seed).choices(range(2, IDS_BELOW), k=PROMPT_TOKENS)
    body = {
        "prompt": ids,
        "max_tokens": OUTPUT_TOKENS,
        "temperature": 0,
        "ignore_eos": True,
        "stream": True,
        "stream_options": {"include_usage": True},
    }
    request = urllib.request.Request(
        base + "/v1/completions", json.dumps(body).encode(), {"Content-Type": "application/json"}
    )
    start, first, last, tokens = time.monotonic(), None, None, 0
    with urllib.request.urlopen(request, timeout=120) as answer:
        for line in answer:
            if not line.startswith(b"data: {"):
                continue
            event = json.loads(line[6:])
            if event.get("usage"):
                tokens = event["usage"]["completion_tokens"]
            if event["choices"]:
                last = time.monotonic()
                first = first or last
    if tokens != OUTPUT_TOKENS or first is None:
        sys.exit(f"expected {OUTPUT_TOKENS} tokens, got {tokens}")
    return first - start, last - first, tokens


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--home", required=True)
    parser.add_argument("--model", required=True)
    parser.add_argument("--device", required=True)
    parser.add_argument("--json", required=True)
    args = parser.parse_args()
    port = free_port()
    base = f"http://127.0.0.1:{port}"
    command = [f"{args.home}/bin/fovea", "serve", args.model, "--device", args.device]
    start = time.monotonic()
    server = subprocess.Popen(command + ["--port", str(port), "--max-context", "4096"])
    try:
        wait_until_ready(server, base)
        ready = time.monotonic() - start
        stream(base, 0)
        first, rest, tokens = stream(base, 1)
        begin = time.monotonic()
        with concurrent.futures.ThreadPoolExecutor(STREAMS) as clients:
            together = list(clients.map(lambda seed: stream(base, seed), range(2, 2 + STREAMS)))
        elapsed = time.monotonic() - begin
        figures = {
            "kernels": get(base, "/version")["served"]["kernels"],
            "startToFirstTokenSeconds": ready,
            "promptTokens": PROMPT_TOKENS,
            "firstTokenSeconds": first,
            "decodeTokensPerSecond": (tokens - 1) / rest,
            "streams": STREAMS,
            "streamsTokensPerSecond": sum(one[2] for one in together) / elapsed,
        }
    finally:
        server.terminate()
        try:
            server.wait(20)
        except subprocess.TimeoutExpired:
            server.kill()
    with open(args.json, "w") as out:
        json.dump(figures, out, indent=2)
    for name, value in figures.items():
        print(f"FIGURE {name}: {value}")


if __name__ == "__main__":
    main()
