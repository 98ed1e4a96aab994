"""Checks that what tests call held out cannot come from the generator of training text.

python check_heldout.py
"""

import random
import re

import filler
import heldout
import phrasings
import words
import wording
from documents import random_attribute, random_name

_WORD = re.compile(r"[a-z]+")


def _words(*pools):
    return {word for pool in pools for entry in pool for word in _WORD.findall(entry.lower())}


def _plain(template):
    return _WORD.findall(re.sub(r"\{\w+\}", " ", template.lower()))


def check_names():
    """Every held-out name has a word that no list of training names has, and no drawn name equals it."""
    listed = _words(words.NOUNS, words.ADJECTIVES, words.PEOPLE, words.FIRST_NAMES, ["the"])
    for name in heldout.NAMES:
        assert not set(_WORD.findall(name.lower())) <= listed, f"name {name!r}: all its words occur in training names"
    rng, taken = random.Random(5), {name.lower() for name in heldout.NAMES}
    for _ in range(200_000):
        name = random_name(rng)
        assert name.lower() not in taken, f"name {name!r} is held out but was drawn"


def check_filler():
    """No held-out template equals a training template in its fixed words."""
    seen = {tuple(_plain(t)) for t in filler.TEMPLATES + filler.NUMBER_TEMPLATES}
    for template in heldout.FILLER:
        assert tuple(_plain(template)) not in seen, f"filler {template!r} occurs in training"


def check_phrasings():
    """No held-out fact, question, layout or attribute equals one of training in its fixed words."""
    pairs = (
        (heldout.FACTS, phrasings.FACTS + wording.CORES),
        (heldout.QUESTIONS, phrasings.QUESTIONS + wording.ASKS),
        (heldout.ATTRIBUTES, phrasings.ATTRIBUTES),
    )
    for held_out, training in pairs:
        seen = {tuple(_plain(t)) for t in training}
        for template in held_out:
            assert tuple(_plain(template)) not in seen, f"phrasing {template!r} occurs in training"
    rng, taken = random.Random(6), set(heldout.ATTRIBUTES)
    layouts = set(heldout.LAYOUTS)
    for _ in range(200_000):
        layout = wording.layout(rng)
        assert layout not in layouts, f"layout {layout!r} is held out but was drawn"
    for _ in range(200_000):
        attribute = random_attribute(rng)
        assert attribute not in taken, f"attribute {attribute!r} is held out but was drawn"


def main():
    check_names()
    check_filler()
    check_phrasings()
    print(
        f"held out: {len(heldout.NAMES)} names, {len(heldout.FILLER)} filler templates, {len(heldout.FACTS)} facts, "
        f"{len(heldout.QUESTIONS)} questions, {len(heldout.LAYOUTS)} layouts, {len(heldout.ATTRIBUTES)} attributes; none in training"
    )


if __name__ == "__main__":
    main()
