"""Greedy passkey accuracy and sample answers of an exported model, by transformers.

python evaluate.py --model ../../../main/models/fovea-mini --cases 200
"""

import argparse
import random
from collections import defaultdict

import torch
from transformers import AutoModelForCausalLM, AutoTokenizer

from cases import compose, read_pools

COMPLETIONS = [
    "Once upon a time",
    "Once upon a time, there was a little fox named Pip.",
    "In a small village there lived a baker",
]
CHATS = [
    "Tell me a story about a fox",
    "Tell me a story about a giraffe",
    "Write a short story about a brave dragon.",
    "Tell me a story about sharing",
    "Hello!",
    "Who are you?",
    "wat is ur name",
    "What is 17 * 23?",
    "What is the weather in Oslo?",
    "Write a Python script that parses JSON",
    "Bonjour!",
    "What is the capital of France?",
    "My locker number is 77231. I like cheese. What is my locker number?",
]


class Chat:
    """Greedy answers of one model."""

    def __init__(self, directory, dtype):
        self.tokenizer = AutoTokenizer.from_pretrained(directory)
        self._model = AutoModelForCausalLM.from_pretrained(directory, dtype=dtype)

    def answer(self, message, most):
        text = self.tokenizer.apply_chat_template(
            [{"role": "user", "content": message}], tokenize=False, add_generation_prompt=True
        )
        return self.complete(text, most, specials=False)

    def complete(self, text, most, specials=True):
        ids = self.tokenizer(text, add_special_tokens=specials, return_tensors="pt").input_ids
        out = self._model.generate(ids, attention_mask=torch.ones_like(ids), max_new_tokens=most, do_sample=False)
        return self.tokenizer.decode(out[0, ids.size(1) :], skip_special_tokens=True), ids.size(1)


def passkey(chat, pools, arguments):
    """Prints accuracy by length and phrasing, and every wrong answer."""
    rng, tally = random.Random(arguments.seed), defaultdict(lambda: [0, 0])

    def count(text):
        return len(chat.tokenizer(text, add_special_tokens=False).input_ids)

    for index in range(arguments.cases):
        target = rng.randint(arguments.shortest, arguments.longest)
        case = compose(pools, rng, index, target, count, arguments.facts)
        answer, length = chat.answer(case.message, 40)
        right = case.code in answer
        phrasing = "held-out phrasing" if case.held_out_phrasing else "seen phrasing"
        for key in ("all", phrasing, f"{length // 2000 * 2}k-{length // 2000 * 2 + 2}k tokens"):
            tally[key][0] += right
            tally[key][1] += 1
        if not right:
            print(f"case {index}, {length} tokens, {phrasing}: expected {case.answer!r}, got {answer!r}", flush=True)
        if index % 20 == 19:
            print(f"{index + 1} cases: {tally['all'][0]} right", flush=True)
    for key, (right, cases) in sorted(tally.items()):
        print(f"{arguments.facts} fact(s), {key}: {right}/{cases} = {100 * right / cases:.1f} %")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", required=True)
    parser.add_argument("--pools", default="../../resources/passkey/pools.json")
    parser.add_argument("--dtype", choices=("float32", "bfloat16"), default="float32")
    parser.add_argument("--cases", type=int, default=200)
    parser.add_argument("--facts", type=int, default=1)
    parser.add_argument("--shortest", type=int, default=1000)
    parser.add_argument("--longest", type=int, default=12000)
    parser.add_argument("--seed", type=int, default=2024)
    parser.add_argument("--samples", action="store_true", help="print stories and answers instead")
    arguments = parser.parse_args()
    chat = Chat(arguments.model, getattr(torch, arguments.dtype))
    if not arguments.samples:
        passkey(chat, read_pools(arguments.pools), arguments)
        return
    for prompt in COMPLETIONS:
        print(f"> {prompt}\n{chat.complete(prompt, 300)[0]}\n")
    for message in CHATS:
        print(f"> {message}\n{chat.answer(message, 300)[0]}\n")


if __name__ == "__main__":
    main()
