"""Training documents: token ids with one loss group a token (0: no loss)."""

import math
from dataclasses import dataclass

import phrasings
import smalltalk
import wording
from filler import invented_word, sentence
from stories import Story
from words import ADJECTIVES, FIRST_NAMES, NAME_ENDS, NAME_STARTS, NOUNS, PEOPLE

NO_LOSS, STORY, TALK, RECALL, DIGIT, INDUCTION = range(6)
SPECIALS = ["<|pad|>", "<|bos|>", "<|eos|>", "<|system|>", "<|user|>", "<|assistant|>", "<|end|>"]
PAD, BOS, EOS, SYSTEM, USER, ASSISTANT, END = range(7)
SYSTEM_PROMPTS = [
    "You are a helpful assistant.",
    "You are Fovea.",
    "You are a small model that tells stories.",
    "Answer briefly.",
    "You are a friendly assistant.",
    "Answer the question of the user.",
    "Be kind and helpful.",
    "You are a demonstration model.",
]


class Document:
    """Token ids and, beside each, the loss group of predicting it."""

    def __init__(self):
        self.ids, self.groups = [], []

    def add(self, ids, group=NO_LOSS):
        self.ids.extend(ids)
        self.groups.extend([group] * len(ids))

    def __len__(self):
        return len(self.ids)


@dataclass(frozen=True)
class Fact:
    """One number to be found: what it is, whose it is (None: the user's), the number, and its sentence."""

    attribute: str
    name: str | None
    code: str
    text: str


def random_attribute(rng):
    """What a number is for."""
    roll = rng.random()
    if roll < 0.6:
        return rng.choice(phrasings.ATTRIBUTES)
    kind = rng.choice(("code", "number", "code", "number", "key", "word", "digits", "id"))
    if roll < 0.8:
        return f"{rng.choice(NOUNS)} {kind}"
    if roll < 0.9:
        return f"{rng.choice(ADJECTIVES)} {kind}"
    return f"{invented_word(rng)} {kind}" if roll < 0.97 else rng.choice(NOUNS)


def random_name(rng):
    """Whose number it is: a thing, a place or somebody."""
    roll = rng.random()
    if roll < 0.30:
        return "the " + rng.choice(NOUNS)
    if roll < 0.52:
        return f"the {rng.choice(ADJECTIVES)} {rng.choice(NOUNS)}"
    if roll < 0.60:
        return f"the {rng.choice(NOUNS)} {rng.choice(NOUNS)}"
    if roll < 0.66:
        return (
            f"the {invented_word(rng)}" if rng.random() < 0.5 else f"the {rng.choice(ADJECTIVES)} {invented_word(rng)}"
        )
    if roll < 0.74:
        return rng.choice(NAME_STARTS) + rng.choice(NAME_ENDS)
    if roll < 0.82:
        return invented_word(rng).capitalize()
    if roll < 0.85:
        return rng.choice(FIRST_NAMES)
    if roll < 0.90:
        return f"{rng.choice(FIRST_NAMES)} {invented_word(rng).capitalize()}"
    if roll < 0.94:
        return f"{rng.choice(FIRST_NAMES)}'s {rng.choice(NOUNS)}"
    if roll < 0.96:
        return f"the {rng.choice(PEOPLE)}"
    if roll < 0.98:
        return f"{rng.choice(PEOPLE).capitalize()} {rng.choice(FIRST_NAMES) if rng.random() < 0.5 else invented_word(rng).capitalize()}"
    return f"the {rng.choice(NOUNS)} of {invented_word(rng).capitalize()}"


def random_fact(rng):
    """A fact with a name in 24 of 25 cases; else it is about the user."""
    roll = rng.random()
    digits = 5 if roll < 0.85 else 4 if roll < 0.92 else 6
    code = "".join(rng.choice("0123456789") for _ in range(digits))
    attribute, name = random_attribute(rng), random_name(rng) if rng.random() < 0.96 else None
    return Fact(attribute, name, code, wording.fact_text(rng, attribute, name, code))


class Writer:
    """Writes documents of every kind with one tokenizer and one random generator.

    A text holds at most ``most_facts`` facts.
    """

    _POOL_SIZE = 6000
    _TURNOVER = 40

    def __init__(self, tokenizer, rng, most_facts):
        self._tokenizer, self._rng, self._most_facts = tokenizer, rng, most_facts
        self._vocabulary = tokenizer.get_vocab_size()
        self._digits = {tokenizer.token_to_id(d) for d in "0123456789"}
        self._pool = self._sentences(self._POOL_SIZE)

    def encode(self, text):
        return self._tokenizer.encode(text, add_special_tokens=False).ids

    def refresh(self):
        """Replaces a few sentences of the filler pool."""
        for ids in self._sentences(self._TURNOVER):
            self._pool[self._rng.randrange(len(self._pool))] = ids

    def _sentences(self, count):
        texts = [" " + sentence(self._rng) for _ in range(count)]
        pool = [e.ids for e in self._tokenizer.encode_batch(texts, add_special_tokens=False)]
        return [self._random_ids(len(ids)) if self._rng.random() < 0.02 else ids for ids in pool]

    def _random_ids(self, count):
        return [self._rng.randrange(len(SPECIALS), self._vocabulary) for _ in range(count)]

    def _open_chat(self):
        document = Document()
        document.add([BOS])
        if self._rng.random() < 0.1:
            document.add([SYSTEM] + self.encode(self._rng.choice(SYSTEM_PROMPTS)) + [END])
        return document

    def _turn(self, document, question, answer, group):
        document.add([USER] + self.encode(question) + [END, ASSISTANT])
        self._answer(document, answer, group)

    def _answer(self, document, answer, group):
        ids = self.encode(answer)
        groups = [DIGIT if group == RECALL and i in self._digits else group for i in ids]
        document.ids += ids + [END]
        document.groups += groups + [group]

    def story(self):
        """A story, raw or as the answer to a request."""
        rng, story = self._rng, Story(self._rng)
        if rng.random() < 0.4:
            document = Document()
            if rng.random() < 0.85:
                document.add([BOS])
            document.add(self.encode(story.text) + [EOS], STORY)
            return document
        document = self._open_chat()
        if rng.random() < 0.08:
            self._turn(document, *smalltalk.exchange(rng), TALK)
        self._turn(document, story.request(), story.text, STORY)
        if rng.random() < 0.08:
            self._turn(document, *smalltalk.exchange(rng), TALK)
        return document

    def talk(self):
        """One to three exchanges that are neither story nor recall."""
        rng, document = self._rng, self._open_chat()
        for _ in range(rng.choice((1, 1, 1, 2, 3))):
            self._turn(document, *smalltalk.exchange(rng), TALK)
        return document

    def induction(self):
        """Random tokens that come again: what follows is known from the first time."""
        rng, document = self._rng, Document()
        run = self._random_ids(rng.randint(8, 64))
        document.add([BOS] + run)
        for _ in range(rng.randint(1, 3)):
            start = rng.randrange(len(run) - 4)
            part = run[start : start + rng.randint(5, len(run))]
            document.add(part[:2])
            document.add(part[2:], INDUCTION)
        return document

    def recall(self, longest):
        """Facts hidden in up to ``longest`` tokens of filler, each asked for once."""
        rng = self._rng
        target = int(math.exp(rng.uniform(math.log(6), math.log(longest))))
        facts = self._facts(target)
        document = self._open_chat()
        order = rng.sample(facts, len(facts))
        if rng.random() < 0.03:
            question, answer, group = rng.choice(smalltalk.SUMMARY_REQUESTS), smalltalk.other_answer(rng), TALK
        else:
            question, answer, group = self._ask(order[0]), self._reply(order[0]), RECALL
        document.add([USER])
        self._message(document, wording.layout(rng).replace("{question}", question), facts, target)
        document.add([END, ASSISTANT])
        self._answer(document, answer, group)
        for fact in order[1:]:
            self._turn(document, self._ask(fact), self._reply(fact), RECALL)
        return document

    def _facts(self, target):
        rng = self._rng
        roll = rng.random()
        most = max(2, min(self._most_facts, target // 30))
        count = (
            1
            if roll < 0.35 or self._most_facts == 1
            else rng.randint(1, min(4, most)) if roll < 0.65 else rng.randint(1, most)
        )
        facts = {}
        while len(facts) < count:
            fact = random_fact(rng)
            facts.setdefault((fact.attribute, fact.name), fact)
        return list(facts.values())

    def _ask(self, fact):
        return wording.question(self._rng, fact.attribute, fact.name)

    @staticmethod
    def _reply(fact):
        return wording.answer(fact.code)

    def _message(self, document, layout, facts, target):
        """The layout with facts strewn over filler; ends of the text are encoded with what touches them."""
        rng = self._rng
        before, after = layout.split("{text}")
        pieces, length = [], 0
        while length < target - 15:
            pieces.append(rng.choice(self._pool))
            length += len(pieces[-1])
        for fact in facts:
            pieces.insert(rng.randint(0, len(pieces)), fact.text)
        for end in (0, -1):
            if not isinstance(pieces[end], str):
                pieces[end] = sentence(rng)
        if len(pieces) == 1:
            document.add(self.encode(before + pieces[0] + after))
            return
        document.add(self.encode(before + pieces[0]))
        for piece in pieces[1:-1]:
            document.add(self.encode(" " + piece) if isinstance(piece, str) else piece)
        document.add(self.encode(" " + pieces[-1] + after))
