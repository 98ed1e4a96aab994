"""Writes the example prompts that the server's page offers.

python examples.py --model ../../../main/models/fovea-mini
"""

import argparse
import json
import random
from pathlib import Path

from tokenizers import Tokenizer

from cases import filler_sentence, read_pools


def _hidden_fact(pools, tokenizer, seed):
    """About 1000 tokens of filler with one fact a little behind the middle."""
    rng, sentences, tokens = random.Random(seed), [], 0
    while tokens < 950:
        sentences.append(filler_sentence(pools, rng))
        tokens += len(tokenizer.encode(" " + sentences[-1], add_special_tokens=False).ids)
    sentences.insert(len(sentences) * 3 // 5, "The access code of the lighthouse is 48213.")
    return " ".join(sentences) + "\n\nWhat is the access code of the lighthouse?"


def examples(pools, tokenizer):
    rows = [
        ("A story from its first words", "completion", "Once upon a time, there was a little fox named Pip."),
        ("Any story", "completion", "Once upon a time"),
        ("A story on request", "chat", "Tell me a story about a dragon"),
        ("A bedtime story", "chat", "Tell me a bedtime story about an owl"),
        ("Find a fact in a long text", "chat", _hidden_fact(pools, tokenizer, 7)),
        ("Something about yourself", "chat", "My locker number is 77231. I like cheese. What is my locker number?"),
        ("Who is speaking?", "chat", "Hello! Who are you?"),
        ("Something it was not made for", "chat", "What is the capital of France?"),
    ]
    return [{"title": title, "mode": mode, "prompt": prompt} for title, mode, prompt in rows]


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", type=Path, required=True)
    parser.add_argument("--pools", default="../../resources/passkey/pools.json")
    arguments = parser.parse_args()
    tokenizer = Tokenizer.from_file(str(arguments.model / "tokenizer.json"))
    text = json.dumps(examples(read_pools(arguments.pools), tokenizer), indent=2, ensure_ascii=False)
    (arguments.model / "examples.json").write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
