"""Pools that only tests use; running this file writes them, with the seen phrasings, as JSON.

python heldout.py ../../resources/passkey/pools.json
"""

import json
import sys

import phrasings

FILLER_SLOTS = {
    "worker": """plumber electrician librarian gardener's-apprentice beekeeper weaver potter locksmith saddler
        ferryman glazier astronomer botanist violinist organist cellist typesetter bookbinder milkmaid cobbler
        watchmaker lumberjack mountaineer lifeguard ranger curator surveyor translator chemist archivist""",
    "stuff": """anchor compass sundial barometer lantern kayak trolley wheelbarrow scaffold pulley telescope
        microscope notebook calendar dictionary tapestry pottery sculpture fresco mosaic parchment envelope-opener
        cushion-cover teapot saucepan casserole corkscrew thermos rucksack bicycle tricycle scooter gondola
        trombone clarinet accordion xylophone tambourine harmonica marble-run chessboard domino puzzle jigsaw""",
    "site": """peninsula lagoon canyon glacier plateau marsh orchard vineyard quarry shipyard aqueduct viaduct
        promenade boulevard courtyard pavilion conservatory greenhouse planetarium gymnasium cafeteria dormitory
        warehouse refinery brewery dairy laundry foundry smithy parsonage cloister chapel abbey fortress""",
    "look": """ancient crooked enormous delicate elegant faded fragile gleaming greasy hollow humid immense
        magnificent modest muddy narrow-necked ornate peculiar polished rusty shabby slippery sturdy tangled
        transparent uneven velvet weathered worthless spotless""",
    "did": """inspected measured sketched photographed borrowed rented polished varnished dismantled assembled
        described examined admired ignored praised mended labelled weighed auctioned donated unpacked
        rearranged restored sharpened translated""",
    "crop": """lavender barley turnips rhubarb spinach asparagus apricots almonds walnuts blackberries gooseberries
        oregano rosemary thyme parsley mustard saffron cinnamon ginger vanilla""",
    "month": "January February March April May June July August September October November December",
    "visitor": "Agatha Benedict Cordelia Desmond Eleanor Frederick Gwendolyn Harriet Ignatius Josephine Kenneth "
    "Leopold Mathilda Nathaniel Octavia Percival Quentin Rosalind Sebastian Theodora Ursula Vincent Winifred",
}
FILLER = [
    "Throughout {month}, the {worker} {did} one {stuff} after another.",
    "Visitors to the {site} usually admire its {look} {stuff}.",
    "According to {visitor}, nothing compares with a {look} {site} in {month}.",
    "Beyond the {site}, rows of {crop} stretched toward a {look} {site}.",
    "{visitor} {did} the {stuff} while the {worker} prepared lunch.",
    "An unusually {look} {stuff} hung above the entrance of the {site}.",
    "Whoever enters the {site} should first greet the {worker}.",
    "During {month} the {site} remains closed to everyone except the {worker}.",
    "Several experts compared the {stuff} with another {stuff} from the {site}.",
    "{visitor} exchanged some {crop} for a {look} {stuff}.",
    "Although the {stuff} seemed {look}, the {worker} {did} it anyway.",
    "Local {crop} tastes better than anything imported through the {site}.",
    "Between the {site} and the {site} runs a {look} footpath.",
    "The committee thanked {visitor} for the {look} {stuff}.",
    "Experienced {worker}s rarely leave a {stuff} unattended.",
    "Because of heavy rainfall, the {site} smelled of {crop}.",
    "{visitor} and {visitor} argued about the {stuff} until midnight.",
    "Dried {crop} filled every cupboard belonging to the {worker}.",
    "Unless {month} turns out {look}, the {site} will reopen.",
    "Halfway through the tour, {visitor} {did} a {look} {stuff}.",
    "Both the {worker} and {visitor} preferred {crop} to {crop}.",
    "Historians still debate who originally {did} the {stuff}.",
    "The smell of {crop} drifted across the {look} {site}.",
    "Having {did} the {stuff}, {visitor} strolled toward the {site}.",
    "Rumours about the {look} {site} spread quickly during {month}.",
    "Inside the {site}, a {worker} was explaining how {crop} grows.",
    "{visitor} collects every {stuff} that looks {look}.",
    "Without {crop}, the {worker} cannot finish the {look} {stuff}.",
    "Thousands of people visited the {site} in {month}.",
    "The {worker} apologised because the {stuff} appeared {look}.",
    "Next to {visitor} sat a {worker} holding a {stuff}.",
    "Whenever {month} arrives, {visitor} plants {crop} beside the {site}.",
    "Repairing a {look} {stuff} requires patience, {crop} and some luck.",
    "A narrow bridge connects the {site} with {visitor}'s {look} {site}.",
    "Few {worker}s have ever {did} such a {look} {stuff}.",
    '"Nothing beats {crop} in {month}," declared {visitor}.',
    '"Whose {stuff} is that?" wondered the {worker}.',
    '"Our {site} needs another {worker}," announced {visitor}.',
    "Critics called the {stuff} {look}, yet {visitor} defended it.",
    "Yesterday {visitor} {did} the {stuff} beside the {look} {site}.",
    "The museum displays a {look} {stuff} donated by {visitor}.",
    "Around noon, the {worker} carried {crop} into the {site}.",
    "Perhaps {visitor} will explain why the {stuff} became {look}.",
    "{month} brought {look} weather, so the {worker} stayed indoors.",
    "Most travellers overlook the {site} because of its {look} entrance.",
]
NAMES = [
    "the lighthouse",
    "the windmill",
    "the observatory",
    "the old submarine",
    "the opera",
    "the planetarium tower",
    "the hydrofoil",
    "the monastery",
    "the zeppelin",
    "the caravan",
    "the catacombs",
    "the glass pagoda",
    "the silver locomotive",
    "the greenhouse",
    "the boathouse",
    "the clubhouse",
    "the treehouse",
    "the embassy",
    "the carousel",
    "the archive",
    "the northern citadel",
    "the laboratory",
    "the submarine",
    "the hospital",
    "the theatre",
    "the stadium",
    "the airport",
    "the university",
    "the drawbridge",
    "the icebreaker",
    "the beehive",
    "the barracks",
    "the aquarium",
    "the gallery",
    "the blue minibus",
    "the toboggan",
    "the sanatorium",
    "the steamboat",
    "the funicular",
    "the amphitheatre",
    "Captain Orrin",
    "Doctor Quillfeather",
    "Professor Umberlake",
    "Madame Ottoline",
    "Sergeant Iverness",
    "Sir Ambrose",
    "Miss Quimby",
    "Inspector Eudora",
    "Brother Ignaz",
    "Lady Umbria",
    "Commander Okoye",
    "Aunt Ximena",
    "Velquora",
    "Quessandra",
    "Ixelhaven",
    "Umbrosia",
    "Oquendo",
    "Aethelmoor",
    "Uqbaria",
    "Evrinholm",
    "Yquemont",
    "Icarion",
    "Octavius",
    "Esmeralda",
    "Evangeline",
    "Ulysses",
    "Aurelia",
    "Isadora",
    "Ophelia",
    "Euphemia",
    "Ezekiel",
    "Quincy",
    "Ottoline's piano",
    "Quentin's submarine",
    "Agatha's observatory",
    "Ursula's scooter",
    "Winifred's orchard",
    "Project Quicksilver",
    "Operation Umbra",
    "Platform Oxide",
    "Hangar Quartz",
    "Station Equinox",
    "Vessel Iguana",
    "the Quorum Society",
    "the Umbra Guild",
    "the Equinox Club",
    "the Ibex Inn",
    "the Oyster Tavern",
    "the Iguana Bar",
]
ATTRIBUTES = [
    "combination",
    "entrance code",
    "identification number",
    "reference number",
    "unlock code",
    "badge number",
    "licence number",
    "confirmation code",
]
FACTS = [
    "Nobody should learn that {n} still relies on the {a} {c}.",
    "In case anyone asks, the {a} of {n} happens to be {c}.",
    "Under the heading of {n}, the records list the {a} {c}.",
    "Yesterday the {a} of {n} was changed to {c}.",
    "An official notice states that the {a} for {n} is now {c}.",
    "Keep this to yourself: the {a} for {n} equals {c}.",
    "Our files show {c} as the {a} of {n}.",
    "Engraved on a brass sign was the {a} of {n}, namely {c}.",
    "Whoever wants to enter {n} types the {a} {c}.",
    "The correct {a} of {n} turned out to be {c}.",
    "It should be mentioned that {n} has {a} {c}.",
    "Concerning {n}: the {a} reads {c}.",
    "Mind that the {a} of {n} remains {c}.",
    "{N} can be recognised by the {a} {c}.",
]
QUESTIONS = [
    "Would you kindly look up the {a} of {n}?",
    "Which value is recorded as the {a} of {n}?",
    "I am searching for the {a} of {n}; where does it say what it is?",
    "Quote the {a} of {n}.",
    "From what you just read, what must the {a} of {n} be?",
    "Somebody asked me about the {a} of {n}. What should I answer?",
    "Kindly state the {a} for {n}.",
    "What might be the {a} of {n}?",
    "Name the {a} of {n}.",
    "Have you spotted the {a} of {n}?",
    "Under which {a} is {n} known?",
    "Extract the {a} of {n} from the passage.",
]
LAYOUTS = [
    "Below is a passage with one important detail.\n\n{text}\n\nPlease answer: {question}",
    "{text}\n\nHaving read all of that, {question}",
    "Document:\n{text}\n\nRequest: {question}",
    "I will ask you about this passage: {text}\n\n{question}",
    "[{text}]\n\n{question}",
    "Passage:\n\n{text}\n\nTask: {question}",
]


def slots():
    """Slot name to its words; a hyphen inside a word stands for itself."""
    return {name: words.split() for name, words in FILLER_SLOTS.items()}


def _flagged(seen, held_out):
    unique = list(dict.fromkeys(seen))
    return [{"text": text, "heldOut": False} for text in unique] + [
        {"text": text, "heldOut": True} for text in held_out
    ]


def pools():
    """Everything a test needs to compose cases; see README.md for how."""
    return {
        "filler": FILLER,
        "slots": slots(),
        "names": NAMES,
        "attributes": _flagged(phrasings.ATTRIBUTES, ATTRIBUTES),
        "facts": _flagged(phrasings.FACTS, FACTS),
        "questions": _flagged(phrasings.QUESTIONS, QUESTIONS),
        "layouts": _flagged(phrasings.LAYOUTS, LAYOUTS),
    }


def main():
    with open(sys.argv[1], "w", encoding="utf-8") as out:
        json.dump(pools(), out, indent=1, ensure_ascii=False)
        out.write("\n")


if __name__ == "__main__":
    main()
