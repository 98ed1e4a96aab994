"""Endless wordings of facts, questions and messages around the fixed lists of ``phrasings.py``.

Half of all wordings come from the lists. The rest is put together from parts, and some of it from random
words: all that is left to learn is that number, name and attribute share a sentence.
"""

from filler import invented_word, sentence
from phrasings import FACTS, LAYOUTS, QUESTIONS
from words import ADJECTIVES, ADVERBS, ANIMALS, FIRST_NAMES, NOUNS, PEOPLE, VERBS_NOW, VERBS_PAST

_BEFORE_FACT = """Remember that|By the way,|I heard that|{first} told me that|It is written that|As you may know,|In the book it says that
On the wall it says that|Let me tell you that|You should know that|We all agreed that|My notes say that|Last year I learned that
Long ago somebody decided that|Important:|PS:|Hint:|Fact:|Secret:|Info:|To be clear,|Believe me,|Listen:|If I am right,|Without any doubt,
When the {noun} was {adj},|After the {noun} came,|Because of the {noun},|{first} and {first} know that|The {person} says:|The {person} {past} that
Only the {person} knows that|Write this down:|Please remember:|One thing is important:|There is one secret:|For your notes:|Attention:|Read this:
Here is what you need:|Many people forget that|Since the {noun} is {adj},|Look:|Good to know:|And then {first} said that|Imagine,""".replace(
    "\n", "|"
).split(
    "|"
)
_AFTER_FACT = """ now| today|, so remember it|, and nothing else|, as the {person} said|, which is hard to remember|, says {first}| (do not tell anyone)
 once again|, or so they say|, I think|, if I remember well| from now on|, and the {noun} is {adj}|, but nobody {past} it|, my {person} says| as always
, so do not lose it|, just like the {noun}|, written in {adj} ink| for the whole year|, and that is all|, in case you need it""".replace(
    "\n", "|"
).split(
    "|"
)
_PREPOSITIONS = "of of of of of for for for to at in from with on".split()
_IS = "is|is|is|was|will be|has always been|became|stays|must be|should be|is still|was always|is again|is just|shall be|may be|is now|would be".split(
    "|"
)
_HAS = "has|had|has got|uses|needs|keeps|got|carries|shows|bears|received|took|chose|holds|wants|gets|always had|will have|was sent|picked".split(
    "|"
)
_FITS = "belongs to|is for|goes with|opens|was given to|works for|fits|was made for|stands for|is used for|leads to|was chosen by|is kept by|was sent to".split(
    "|"
)
CORES = [
    "the {a} {of} {n} {is} {c}",
    "the {a} {of} {n} {is} {c}",
    "the {a} {of} {n} {is} {c}",
    "the {adj} {a} {of} {n} {is} {c}",
    "{n} {has} the {a} {c}",
    "{n} {has} {c} as {a}",
    "{n} {has} {a} {c}",
    "{n} {has} a {adj} {a}: {c}",
    "{n}'s {a} {is} {c}",
    "the {a} {c} {fits} {n}",
    "{c} {is} the {a} {of} {n}",
    "{c} {fits} {n} as {a}",
    "as {a} {n} {has} {c}",
    "for {n} the {a} {is} {c}",
    "{n} ({a} {c}) {past} the {noun}",
    "{n}, whose {a} {is} {c}, {past} the {noun}",
    "they gave {n} the {a} {c}",
    "they call {c} the {a} {of} {n}",
    "nobody but {n} {has} the {a} {c}",
    "{n} and the {a} {c} go together",
    "the {person} gave the {a} {c} to {n}",
    "the {a} {of} {n}, {c}, {is} {adj}",
    "the {person} {past} the {a} {of} {n}, and it {is} {c}",
    "you open {n} with the {a} {c}",
    "{a}: {c} ({n})",
    "{n} - {a} - {c}",
    "{n} / {a} / {c}",
    "I {past} the {a} {of} {n}: {c}",
    "the {a} {of} {n} {is} not a {noun} but {c}",
    "every {person} who {past} {n} {has} its {a}, {c}",
]
_BEFORE_QUESTION = """Please,|Hello,|Now|So,|Well,|Quick question:|I wonder:|From the text:|After reading this,|One question:|Hey,|Help me:|Dear model,|Ok,
Now that you have read this,|Now you:|First question:|Next question:|Tell me,|And|Hm,|Sorry,|If you can,|Think well:|Look again:|You have read it, so""".replace(
    "\n", "|"
).split(
    "|"
)
_AFTER_QUESTION = """| please|, please| now| again| for me|, if you know it|? Thanks!| in this text| in the text above| that is hidden above| that was given above| here
| as it is written above| that I need| so that I can go on| from the story above|, only the number| in one sentence| from above|? I forgot it|?|?""".replace(
    "\n", "|"
).split(
    "|"
)
ASKS = [
    "what {is} the {a} {of} {n}",
    "what {is} the {a} {of} {n}",
    "which number {is} the {a} {of} {n}",
    "which {is} the {a} {of} {n}",
    "what {is} {n}'s {a}",
    "do you know the {a} {of} {n}",
    "{give} me the {a} {of} {n}",
    "{give} the {a} {of} {n}",
    "{give} {n}'s {a}",
    "what did it say about the {a} {of} {n}",
    "what number did {n} get as {a}",
    "which {a} {fits} {n}",
    "what should I type as the {a} {of} {n}",
    "what is written about the {a} {of} {n}",
    "how can I open {n}, what {is} the {a}",
    "what about the {a} {of} {n}",
    "I must know the {a} {of} {n}",
    "I want to know the {a} {of} {n}",
    "where is the {a} {of} {n}",
    "{n}: what {is} the {a}",
    "{n}, {a}",
    "for {n}, what {is} the {a}",
    "can you see the {a} {of} {n}",
    "with which {a} do I reach {n}",
    "which digits are the {a} {of} {n}",
    "which {a} {has} {n}",
    "I cannot remember the {a} {of} {n}",
    "my {person} needs the {a} {of} {n}",
    "the {a} {of} {n} {is} what",
    "the {a} {of} {n}",
]
_GIVE = "tell give show find write print say repeat report send read return bring".split()
_FRAMES = [("", "")] * 6 + [
    ('"', '"'),
    ("(", ")"),
    ("<<", ">>"),
    ("---\n", "\n---"),
    ("```\n", "\n```"),
    ("* ", ""),
    ("> ", ""),
    ("'", "'"),
    ("{", "}"),
    ("== ", " =="),
]
_HEADS = """|||||Read this.|Text:|A text:|Story:|Here is a text.|Look at this:|I have a text for you.|This is a long text.|Find the number in this text.|Can you read this?
Please read carefully.|Article:|Letter:|My notes:|Chapter:|Input:|Content:|Book:|There is a number in here:|Do you see the secret in this text?|Page:|Data:|Email:""".replace(
    "\n", "|"
).split(
    "|"
)
_LEADS = """|||||Question: |Q: |My question: |So: |Now tell me: |Here is my question: |The question: |Question about the text: |Answer this: |User: |To find: |Wanted: |Problem: 
Then answer. |Now answer in one sentence. |Use the text above. |Take your time. |Only the text counts. |And now the question. |I hope you have read it. |Query: |?? """.replace(
    "\n", "|"
).split(
    "|"
)
_GAPS = ["\n\n", "\n\n", "\n\n", "\n", " ", "\n\n\n", "\n---\n", "\n\n***\n\n", " | ", "\n \n"]
_WORDS = (
    NOUNS
    + ADJECTIVES
    + VERBS_PAST
    + VERBS_NOW
    + ADVERBS
    + PEOPLE
    + ANIMALS
    + "the a of in and to for is was with on at by it that this my your we they you I not".split() * 12
)

_OWN_FACTS = [
    "My {a} is {c}.",
    "I have the {a} {c}.",
    "Remember that my {a} is {c}.",
    "By the way, my {a} is {c}.",
    "My own {a} is {c}.",
    "I got the {a} {c}.",
    "My {a}: {c}.",
    "{c} is my {a}.",
]
_OWN_QUESTIONS = [
    "What is my {a}?",
    "Tell me my {a}.",
    "What's my {a}?",
    "Do you remember my {a}?",
    "Which {a} do I have?",
    "my {a}?",
    "Can you tell me my {a}?",
    "What was my {a}?",
]


def _capital(text):
    return text[0].upper() + text[1:]


def _put(template, values):
    for key, value in values.items():
        template = template.replace("{" + key + "}", value)
    return template


def _values(rng, **given):
    return {
        "of": rng.choice(_PREPOSITIONS),
        "is": rng.choice(_IS),
        "has": rng.choice(_HAS),
        "fits": rng.choice(_FITS),
        "give": rng.choice(_GIVE),
        "adj": rng.choice(ADJECTIVES),
        "noun": rng.choice(NOUNS),
        "past": rng.choice(VERBS_PAST),
        "person": rng.choice(PEOPLE),
        "first": rng.choice(FIRST_NAMES),
        **given,
    }


def _glue(rng, most):
    words = [invented_word(rng) if rng.random() < 0.08 else rng.choice(_WORDS) for _ in range(rng.randint(0, most))]
    return " ".join(words) + rng.choice(("", "", "", "", ",", ":")) if words else ""


def _join(rng, parts, most):
    words = [w for part in parts for w in (_glue(rng, most), part)] + [_glue(rng, 2)]
    return _capital(" ".join(w for w in words if w))


def fact_text(rng, attribute, name, code):
    """A sentence that says the name's attribute is the code."""
    if name is None:
        return _put(rng.choice(_OWN_FACTS), {"a": attribute, "c": code})
    values = _values(rng, a=attribute, n=name, N=_capital(name), c=code)
    roll = rng.random()
    if roll < 0.45:
        return _put(rng.choice(FACTS), values)
    if roll < 0.60:
        parts = rng.choice(
            ([attribute, name, code], [name, attribute, code], [attribute, name, code], [code, attribute, name])
        )
        return _join(rng, parts, 4) + "."
    text = _put(rng.choice(CORES), values)
    if rng.random() < 0.5:
        text = _put(rng.choice(_BEFORE_FACT), values) + " " + text
    if rng.random() < 0.35:
        text += _put(rng.choice(_AFTER_FACT), values)
    return _capital(text) + rng.choice("....!;")


def question(rng, attribute, name):
    """A way to ask for the name's attribute."""
    if name is None:
        return _put(rng.choice(_OWN_QUESTIONS), {"a": attribute})
    values = _values(rng, a=attribute, n=name, N=_capital(name))
    roll = rng.random()
    if roll < 0.45:
        text = _put(rng.choice(QUESTIONS), values)
    elif roll < 0.58:
        text = _join(rng, rng.choice(([attribute, name], [name, attribute])), 3) + rng.choice("??.:")
    else:
        text = _put(rng.choice(ASKS), values)
        if rng.random() < 0.35:
            text = rng.choice(_BEFORE_QUESTION) + " " + text
        if rng.random() < 0.35:
            text += rng.choice(_AFTER_QUESTION)
        text = _capital(text) if text[-1] in "?!." else _capital(text) + rng.choice("???..:")
    return text.lower() if rng.random() < 0.04 else text


def answer(code):
    """The one sentence with which the model answers; it repeats no name that could be misspelt on the way."""
    return f"It is {code}."


def layout(rng):
    """A message with the slots ``{text}`` and ``{question}``."""
    if rng.random() < 0.4:
        return rng.choice(LAYOUTS)
    opening, closing = rng.choice(_FRAMES)
    head = sentence(rng) if rng.random() < 0.1 else rng.choice(_HEADS)
    lead = sentence(rng) + " " if rng.random() < 0.1 else rng.choice(_LEADS)
    if rng.random() < 0.08:
        return "{question}" + rng.choice(_GAPS) + opening + "{text}" + closing
    head = head + rng.choice(_GAPS) if head else ""
    return head + opening + "{text}" + closing + rng.choice(_GAPS) + lead + "{question}"
