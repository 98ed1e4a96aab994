"""Training documents: token ids with one loss group a token (0: no loss)."""

import math
from dataclasses import dataclass

import phrasings
import smalltalk
from filler import invented_word, sentence
from stories import Story
from words import ADJECTIVES, FIRST_NAMES, NAME_ENDS, NAME_STARTS, NOUNS, PEOPLE

NO_LOSS, STORY, TALK, RECALL, DIGIT, INDUCTION = range(6)
SPECIALS = ["<|pad|>", "<|bos|>", "<|eos|>", "<|system|>", "<|user|>", "<|assistant|>", "<|end|>"]
PAD, BOS, EOS, SYSTEM, USER, ASSISTANT, END = range(7)
SYSTEM_PROMPTS = [
    "You are a helpful assistant.", "You are Fovea.", "You are a small model that tells stories.", "Answer briefly.",
    "You are a friendly assistant.", "Answer the question of the user.", "Be kind and helpful.", "You are a demonstration model.",
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
    """One number to be found: what it is, whose it is, the number, and its sentence."""

    attribute: str
    name: str
    code: str
    text: str


def capital(text):
    return text[0].upper() + text[1:]


def fill(template, fact_or_parts):
    attribute, name, code = fact_or_parts
    return template.replace("{a}", attribute).replace("{n}", name).replace("{N}", capital(name)).replace("{c}", code)


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
        return f"the {invented_word(rng)}" if rng.random() < 0.5 else f"the {rng.choice(ADJECTIVES)} {invented_word(rng)}"
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
    if roll < 0.97:
        return f"the {rng.choice(PEOPLE)}"
    return f"the {rng.choice(NOUNS)} of {invented_word(rng).capitalize()}"


def random_fact(rng):
    roll = rng.random()
    digits = 5 if roll < 0.85 else 4 if roll < 0.92 else 6
    code = "".join(rng.choice("0123456789") for _ in range(digits))
    parts = (rng.choice(phrasings.ATTRIBUTES), random_name(rng), code)
    return Fact(*parts, fill(rng.choice(phrasings.FACTS), parts))


class Writer:
    """Writes documents of every kind with one tokenizer and one random generator."""

    _POOL_SIZE = 6000
    _TURNOVER = 40

    def __init__(self, tokenizer, rng):
        self._tokenizer, self._rng = tokenizer, rng
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
        return [e.ids for e in self._tokenizer.encode_batch(texts, add_special_tokens=False)]

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
        run = [rng.randrange(len(SPECIALS), self._vocabulary) for _ in range(rng.randint(8, 64))]
        document.add([BOS] + run)
        for _ in range(rng.randint(1, 3)):
            start = rng.randrange(len(run) - 4)
            part = run[start:start + rng.randint(5, len(run))]
            document.add(part[:2])
            document.add(part[2:], INDUCTION)
        return document

    def recall(self, longest):
        """Facts hidden in up to ``longest`` tokens of filler, each asked for once."""
        rng = self._rng
        target = int(math.exp(rng.uniform(math.log(40), math.log(longest))))
        facts = self._facts(target)
        document = self._open_chat()
        layout = rng.choice(phrasings.LAYOUTS)
        order = rng.sample(facts, len(facts))
        if rng.random() < 0.03:
            question, answer, group = rng.choice(smalltalk.SUMMARY_REQUESTS), smalltalk.other_answer(rng), TALK
        else:
            question, answer, group = self._ask(order[0]), fill(phrasings.ANSWER, self._parts(order[0])), RECALL
        document.add([USER])
        self._message(document, layout.replace("{question}", question), facts, target)
        document.add([END, ASSISTANT])
        self._answer(document, answer, group)
        for fact in order[1:]:
            self._turn(document, self._ask(fact), fill(phrasings.ANSWER, self._parts(fact)), RECALL)
        return document

    def _facts(self, target):
        rng = self._rng
        roll = rng.random()
        most = max(1, min(16, target // 40))
        count = 1 if roll < 0.4 else rng.randint(1, min(4, most)) if roll < 0.7 else rng.randint(1, most)
        facts = {}
        while len(facts) < count:
            fact = random_fact(rng)
            facts.setdefault((fact.attribute, fact.name), fact)
        return list(facts.values())

    @staticmethod
    def _parts(fact):
        return fact.attribute, fact.name, fact.code

    def _ask(self, fact):
        return fill(self._rng.choice(phrasings.QUESTIONS), self._parts(fact))

    def _message(self, document, layout, facts, target):
        """The layout with facts strewn over filler; ends of the text are encoded with what touches them."""
        rng = self._rng
        before, after = layout.split("{text}")
        middle, length = [], 0
        while length < target:
            ids = rng.choice(self._pool)
            middle.append(ids)
            length += len(ids)
        for fact in facts:
            middle.insert(rng.randint(0, len(middle)), fact.text)
        first = middle.pop(0) if isinstance(middle[0], str) else sentence(rng)
        last = middle.pop() if middle and isinstance(middle[-1], str) else sentence(rng)
        document.add(self.encode(before + first))
        for piece in middle:
            document.add(self.encode(" " + piece) if isinstance(piece, str) else piece)
        document.add(self.encode(" " + last + after))
