"""Composes passkey cases from the held-out pools; README.md states the same rules for other languages."""

import json
import re
from dataclasses import dataclass

_SLOT = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True)
class Case:
    """A user message, the number its answer must contain, and the sentence the model was taught to say."""

    message: str
    code: str
    answer: str
    held_out_phrasing: bool


def read_pools(path):
    with open(path, encoding="utf-8") as source:
        return json.load(source)


def _phrasing(pool, rng, held_out):
    return rng.choice([entry["text"] for entry in pool if entry["heldOut"] == held_out])


def _fill(template, attribute, name, code):
    capital = name[0].upper() + name[1:]
    return template.replace("{a}", attribute).replace("{n}", name).replace("{N}", capital).replace("{c}", code)


def filler_sentence(pools, rng):
    """A held-out template with every slot drawn anew."""
    return _SLOT.sub(lambda slot: rng.choice(pools["slots"][slot[1]]), rng.choice(pools["filler"]))


def compose(pools, rng, index, target, count_tokens, facts=1):
    """Case ``index``: about ``target`` tokens of filler with ``facts`` named facts, one of them asked for."""
    held_out = index % 4 == 3
    sentences, length = [], 0
    while length < target:
        sentences.append(filler_sentence(pools, rng))
        length += count_tokens(" " + sentences[-1])
    names = rng.sample(pools["names"], facts)
    asked = None
    for name in names:
        attribute = _phrasing(pools["attributes"], rng, held_out)
        code = "".join(rng.choice("0123456789") for _ in range(5))
        fact = _fill(_phrasing(pools["facts"], rng, held_out), attribute, name, code)
        sentences.insert(rng.randint(0, len(sentences)), fact)
        asked = asked or (attribute, name, code)
    question = _fill(_phrasing(pools["questions"], rng, held_out), *asked)
    layout = _phrasing(pools["layouts"], rng, held_out)
    message = layout.replace("{text}", " ".join(sentences)).replace("{question}", question)
    return Case(message, asked[2], f"It is {asked[2]}.", held_out)
