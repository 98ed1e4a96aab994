"""Sentences in which a fact is hidden: a grammar, word salad, invented words, small numbers."""

from words import (
    ADJECTIVES,
    ADVERBS,
    ANIMALS,
    CONSONANTS,
    ENDINGS,
    FIRST_NAMES,
    NOUNS,
    PEOPLE,
    VERBS_ALONE,
    VERBS_NOW,
    VERBS_PAST,
    VOWELS,
)

TEMPLATES = [
    "The {noun} was {adj} and the {noun} was {adj}.",
    "A {adj} {noun} stood near the {noun}.",
    "The {person} {past} the {adj} {noun}.",
    "Every morning the {person} {past} a {noun} and a {noun}.",
    "{name} {past} the {noun} {adv}.",
    "{name} and {name} {alone} by the {noun}.",
    "The {animal} {alone} under the {adj} {noun}.",
    "Nobody {past} the {noun} in the {noun}.",
    "There was a {noun} behind the {noun}.",
    "There were many {adj} things in the {noun}.",
    "When the {noun} was {adj}, the {person} {alone}.",
    "Before the {noun} came, the {animal} {alone} {adv}.",
    "After that, {name} {past} the {noun} again.",
    '"Where is the {noun}?" asked the {person}.',
    '"The {noun} is too {adj}," said {name}.',
    '"I like this {adj} {noun}," said the {person} {adv}.',
    "It was a {adj} day, and the {noun} looked {adj}.",
    "The {person} of the {noun} is {adj}.",
    "The {adj} {noun} of the {person} is {adj}.",
    "Some people say that the {noun} {now} the {noun}.",
    "A {person} often {now} a {adj} {noun}.",
    "In the {noun} there is a {adj} {noun} for the {person}.",
    "The {animal} and the {animal} shared a {noun}.",
    "If the {noun} is {adj}, {name} {now} it.",
    "We {past} the {noun} and then we {alone}.",
    "They {past} three {noun}s and one {adj} {noun}.",
    "You can see the {noun} from the {noun}.",
    "My {person} {past} it because it was {adj}.",
    "Why the {noun} was so {adj}, no {person} could say.",
    "On the {noun} lay a {noun}, a {noun} and a {adj} {noun}.",
    "{name} thought that the {animal} was {adj}.",
    "{name} had never seen such a {adj} {noun}.",
    "The {noun} belongs to the {person}.",
    "The {person} told {name} about the {noun}.",
    "It takes a {adj} {person} to find a {noun}.",
    "{adv1}, the {noun} fell on the {noun}.",
    "The road to the {noun} is {adj} and {adj}.",
    "Do not touch the {adj} {noun}.",
    "Please bring the {noun} to the {person}.",
    "What a {adj} {noun} that was!",
    "Is the {noun} still {adj}?",
    "The {animal} {past} the {noun}, but the {person} did not mind.",
    "Each {noun} in this {noun} has a {adj} {noun}.",
    "Neither the {person} nor the {animal} {alone}.",
    "Last week {name} {past} a {noun} at the {noun}.",
    "Soon the {noun} will be {adj} again.",
    "A {noun} without a {noun} is like a {animal} without a {noun}.",
    "The {person} {past} and the {person} {alone}.",
    "Far away, a {animal} {alone}.",
    "This {noun} was made by a {adj} {person}.",
    "The {noun} had a {adj} colour.",
    "The secret of the {noun} is a {adj} {noun}.",
    "Remember that a {noun} is never {adj}.",
    "The {person} asked for the {noun} of the {person}.",
    "Nobody knows the name of the {adj} {animal}.",
    "The key to the {noun} is in the {noun}.",
]
NUMBER_TEMPLATES = [
    "There were {number} {noun}s in the {noun}.",
    "The {noun} was built in {year}.",
    "{name} paid {number} coins for the {noun}.",
    "It was {number} steps from the {noun} to the {noun}.",
    "The {person} was {age} years old.",
    "In {year} the {person} {past} the {noun}.",
    "The {noun} opens at {age}.",
    "On page {number} there is a {noun}.",
    "The {noun} has {age} {noun}s and {number} {noun}s.",
]
_SLOTS = {
    "noun": NOUNS,
    "adj": ADJECTIVES,
    "past": VERBS_PAST,
    "now": VERBS_NOW,
    "alone": VERBS_ALONE,
    "adv": ADVERBS,
    "person": PEOPLE,
    "animal": ANIMALS,
    "name": FIRST_NAMES,
}


def invented_word(rng):
    """A pronounceable word of one to four syllables that is in no list."""
    word = "".join(rng.choice(CONSONANTS) + rng.choice(VOWELS) for _ in range(rng.randint(1, 3)))
    if rng.random() < 0.25:
        word = rng.choice("aeiou") + rng.choice(("", "", "n", "r", "l", "s", "m")) + word
    return word + rng.choice(ENDINGS) if rng.random() < 0.6 else word


def _fill(template, rng):
    parts = template.split("{")
    text = parts[0]
    for part in parts[1:]:
        slot, rest = part.split("}", 1)
        text += _slot(slot, rng) + rest
    return text


def _slot(slot, rng):
    if slot == "number":
        return str(rng.randint(2, 999))
    if slot == "year":
        return str(rng.randint(1200, 2030))
    if slot == "age":
        return str(rng.randint(2, 99))
    if slot == "adv1":
        return rng.choice(ADVERBS).capitalize()
    if rng.random() < 0.04:
        return invented_word(rng)
    return rng.choice(_SLOTS[slot])


def _salad(rng):
    pools = (NOUNS, ADJECTIVES, VERBS_PAST, VERBS_NOW, ADVERBS, PEOPLE, ANIMALS)
    small = ("the", "a", "of", "in", "and", "to", "for", "is", "was", "with", "on", "at", "by")
    words = []
    for _ in range(rng.randint(4, 16)):
        roll = rng.random()
        if roll < 0.45:
            words.append(rng.choice(small))
        elif roll < 0.9:
            words.append(rng.choice(rng.choice(pools)))
        else:
            words.append(invented_word(rng))
    return " ".join(words).capitalize() + rng.choice((".", ".", ".", "!", "?", ";", ":"))


def _invented(rng):
    words = [invented_word(rng) for _ in range(rng.randint(3, 12))]
    if rng.random() < 0.3:
        spot = rng.randrange(len(words))
        words[spot] = words[spot].capitalize()
    return " ".join(words).capitalize() + rng.choice((".", ".", ",", "!", "?"))


def sentence(rng, with_numbers=True):
    """One filler sentence; numbers in it have at most four digits."""
    roll = rng.random()
    if with_numbers and roll < 0.04:
        return _fill(rng.choice(NUMBER_TEMPLATES), rng)
    if roll < 0.12:
        return _salad(rng)
    if roll < 0.17:
        return _invented(rng)
    first = _fill(rng.choice(TEMPLATES), rng)
    if roll < 0.27:
        second = _fill(rng.choice(TEMPLATES), rng)
        if second.startswith(("The ", "A ", "There ", "It ", "We ", "They ", "You ", "My ", "On ", "In ")):
            second = second[0].lower() + second[1:]
        return first[:-1] + rng.choice((", and ", ", but ", ", so ", "; ")) + second
    return first
