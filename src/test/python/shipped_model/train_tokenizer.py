"""Trains the byte-level BPE tokenizer on generated text.

python train_tokenizer.py ../../../main/models/fovea-mini/tokenizer.json
"""

import argparse
import random
from pathlib import Path

from tokenizers import Tokenizer, decoders, models, pre_tokenizers, processors, trainers

import smalltalk
import wording
from documents import SPECIALS, BOS, random_fact
from filler import sentence
from stories import Story
from words import ADJECTIVES, ADVERBS, ANIMALS, NOUNS, PEOPLE, VERBS_ALONE, VERBS_NOW, VERBS_PAST


def texts(seed, count):
    """Text in the proportions of the training data, and every listed word alone."""
    rng = random.Random(seed)
    for _ in range(count):
        story = Story(rng)
        yield story.request()
        yield story.text
        for _ in range(8):
            yield " " + sentence(rng)
        fact = random_fact(rng)
        yield " " + fact.text
        yield wording.question(rng, fact.attribute, fact.name)
        yield wording.layout(rng)
        question, answer = smalltalk.exchange(rng)
        yield question
        yield answer
    for pool in (NOUNS, ADJECTIVES, VERBS_PAST, VERBS_NOW, VERBS_ALONE, ADVERBS, PEOPLE, ANIMALS):
        for word in pool:
            yield " " + word


def train(vocabulary, seed, count):
    """A tokenizer of ``vocabulary`` entries: specials, the 256 bytes, merges; digits stand alone."""
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Digits(individual_digits=True),
            pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=True),
        ]
    )
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=vocabulary,
        special_tokens=SPECIALS,
        show_progress=False,
        initial_alphabet=sorted(pre_tokenizers.ByteLevel.alphabet()),
    )
    tokenizer.train_from_iterator(texts(seed, count), trainer)
    bos = SPECIALS[BOS]
    tokenizer.post_processor = processors.TemplateProcessing(
        single=f"{bos} $A", pair=f"{bos} $A $B", special_tokens=[(bos, BOS)]
    )
    return tokenizer


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("output", type=Path)
    parser.add_argument("--vocabulary", type=int, default=1536)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--samples", type=int, default=20000)
    arguments = parser.parse_args()
    tokenizer = train(arguments.vocabulary, arguments.seed, arguments.samples)
    if tokenizer.get_vocab_size() != arguments.vocabulary:
        raise SystemExit(f"vocabulary: expected {arguments.vocabulary} entries, got {tokenizer.get_vocab_size()}")
    arguments.output.parent.mkdir(parents=True, exist_ok=True)
    tokenizer.save(str(arguments.output))


if __name__ == "__main__":
    main()
