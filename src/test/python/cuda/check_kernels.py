#!/usr/bin/env python3
"""Checks and times a library's operations on random inputs, beside PyTorch on the same device.

    check_kernels.py --library libfovea_cuda.so --header src/main/native/include/fovea.h
        [--sections contract,sample,...] [--bench] [--tables prefill,decode,...] [--small]
        [--json out.json]

Exit code 0 if every check passed. A section that breaks is reported and does not stop the rest.
"""

import argparse
import json
import sys
import time
import traceback

import torch

import bench
import check_attention
import check_chain
import check_linear
import check_ops
from binding import Fovea
from rule import Report


def parse():
    parser = argparse.ArgumentParser(description=__doc__)
    sections = {**check_attention.SECTIONS, **check_linear.SECTIONS, **check_ops.SECTIONS,
                **check_chain.SECTIONS}
    parser.add_argument("--library", required=True)
    parser.add_argument("--header", required=True)
    parser.add_argument("--sections", default=",".join(sections))
    parser.add_argument("--bench", action="store_true", help="time the kernels beside their peers, too")
    parser.add_argument("--tables", default=",".join(bench.TABLES), help="what is timed")
    parser.add_argument("--small", action="store_true", help="a few small shapes of each section")
    parser.add_argument("--seed", type=int, default=time.time_ns() % 2**31)
    parser.add_argument("--json", help="where the summary goes")
    options = parser.parse_args()
    return options, {name: sections[name] for name in filter(None, options.sections.split(","))}


def run_section(report, name, section, fovea, options):
    report.start(name)
    began = time.monotonic()
    try:
        section(report, fovea, options)
    except Exception:  # what breaks one section says nothing of the next
        report.check(name, False, traceback.format_exc())
    result = report.results[name]
    result["seconds"] = round(time.monotonic() - began, 1)
    print(f"{name}: {result['checks']} checks, {len(result['failures'])} failed, worst error "
          f"{result['worst']:.2f} of its bound, {result['seconds']} s", flush=True)


def main():
    options, sections = parse()
    torch.backends.cuda.matmul.allow_bf16_reduced_precision_reduction = False
    fovea = Fovea(options.library, options.header)
    summary = {"torch": torch.__version__, "seed": options.seed, "isa": fovea.isa,
               "kernel": fovea.kernel_name(torch.bfloat16),
               "device": torch.cuda.get_device_name() if fovea.is_cuda else "cpu"}
    print(summary, flush=True)
    report = Report()
    for name, section in sections.items():
        run_section(report, name, section, fovea, options)
    summary["sections"] = report.results
    if options.bench:
        summary["bench"] = bench.run(fovea, options)
    if options.json:
        with open(options.json, "w") as file:
            json.dump(summary, file, indent=1)
    failed = sum(len(result["failures"]) for result in report.results.values())
    print(f"{failed} failed of {sum(r['checks'] for r in report.results.values())} checks")
    sys.exit(failed > 0)


if __name__ == "__main__":
    main()
