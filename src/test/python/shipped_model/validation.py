"""Passkey accuracy during training: all cases in a few forward passes, given the right answer so far."""

import random
from collections import defaultdict

import torch

from cases import compose, read_pools
from documents import ASSISTANT, BOS, DIGIT, END, RECALL, USER, Document
from packing import padding, tensors

LENGTHS = (300, 1000, 2000, 4000, 8000, 12000)


class Validation:
    """Cases of fixed lengths, packed; a case counts as right if each digit is the model's best guess."""

    def __init__(self, tokenizer, pools, step_tokens, each):
        self._steps, self._room = [], step_tokens
        self._documents, self._labels = [], []
        pools, rng = read_pools(pools), random.Random(77)
        digits = {tokenizer.token_to_id(d) for d in "0123456789"}

        def encode(text):
            return tokenizer.encode(text, add_special_tokens=False).ids

        for length in (n for n in LENGTHS if n + 400 < step_tokens):
            for facts in (1, 3):
                for index in range(each):
                    case = compose(pools, rng, index, length, lambda text: len(encode(text)), facts)
                    document = Document()
                    document.add([BOS, USER] + encode(case.message) + [END, ASSISTANT])
                    for token in encode(case.answer):
                        document.add([token], DIGIT if token in digits else RECALL)
                    self._place(document, (facts, length, case.held_out_phrasing))
        self._close()

    def _place(self, document, label):
        if len(document) > self._room:
            self._close()
        self._documents.append(document)
        self._labels.append(label)
        self._room -= len(document)

    def _close(self):
        tokens = sum(map(len, self._documents)) + self._room
        self._steps.append((tensors(self._documents + padding(self._room), tokens), self._labels))
        self._documents, self._labels, self._room = [], [], tokens

    def run(self, guess):
        """Prints the share of right cases by number of facts, length and phrasing; ``guess``: step to right [N]."""
        tally = defaultdict(lambda: [0, 0])
        for step, labels in self._steps:
            wrong = (~guess(step).cpu()) & (step["groups"] == DIGIT)
            document = torch.bucketize(torch.arange(len(wrong)), step["starts"][1:].long(), right=True)
            failed = set(document[wrong].tolist())
            for index, (facts, length, held_out) in enumerate(labels):
                for key in (
                    (facts, length),
                    (facts, "held-out phrasing" if held_out else "seen phrasing"),
                    (facts, "all"),
                ):
                    tally[key][0] += index not in failed
                    tally[key][1] += 1
        for facts in (1, 3):
            shown = " ".join(f"{key[1]}: {right}/{n}" for key, (right, n) in tally.items() if key[0] == facts)
            print(f"  passkey, {facts} fact(s): {shown}", flush=True)
