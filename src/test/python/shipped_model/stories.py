"""Short stories in simple English: a hero, a helper, one plot, one ending."""

import plots
import plots_deeds
import plots_wonders
from filler import invented_word
from words import HE_NAMES, NOUNS, SHE_NAMES

_PLOTS = [
    plots.LOST,
    plots.HELP,
    plots.FEAR,
    plots.SHARE,
    plots.FOUND,
    plots_deeds.BUILD,
    plots_deeds.TRIP,
    plots_deeds.TRUTH,
    plots_deeds.RACE,
    plots_deeds.RAIN,
    plots_wonders.SEED,
    plots_wonders.NEW,
    plots_wonders.STAR,
    plots_wonders.WATER,
    plots_wonders.GIFT,
]
KINDS = (
    """fox cat dog bear rabbit mouse owl frog duck hen goat horse pony lamb cow pig donkey squirrel hedgehog badger
mole beaver otter deer wolf lion tiger monkey elephant turtle snail bee ant spider butterfly crow robin sparrow swan goose
whale dolphin seal crab fish penguin bat lizard kitten puppy dragon giant robot wizard witch fairy elf dwarf knight king
queen prince princess boy girl farmer baker sailor shepherd fisherman gardener painter tailor clown pirate snowman
unicorn dinosaur camel zebra parrot raven hamster chicken rooster sheep ghost troll mermaid kangaroo panda bird
caterpillar ladybird worm toad eagle hare cricket pigeon seagull lobster octopus old man old woman teacher""".replace(
        "old man", "old-man"
    )
    .replace("old woman", "old-woman")
    .split()
)
_ADJECTIVES = "little small young brave kind shy clever curious happy lonely gentle cheerful friendly quiet tiny big funny lazy wise good proud silly".split()
_THING_ADJECTIVES = (
    "red blue green yellow golden silver old little shiny white round tiny big pretty wooden strange".split()
)
_PLACES = """the forest|the garden|the meadow|the old mill|the village|the beach|the mountains|the lake|the river|the market|the park
the castle|the island|the valley|the big oak|the farm|the harbour|the hills|the town|the wood|the green field|the sea""".replace(
    "\n", "|"
).split(
    "|"
)
_FOODS = "bread|honey|apples|soup|cake|cherries|cheese|berries|nuts|pancakes|pears|cookies|carrots|plums|warm milk|biscuits|porridge|jam".split(
    "|"
)
_HOMES = """in a small house near {place}|near {place}|in a tiny cottage by {place}|not far from {place}|at the edge of {place}
in a warm little house|with {his} family near {place}|all alone near {place}|in a quiet place close to {place}""".replace(
    "\n", "|"
).split(
    "|"
)
_OPENINGS = [
    "Once upon a time, there was {a_adj} {k} named {h}. {He} lived {home}.",
    "Once upon a time, there lived {a_adj} {k} named {h} {home}.",
    "Once upon a time, {a_adj} {k} lived {home}. {His} name was {h}.",
    "Once upon a time, {home}, there lived {a_adj} {k}. {His} name was {h}.",
    "Once there was {a_adj} {k} named {h}, who lived {home}.",
    "There once was {a_adj} {k} named {h}. {He} lived {home}.",
    "Long ago there lived {a_adj} {k} {home}. Everyone called {him} {h}.",
    "{h} was {a_adj} {k}. {He} lived {home}.",
    "A long time ago, {a_adj} {k} named {h} lived {home}.",
    "{A_adj} {k} named {h} lived {home}.",
    "One day, {a_adj} {k} named {h} had an adventure. {h} lived {home}.",
    "In a land far away, there lived {a_adj} {k}. {His} name was {h}, and {he} lived {home}.",
    "This is the story of {h}, {a_adj} {k}. {He} lived {home}.",
    "Near {place} lived {a_adj} {k} named {h}.",
    "It was a sunny day, and {a_adj} {k} named {h} woke up early. {He} lived {home}.",
    "The {adj0} {k} {h} lived {home}.",
    "The {k} was {adj0}. {His} name was {h}, and {he} lived {home}.",
    "The {adj0} {k} was happy because the sun was shining. {His} name was {h}, and {he} lived {home}.",
    "The {k} was sad because {he} was all alone. {His} name was {h}.",
    "Every morning, the {adj0} {k} {h} went out to see {place}. {He} lived {home}.",
    "In {place} there lived {a_adj} {k}. {His} name was {h}.",
    "Deep in the night, {a_adj} {k} named {h} was awake. {He} lived {home}.",
    "There was {a_adj} {k} whose name was {h}. {He} lived {home}.",
    '"I am {h}," said the {adj0} {k}. {He} lived {home}.',
]
_CLOSINGS = ["The end."] * 2 + ["And they lived happily ever after.", "And that is the end of the story."]
_REQUESTS = [
    "Tell me a story",
    "Tell me a short story",
    "Write a story",
    "Write a short story",
    "I want to hear a story",
    "Can you tell me a story",
    "Please tell me a story",
    "Please write a short story",
    "Make up a story",
    "Invent a story",
    "Give me a story",
    "I would like a story",
    "Could you tell me a little story",
    "tell a story",
    "story please",
    "a story",
    "Tell us a bedtime story",
    "Tell me another story",
    "Another story",
    "Tell me a fairy tale",
    "tell me a tale",
    "write me a story",
    "Read me a story",
    "I need a bedtime story",
    "Can you write a story",
]
_VOWELS = "aeiou"


def _article(word):
    return ("an " if word[0].lower() in _VOWELS and not word.startswith(("uni", "one")) else "a ") + word


def _pick_kind(rng):
    roll = rng.random()
    if roll < 0.72:
        return rng.choice(KINDS).replace("-", " ")
    return rng.choice(NOUNS) if roll < 0.80 else invented_word(rng)


def _habit(pool, kind, rng):
    """Half of the time the same choice for the same kind: then greedy stories of two kinds differ."""
    return pool[sum(kind.encode()) % len(pool)] if rng.random() < 0.5 else rng.choice(pool)


def _pronouns(female):
    return ("she", "her", "her", "herself") if female else ("he", "him", "his", "himself")


def _female(kind, rng):
    if kind in ("girl", "queen", "princess", "witch", "fairy", "mermaid", "hen", "cow", "old woman"):
        return True
    if kind in ("boy", "king", "prince", "wizard", "old man", "rooster", "fisherman", "knight", "snowman"):
        return False
    return rng.random() < 0.5


def _name(female, kind, rng):
    if rng.random() < 0.08:
        return invented_word(rng).capitalize()
    return _habit(SHE_NAMES if female else HE_NAMES, kind, rng)


class Story:
    """One story, with what a request for it may mention."""

    def __init__(self, rng):
        self._rng = rng
        slots = self._cast()
        plot = _habit(_PLOTS, slots["k"], rng)
        slots["thing"] = rng.choice(plot["things"]).replace("-", " ")
        slots["adj"] = rng.choice(_THING_ADJECTIVES)
        slots["place"], slots["food"] = rng.choice(_PLACES), _habit(_FOODS, slots["h"], rng)
        slots["home"] = rng.choice(_HOMES).format(**slots)
        self._slots = slots
        beats = [rng.choice(beat) for beat in plot["beats"]]
        parts = [rng.choice(_OPENINGS)] + beats
        if rng.random() < 0.7:
            parts.append(rng.choice(_CLOSINGS))
        self._theme = rng.choice(plot["themes"])
        self.text = " ".join(part.format(**slots) for part in parts)

    def _cast(self):
        rng = self._rng
        kind, helper = _pick_kind(rng), rng.choice(KINDS).replace("-", " ")
        while helper == kind:
            helper = rng.choice(KINDS).replace("-", " ")
        female, helper_female = _female(kind, rng), _female(helper, rng)
        hero, friend = _name(female, kind, rng), _name(helper_female, helper, rng)
        while friend == hero:
            friend = _name(helper_female, helper, rng)
        he, him, his, himself = _pronouns(female)
        fhe, fhim, fhis, _ = _pronouns(helper_female)
        adjective = rng.choice(_ADJECTIVES)
        return {
            "h": hero,
            "k": kind,
            "he": he,
            "him": him,
            "his": his,
            "himself": himself,
            "He": he.capitalize(),
            "His": his.capitalize(),
            "f": friend,
            "fk": helper,
            "fhe": fhe,
            "fhim": fhim,
            "fhis": fhis,
            "FHe": fhe.capitalize(),
            "adj0": adjective,
            "a_adj": _article(adjective),
            "A_adj": _article(adjective).capitalize(),
        }

    def request(self):
        """What a user might have typed to get this story."""
        rng, slots = self._rng, self._slots
        text = rng.choice(_REQUESTS)
        roll = rng.random()
        if roll < 0.5:
            text += " about " + rng.choice(
                (
                    "{ak}",
                    "{ak}",
                    "{ak}",
                    "{a_adj} {k}",
                    "{ak} named {h}",
                    "{a_adj} {k} named {h}",
                    "{ak} and {afk}",
                    "{h}",
                    "{h} the {k}",
                    "{ak} called {h}",
                    "{h} and {f}",
                )
            )
        elif roll < 0.75:
            text += " about " + self._theme
        elif roll < 0.85:
            text += rng.choice(
                (" about {ak} in {place}", " about {ak} and {a_adj_thing}", " about {ak} who lives near {place}")
            )
        text = text.format(
            ak=_article(slots["k"]), afk=_article(slots["fk"]), a_adj_thing=_article(slots["thing"]), **slots
        ).format(**slots)
        text += rng.choice(("", "", ".", ".", "!", "?", ", please.", " please"))
        return text.lower() if rng.random() < 0.2 else text[0].upper() + text[1:]
