"""Trains the model on generated documents; on a GPU in minutes, on a CPU as a rehearsal.

python train.py --tokenizer tokenizer.json --output run/ --steps 14000 --minutes 8
"""

import argparse
import json
import time
from pathlib import Path

import torch
from safetensors.torch import load_file, save_file
from tokenizers import Tokenizer

from documents import DIGIT, RECALL, STORY, TALK
from model import Llama, Shape
from optimizer import Optimizer
from packing import Recipe, loader
from validation import Validation


def rate_scale(progress, warm_up, cool_down):
    """Linear warm-up, then constant, then linear cool-down to zero; all in parts of the run."""
    return max(0.0, min(1.0, (progress + 1e-4) / warm_up, (1.0 - progress) / cool_down))


class Report:
    """Prints the running share of right guesses by group."""

    _SHOWN = {STORY: "story", TALK: "talk", RECALL: "recall", DIGIT: "digit"}

    def __init__(self, every):
        self._every, self._losses, self._right = every, [], []
        self._begun = time.monotonic()

    def add(self, step, loss, right, groups, note):
        if step % min(10, self._every) == 0:
            self._losses.append(loss.detach())
            self._right.append(
                torch.stack([torch.stack(((right & (groups == g)).sum(), (groups == g).sum())) for g in self._SHOWN])
            )
        if step % self._every == 0:
            sums = torch.stack(self._right).sum(0).tolist()
            shown = " ".join(f"{name} {100 * a / max(1, b):.2f}" for name, (a, b) in zip(self._SHOWN.values(), sums))
            loss = torch.stack(self._losses).mean().item()
            print(
                f"step {step} {time.monotonic() - self._begun:.0f}s loss {loss:.4f} right% {shown} {note}", flush=True
            )
            self._losses, self._right = [], []


def save(model, directory):
    """Writes the fp32 weights to ``master.safetensors``."""
    save_file({k: v.contiguous() for k, v in model.state_dict().items()}, directory / "master.safetensors")


def train(arguments, shape, recipe, device):
    """The trained model."""
    torch.manual_seed(recipe.seed)
    torch.set_float32_matmul_precision("high")
    model = Llama(shape).to(device)
    if arguments.resume:
        model.load_state_dict(load_file(arguments.resume))
    optimizer = Optimizer(model, arguments.rate)
    on_gpu = device == "cuda"
    run = torch.compile(model, dynamic=False) if on_gpu else model

    def forward(host):
        batch = {k: v if k == "shape" else v.to(device, non_blocking=True) for k, v in host.items()}
        with torch.autocast(device, torch.bfloat16):
            return (*run(batch), batch["groups"])

    validation = Validation(Tokenizer.from_file(recipe.tokenizer), arguments.pools, recipe.step_tokens, arguments.cases)
    report, begun, progress = Report(arguments.report), None, torch.zeros(1).share_memory_()
    for step, host in enumerate(loader(recipe, progress, arguments.workers, on_gpu)):
        loss, right, groups = forward(host)
        loss.backward()
        begun = begun or time.monotonic()
        elapsed = (time.monotonic() - begun) / (60 * arguments.minutes)
        done = max(step / recipe.steps, elapsed)
        progress[0] = done
        optimizer.step(rate_scale(done, arguments.warm_up, arguments.cool_down))
        report.add(step, loss, right, groups, f"longest {recipe.longest_at(done)} done {done:.3f}")
        if (step + 1) % arguments.validate == 0:
            validation.run(lambda case: forward(case)[1])
            save(model, arguments.output)
        if done >= 1.0:
            break
    validation.run(lambda case: forward(case)[1])
    return model


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tokenizer", required=True)
    parser.add_argument("--output", type=Path, required=True)
    parser.add_argument("--pools", default="../../resources/passkey/pools.json")
    parser.add_argument("--resume", help="weights of an earlier run (safetensors)")
    parser.add_argument("--steps", type=int, default=14000)
    parser.add_argument("--minutes", type=float, default=8.0, help="end after this long, with the rate cooled down")
    parser.add_argument("--step-tokens", type=int, default=65536)
    parser.add_argument("--start-longest", type=int, default=256)
    parser.add_argument("--longest", type=int, default=13000)
    parser.add_argument("--long-from", type=float, default=0.6, help="part of the run after which texts are longest")
    parser.add_argument("--induction-until", type=float, default=0.15, help="part of the run with many repeated runs")
    parser.add_argument("--most-facts", type=int, default=40, help="facts in one text at most")
    parser.add_argument("--warm-up", type=float, default=0.01)
    parser.add_argument("--cool-down", type=float, default=0.4)
    parser.add_argument("--rate", type=float, default=1.0, help="factor on all learning rates")
    parser.add_argument("--workers", type=int, default=13)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--cases", type=int, default=32, help="validation cases of each length")
    parser.add_argument("--validate", type=int, default=2000, help="steps between validations")
    parser.add_argument("--report", type=int, default=200)
    parser.add_argument("--shape", default="{}", help="JSON with sizes that differ from the shipped ones")
    arguments = parser.parse_args()
    device = "cuda" if torch.cuda.is_available() else "cpu"
    shape = Shape(**json.loads(arguments.shape))
    recipe = Recipe(
        arguments.tokenizer,
        arguments.seed,
        arguments.step_tokens,
        arguments.steps,
        arguments.start_longest,
        arguments.longest,
        arguments.long_from,
        arguments.induction_until,
        arguments.most_facts,
    )
    arguments.output.mkdir(parents=True, exist_ok=True)
    save(train(arguments, shape, recipe, device), arguments.output)


if __name__ == "__main__":
    main()
