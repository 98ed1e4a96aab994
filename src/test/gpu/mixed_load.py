"""Minutes of mixed load on the distribution's server, after which nothing of it may be left.

    python3 mixed_load.py --home DISTRIBUTION --model DIR --device cuda|cpu --json FILE

Prompts of 64 to 2,048 tokens, answers of 16 to 256, a quarter of them not streamed, and three in
ten clients leave, some before their first token. Requests start for FOVEA_LOAD_SECONDS, 20 unless
given, or for less if FOVEA_SECONDS_LEFT for this whole command do not suffice. The exit code is 1 if
too few or too many were cut, a request failed, a page is in use afterwards, or the device's memory
grew.
"""

import json
import os
import sys
import threading
import time
import urllib.request
from contextlib import contextmanager

from serve_check import parse, serving, write
from serve_load import SIZES, bench, device_memory

CUT_SHARE = (0.25, 0.35)
GROWN_MIB = 64
SAMPLE_SECONDS = 2
WARM_SECONDS = 20  # of the load: every step has been recorded then
SETTLE_SECONDS = 20
END_SECONDS = 45  # for the answers that are open at the load's end, for settling and the server's end


def read(base, path):
    with urllib.request.urlopen(base + path, timeout=10) as answer:
        return answer.read().decode()


def metrics(base):
    """Fovea's own by name, summed over their labels, and requests by their outcome."""
    sums = {}
    for line in read(base, "/metrics").splitlines():
        if line.startswith("fovea_"):
            name, value = line.rsplit(" ", 1)
            outcome = name.partition('outcome="')[2].partition('"')[0]
            for key in {name.partition("{")[0], outcome}:
                sums[key] = sums.get(key, 0) + float(value)
    return sums


def load_seconds(began):
    """As many as were asked for, or as there is time for."""
    wanted = float(os.environ.get("FOVEA_LOAD_SECONDS", 20))
    left = float(os.environ.get("FOVEA_SECONDS_LEFT", "inf")) - (time.monotonic() - began)
    return int(min(wanted, left - END_SECONDS))


@contextmanager
def sampled(after):
    """MiB in use on the device, every few seconds from so many on; none without a GPU."""
    samples, over = [], threading.Event()

    def sample():
        over.wait(after)
        while not over.is_set():
            mib = device_memory()
            samples.extend([] if mib is None else [mib])
            over.wait(SAMPLE_SECONDS)

    sampling = threading.Thread(target=sample)
    sampling.start()
    try:
        yield samples
    finally:
        over.set()
        sampling.join()


def settled(base):
    """The metrics once nothing runs and no page is used, or those after a while."""
    deadline = time.monotonic() + SETTLE_SECONDS
    now = metrics(base)
    while time.monotonic() < deadline and (at_work(now) or used_pages(now)):
        time.sleep(0.2)
        now = metrics(base)
    return now


def at_work(now):
    return now["fovea_requests_running"] + now["fovea_requests_waiting"]


def used_pages(now):
    """Those that are neither free nor kept for prompts that begin alike."""
    return round(now["fovea_kv_usage_ratio"] * now["fovea_kv_pages"])


def mixed(args, base, clients, seconds):
    ready = device_memory()
    with sampled(min(WARM_SECONDS, seconds / 2)) as samples:
        report = bench(args, base, "--concurrency", clients, "--duration", f"{seconds}s",
                       "--prompt-tokens", "64:2048", "--output-tokens", "16:256",
                       "--whole-fraction", 0.25, "--cancel-fraction", sum(CUT_SHARE) / 2,
                       "--seed", 4)
    after = settled(base)
    ended = after["fovea_requests_total"]
    return {
        "mixedSeconds": seconds,
        "mixedClients": clients,
        "mixedRequests": report["requests"],
        "mixedCuts": report["cuts"],
        "mixedCutShare": round(report["cuts"]["ratio"], 4),
        "mixedCancelledOnServer": after["cancelled"],
        "mixedCutBeforeFirstToken": ended - after["fovea_time_to_first_token_seconds_count"],
        "mixedOtherEnds": ended - sum(after[end] for end in ("stop", "length", "cancelled")),
        "mixedFailures": report["failures"],
        "mixedTokensPerSecond": report["rates"]["output_tokens"],
        "generatedTokens": after["fovea_generated_tokens_total"],
        "preemptions": after["fovea_preemptions_total"],
        "pages": after["fovea_kv_pages"],
        "pagesCachedAfter": after["fovea_kv_cached_pages"],
        "pagesInUseAfter": used_pages(after),
        "requestsAtWorkAfter": at_work(after),
        "healthAfter": json.loads(read(base, "/health"))["status"],
    } | memory(ready, samples)


def memory(ready, samples):
    """MiB in use on the device: before the load, from its first seconds on, and after it."""
    if ready is None:
        return {}
    return {
        "deviceMiBReady": ready,
        "deviceMiBSamples": len(samples),
        "deviceMiBWarm": samples[0],
        "deviceMiBMin": min(samples),
        "deviceMiBMax": max(samples),
        "deviceMiBAfter": device_memory(),
    }


def problems(figures, device):
    """What is not as it should be."""
    low, high = CUT_SHARE
    if not low <= figures["mixedCutShare"] <= high:
        yield f"cut: expected {low} to {high} of all, got {figures['mixedCutShare']}"
    if figures["mixedRequests"]["failed"] or figures["mixedOtherEnds"]:
        yield f"failed: {figures['mixedFailures']}, {figures['mixedOtherEnds']} on the server"
    if figures["pagesInUseAfter"] or figures["requestsAtWorkAfter"]:
        yield "pages in use or requests at work after the last answer"
    if device == "cuda":
        most = max(figures["deviceMiBMax"], figures["deviceMiBAfter"])
        if most - figures["deviceMiBWarm"] > GROWN_MIB:
            yield f"memory: expected {GROWN_MIB} MiB more at most, got {figures['deviceMiBWarm']} to {most}"


def main():
    began = time.monotonic()
    args = parse(__doc__)
    clients, _ = SIZES[args.device]
    with serving(args, "--max-sequences", str(clients)) as (base, _):
        figures = mixed(args, base, clients, load_seconds(began))
    figures["problems"] = list(problems(figures, args.device))
    write(figures, args.json)
    sys.exit(bool(figures["problems"]))


if __name__ == "__main__":
    main()
