"""Packs documents of every kind into steps of a fixed number of tokens, in worker processes."""

import random
from dataclasses import dataclass

import numpy as np
import torch
from tokenizers import Tokenizer
from torch.utils.data import DataLoader, IterableDataset

from documents import DIGIT, INDUCTION, PAD, RECALL, STORY, TALK, Document, Writer

MAX_DOCUMENTS = 1024
# What each loss group weighs in the loss, however many tokens it has in a step.
GROUP_WEIGHTS = {STORY: 0.40, TALK: 0.08, RECALL: 0.08, DIGIT: 0.40, INDUCTION: 0.04}


@dataclass(frozen=True)
class Recipe:
    """How a run's data is made: seed, tokens a step, and the schedule of text lengths over the run."""

    tokenizer: str
    seed: int
    step_tokens: int
    steps: int
    start_longest: int
    longest: int
    long_from: float
    induction_until: float
    most_facts: int

    def longest_at(self, progress):
        """The longest text after a part of the run; grows by a constant factor until ``long_from``."""
        grown = min(1.0, progress / max(1e-6, self.long_from))
        ratio = self.longest / self.start_longest
        return int(self.start_longest * ratio**grown)

    def shares_at(self, progress):
        """The share of tokens of each kind of document."""
        return (
            {"recall": 0.52, "story": 0.30, "talk": 0.08, "induction": 0.10}
            if progress < self.induction_until
            else {"recall": 0.60, "story": 0.30, "talk": 0.09, "induction": 0.01}
        )


class Packs(IterableDataset):
    """Steps as dictionaries of tensors; worker w of n makes steps w, w + n, ...

    ``progress`` is a shared tensor of one element in which the trainer says what part of the run is done.
    """

    def __init__(self, recipe, progress):
        super().__init__()
        self._recipe, self._progress = recipe, progress

    def __iter__(self):
        info = torch.utils.data.get_worker_info()
        worker, workers = (info.id, info.num_workers) if info else (0, 1)
        rng = random.Random(self._recipe.seed * 1009 + worker)
        writer = Writer(Tokenizer.from_file(self._recipe.tokenizer), rng, self._recipe.most_facts)
        made = dict.fromkeys(self._recipe.shares_at(0), 0)
        for step in range(worker, self._recipe.steps, workers):
            writer.refresh()
            yield tensors(self._pack(writer, self._progress.item(), made), self._recipe.step_tokens)

    def _pack(self, writer, progress, made):
        room, documents = self._recipe.step_tokens, []
        shares, longest = self._recipe.shares_at(progress), self._recipe.longest_at(progress)
        while room >= 64 and len(documents) < MAX_DOCUMENTS - 64:
            kind = min(shares, key=lambda k: made[k] / shares[k])
            document = writer.recall(longest) if kind == "recall" else getattr(writer, kind)()
            if len(document) > room:
                document = writer.talk()
                if len(document) > room:
                    break
            else:
                made[kind] += len(document)
            documents.append(document)
            room -= len(document)
        return documents + padding(room)


def padding(tokens):
    """Documents of padding, short so that they cost no time and stay within the model's positions."""
    documents = []
    while tokens:
        documents.append(Document())
        documents[-1].add([PAD] * min(tokens, 1024))
        tokens -= len(documents[-1])
    return documents


def tensors(documents, tokens):
    """One step: ids, targets, loss groups and weights, positions, starts of documents, (longest, count)."""
    ids = np.concatenate([np.asarray(d.ids, np.int32) for d in documents])
    groups = np.concatenate([np.asarray(d.groups + [0], np.int8)[1:] for d in documents])
    lengths = np.asarray([len(d) for d in documents])
    starts = np.zeros(MAX_DOCUMENTS + 1, np.int32)
    starts[1 : len(lengths) + 1] = lengths.cumsum()
    starts[len(lengths) + 1 :] = tokens
    targets = np.append(ids[1:], 0)
    weights = np.zeros(tokens, np.float32)
    for group, weight in GROUP_WEIGHTS.items():
        chosen = groups == group
        if chosen.any():
            weights[chosen] = weight / chosen.sum()
    positions = np.arange(tokens) - np.repeat(starts[: len(lengths)], lengths)
    return {
        "ids": torch.from_numpy(ids.astype(np.int64)),
        "targets": torch.from_numpy(targets.astype(np.int64)),
        "groups": torch.from_numpy(groups.astype(np.int64)),
        "weights": torch.from_numpy(weights),
        "positions": torch.from_numpy(positions.astype(np.int64)),
        "starts": torch.from_numpy(starts),
        "shape": torch.tensor([int(lengths.max()), len(lengths)]),
    }


def loader(recipe, progress, workers, pinned):
    """An iterator over the run's steps, in order."""
    return DataLoader(
        Packs(recipe, progress),
        batch_size=None,
        num_workers=workers,
        pin_memory=pinned,
        prefetch_factor=8 if workers else None,
    )
