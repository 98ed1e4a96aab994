"""Regenerates the bf16 run of the parity fixtures on a device and sets its error beside the committed one.

    python3 device_error.py [--device cuda] [--fixtures src/test/resources/parity]

The fixtures hold what transformers computes in bf16 on a CPU; the bound of the parity tests is twice
that error. A GPU's own bf16 run has another error: the ratio printed says what the bound is there.
Exit code 1 if that bound would be tighter than half of the committed one, so that a backend which
just passes would miss it.
"""

import argparse
import json
import pathlib
import sys

import numpy as np
import torch

from make_fixtures import FIXTURES, classes, kept


def kept_logits(model, prompts):
    rows = []
    for prompt in prompts:
        with torch.no_grad():
            tokens = torch.tensor([prompt], device=model.device)
            rows.append(kept(model(input_ids=tokens, use_cache=False).logits[0].float().cpu(), prompt))
    return torch.cat(rows)


def error(logits, exact):
    """As ParityTest: the largest difference of a row over its largest |logit|, the worst row."""
    return float(((logits - exact).abs().amax(1) / exact.abs().amax(1)).max())


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--device", default="cuda")
    parser.add_argument("--fixtures", type=pathlib.Path, default="src/test/resources/parity")
    args = parser.parse_args()
    ratios = []
    for name, (family, _, _) in FIXTURES.items():
        folder = args.fixtures / name
        prompts = json.loads((folder / "expected.json").read_text())["prompts"]
        exact = torch.from_numpy(np.fromfile(folder / "logits-fp32.bin", "<f4"))
        bits = torch.from_numpy(np.fromfile(folder / "logits-bf16.bin", "<i2"))
        vocabulary = json.loads((folder / "config.json").read_text())["vocab_size"]
        exact = exact.view(-1, vocabulary)
        committed = error(bits.view(torch.bfloat16).float().view(-1, vocabulary), exact)
        model = classes(family)[1].from_pretrained(
            folder, dtype=torch.bfloat16, attn_implementation="eager").to(args.device)
        here = error(kept_logits(model, prompts), exact)
        ratios.append(here / committed)
        print(f"{name:18} committed {committed:.4f} on {args.device} {here:.4f} ratio {ratios[-1]:.2f}",
              flush=True)
    print(f"least ratio {min(ratios):.2f}")
    sys.exit(min(ratios) < 0.5)


if __name__ == "__main__":
    main()
