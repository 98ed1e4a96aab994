"""What streams beside a long prompt see, and what the prompt takes beside them and alone.

    python3 long_prompt.py --home DISTRIBUTION --model DIR --device cuda|cpu --json FILE

Eight streams of short prompts run for some seconds, then the long prompt comes. Inter-token times are
those between events, of which each brings a token's text. The exit code is 1 if a bound does not hold.
"""

import http.client
import json
import random
import sys
import threading
import time
from urllib.parse import urlparse

from serve_check import IDS_BELOW, parse, serving, write

STREAMS = 8
QUIET_SECONDS = 3
SHARE_OF_RATE = 0.6
# Tokens of the long prompt, of a short one, of a stream's answer; bounds of p50 and p99 in ms.
LOADS = {"cuda": (100_000, 100, 12_000, (32, 45)), "cpu": (6_000, 100, 3_000, (80, 160))}


class Stream(threading.Thread):
    """A streamed completion of random ids: when it was sent, and when each of its events came."""

    def __init__(self, base, seed, prompt_tokens, output_tokens):
        super().__init__(daemon=True)
        self.address = urlparse(base).netloc
        ids = random.Random(seed).choices(range(2, IDS_BELOW), k=prompt_tokens)
        self.body = json.dumps({"prompt": ids, "max_tokens": output_tokens, "temperature": 0,
                                "ignore_eos": True, "stream": True}).encode()
        self.sent, self.events, self.is_left = time.monotonic(), [], False
        self.start()

    def run(self):
        connection = http.client.HTTPConnection(self.address, timeout=180)
        connection.request("POST", "/v1/completions", self.body,
                           {"Content-Type": "application/json"})
        answer = connection.getresponse()
        while not self.is_left and (line := answer.readline()):
            if line.startswith(b"data: {"):
                self.events.append(time.monotonic())
        connection.close()

    def first(self):
        """Seconds to the first event of an answer of one token."""
        self.join()
        if not self.events:
            sys.exit("a prompt got no token")
        return self.events[0] - self.sent

    def gaps(self, begin, end):
        """Milliseconds between neighbouring events, of those that ended within a time."""
        return [1e3 * (after - before) for before, after in zip(self.events, self.events[1:])
                if begin <= after <= end]


def percentile(values, percent):
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, len(ordered) * percent // 100)]


def of(streams, begin, end):
    gaps = [gap for stream in streams for gap in stream.gaps(begin, end)]
    return {"p50": percentile(gaps, 50), "p99": percentile(gaps, 99), "max": max(gaps),
            "tokens": len(gaps)}


def measure(base, load):
    long_tokens, short_tokens, output_tokens, _ = load
    Stream(base, 1, long_tokens, 1).first()  # brings code into being
    alone = Stream(base, 2, long_tokens, 1).first()
    streams = [Stream(base, 10 + i, short_tokens, output_tokens) for i in range(STREAMS)]
    time.sleep(QUIET_SECONDS)
    arrival = time.monotonic()
    beside = Stream(base, 3, long_tokens, 1).first()
    were_running = all(stream.is_alive() for stream in streams)
    for stream in streams:
        stream.is_left = True
    quiet = of(streams, arrival - QUIET_SECONDS / 2, arrival)
    loaded = of(streams, arrival, arrival + beside)
    later = of(streams, arrival + 0.75 * beside, arrival + beside)
    return {
        "longPromptTokens": long_tokens,
        "longPromptSecondsAlone": alone,
        "longPromptSecondsBeside": beside,
        "longPromptShareOfRate": alone / beside,
        "streamsWereRunning": were_running,
        "interTokenMsAlone": quiet,
        "interTokenMsBeside": loaded,
        "interTokenMsInTheLastQuarter": later,
    }


def problems(figures, bounds):
    """What is not as it should be."""
    for percent, bound in zip(("p50", "p99"), bounds):
        if figures["interTokenMsBeside"][percent] > bound:
            yield f"inter-token {percent}: expected at most {bound} ms"
    if figures["longPromptShareOfRate"] < SHARE_OF_RATE:
        yield f"the prompt beside streams: expected {SHARE_OF_RATE} of its rate alone"
    if not figures["streamsWereRunning"]:
        yield "a stream ended before the long prompt had its token"


def main():
    args = parse(__doc__)
    load = LOADS[args.device]
    with serving(args) as (base, ready):
        figures = {"startToFirstTokenSeconds": ready} | measure(base, load)
    figures["problems"] = list(problems(figures, load[-1]))
    write(figures, args.json)
    sys.exit(bool(figures["problems"]))


if __name__ == "__main__":
    main()
