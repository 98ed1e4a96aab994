"""Plots of work, ways and contests; the slots are those of ``plots.py``."""

BUILD = {
    "themes": ["never giving up", "building a {thing}", "trying again", "a {thing}"],
    "things": "boat house kite bridge cart tower sledge tree house raft bench swing".replace(
        "tree house", "treehouse"
    ).split(),
    "beats": [
        [
            "One day {h} wanted to build a {thing}.",
            '"I will build a {thing}," said {h} one morning.',
            "More than anything, {h} wanted a {thing} of {his} own.",
        ],
        [
            "{He} found some wood and a long rope.",
            "{He} looked for wood, nails and a hammer.",
            "{He} worked all day long.",
        ],
        [
            "But the {thing} was weak, and soon it broke.",
            "But when {he} tried it, the {thing} fell apart.",
            "In the evening it was ready. Then the wind blew, and the {thing} broke.",
        ],
        [
            '"I will never get it right," {he} said sadly.',
            "{h} sat down and cried a little.",
            '"All that work for nothing!" {he} said.',
        ],
        [
            "{f}, a {fk} from next door, had seen it all.",
            "Then {f} the {fk} came to see what was wrong.",
            "An old {fk} named {f} stopped and looked at the broken wood.",
        ],
        [
            '"The first one is always for learning," {fhe} said.',
            '"Try again," said {f}, "and this time make it stronger."',
            '"May I help you?" asked {f}. "Two can do more than one."',
        ],
        [
            "So they began again, slowly and with care.",
            "The next day they started again.",
            "{h} dried {his} eyes and began once more.",
        ],
        [
            "{f} held the wood, and {h} tied the rope.",
            "They measured twice and cut once.",
            "They worked for three days and ate {food} in between.",
        ],
        [
            "At last the {thing} was ready, and it was strong.",
            "This time the {thing} did not break.",
            "Then it was done, and it was the finest {thing} for miles around.",
        ],
        [
            '"We did it!" shouted {h}.',
            '"You did it," said {f}. "No, we did it," said {h}.',
            "{h} jumped for joy and thanked {f}.",
        ],
        [
            'And whenever something went wrong, {h} said, "I will try again."',
            "Everybody in {place} came to see it.",
            "After that, {h} and {f} built many things together.",
        ],
    ],
}
TRIP = {
    "themes": ["a long journey", "a trip to {place}", "the way home", "an adventure", "{place}"],
    "things": "hill boat train road river star".split(),
    "beats": [
        [
            "One day {h} wanted to see {place}.",
            "All {his} life {h} had dreamed of {place}.",
            '"Tomorrow I will go to {place}," said {h}.',
        ],
        [
            "{He} packed some {food} and left early in the morning.",
            "{He} put {food} in a bag and said goodbye.",
            "With a bag full of {food}, {he} started to walk.",
        ],
        [
            "The way was long, and the sun was hot.",
            "{He} walked over green hills and through tall grass.",
            "{He} crossed a river and climbed a hill.",
        ],
        [
            "On the way {he} met {f}, a {fk} who was all alone.",
            'After some time {he} met a {fk}. "I am {f}," said the {fk}.',
            "Under a tree sat {f}, a tired {fk}.",
        ],
        [
            '"Where are you going?" asked {f}. "To {place}," said {h}. "Come with me!"',
            '"May I come with you?" asked {f}. "Of course," said {h}.',
            '"It is more fun to walk together," said {h}, and {f} agreed.',
        ],
        [
            "They sang songs and shared the {food}.",
            "They told each other funny stories all the way.",
            "When it rained, they sat under a big leaf and waited.",
        ],
        [
            "But in the evening they came to a place where the road ended.",
            "Then it got dark, and they did not know the way.",
            "Suddenly there was fog everywhere, and they could not see the road.",
        ],
        [
            '"Look at the star up there," said {f}. "It will show us the way."',
            '"Listen," said {h}. "I can hear bells." They followed the sound.',
            '"Take my hand," said {f}. "I know a path."',
        ],
        [
            "In the morning they saw it: {place}, golden in the sun.",
            "And then they stood there and saw {place} at last.",
            "At sunrise they reached {place}.",
        ],
        [
            "It was even more beautiful than in the dream.",
            '"How beautiful!" said {h} and {f} together.',
            "They stayed there the whole day and played.",
        ],
        [
            "When {h} came home, {he} had many stories to tell.",
            "But the best thing that {h} found on the way was a friend.",
            "Then they went home together, tired and happy.",
        ],
    ],
}
TRUTH = {
    "themes": ["telling the truth", "a lie", "a broken {thing}", "saying sorry"],
    "things": "vase cup plate window lamp mirror bowl jug clock".split(),
    "beats": [
        [
            "One day {h} was playing in the house of {f}, an old {fk}.",
            "One afternoon {h} visited {f} the {fk}.",
            "{h} often played at the house of {f}, a friendly {fk}.",
        ],
        [
            "{He} ran too fast, and the {adj} {thing} fell down and broke.",
            "There was a loud crash. The {adj} {thing} was broken.",
            "{He} threw a ball, and it hit the {adj} {thing}. The {thing} broke.",
        ],
        ["Nobody had seen it.", "{h} looked around. No one was there.", "{f} was in the garden and had heard nothing."],
        [
            '"I will say that it was the wind," {he} thought.',
            "Quickly {he} hid the pieces under the bed.",
            "{h} was afraid and ran home.",
        ],
        [
            "That night {he} could not sleep.",
            "But {his} heart was heavy, and {he} could not eat {his} {food}.",
            "All day long {he} felt bad.",
        ],
        [
            "In the morning {he} went back to {f}.",
            "At last {he} knocked at the door of {f}.",
            "The next day {h} took all {his} courage and went to {f}.",
        ],
        [
            '"I broke your {thing}," {he} said. "I am very sorry."',
            '"It was me," said {h}. "I broke the {thing}, and I am sorry."',
            '"I must tell you something," {he} said. "I broke your {thing}."',
        ],
        [
            "{f} was quiet for a moment. Then {fhe} smiled.",
            "{f} looked at {him} for a long time.",
            '"I know," said {f}. "I was waiting for you."',
        ],
        [
            '"A {thing} is only a {thing}," said {f}, "but the truth is worth much more."',
            '"Thank you for telling me the truth," {fhe} said.',
            '"It takes courage to tell the truth," said {f}.',
        ],
        [
            "Together they glued the pieces, and the {thing} was almost as good as new.",
            "They made some {food} together and laughed again.",
            "Then they went out and bought a new {thing}.",
        ],
        ["{h} felt as light as a feather.", "And {h} never told a lie again.", "That night {h} slept very well."],
    ],
}
RACE = {
    "themes": ["a race", "winning", "being slow", "a contest"],
    "things": "race contest".split(),
    "beats": [
        [
            "One day there was a great {thing} in {place}.",
            "Every summer there was a {thing} in {place}.",
            '"Tomorrow is the big {thing}!" everyone said.',
        ],
        [
            "{h} wanted to win more than anything.",
            "{h} had trained for many weeks.",
            '"I am small, but I will try," said {h}.',
        ],
        [
            "The fastest of all was {f}, a proud {fk}.",
            "{f} the {fk} had won every year.",
            '"Nobody can beat me," said {f}, a {fk} with long legs.',
        ],
        [
            '"Ready, steady, go!" And off they went.',
            "The bell rang, and everybody ran.",
            "A whistle blew, and they all started to run.",
        ],
        [
            "{f} was far ahead, and {h} came last.",
            "Soon {f} was out of sight.",
            "{f} ran like the wind and looked back and laughed.",
        ],
        ["But {h} did not stop.", "{h} went on, step by step.", "{h} breathed deeply and kept running."],
        [
            "Near the end {h} saw {f} on the ground. {FHe} had fallen and hurt {fhis} leg.",
            "Then {h} saw that {f} had fallen into the mud and could not get up.",
            "Behind a corner sat {f} and cried, for {fhe} had fallen.",
        ],
        [
            '"I could win now," thought {h}. But {he} stopped.',
            "{h} saw the finish, and {he} saw {f}. Then {he} turned around.",
            "{h} did not think twice.",
        ],
        [
            '"Lean on me," {he} said, and together they walked on.',
            "{He} helped {f} up, and they went on together.",
            '"Come, we will finish together," said {h}.',
        ],
        [
            "They came in last, but everyone cheered for them.",
            "They crossed the line side by side, and the crowd cheered.",
            "Nobody had ever cheered so loudly.",
        ],
        [
            '"You are the real winner," said {f}.',
            '{f} was not proud any more. "Thank you, my friend," {fhe} said.',
            "From that day on, {f} and {h} ran together every morning.",
        ],
    ],
}
RAIN = {
    "themes": ["a rainy day", "a party", "bad weather", "a birthday"],
    "things": "party picnic birthday".split(),
    "beats": [
        [
            "It was the day of the {thing}, and {h} was very excited.",
            "{h} had planned a {thing} in {place}.",
            '"Today we will have a {thing}!" said {h} and jumped out of bed.',
        ],
        [
            "There was {food} for everyone, and there were lamps in all colours.",
            "{He} had made {food}, and all the friends were coming.",
            "Everything was ready: the {food}, the music and the games.",
        ],
        [
            "But then dark clouds came, and it began to rain.",
            "But at noon the sky turned grey, and soon it rained and rained.",
            "Then there was thunder, and the rain came down.",
        ],
        [
            '"Everything is ruined," said {h}.',
            "{h} looked out of the window and wanted to cry.",
            '"Now nobody will come," {he} said sadly.',
        ],
        [
            "There was a knock at the door. It was {f} the {fk}, wet from head to foot.",
            "Then {f}, a cheerful {fk}, came in and shook off the water.",
            "But {f} the {fk} came all the same, under a big umbrella.",
        ],
        [
            '"A little rain cannot stop us," said {f}.',
            '"Who is afraid of rain?" asked {f} and laughed.',
            '"I love the rain," said {f}. "Let us have the {thing} inside."',
        ],
        [
            "They pushed the table aside and hung the lamps on the wall.",
            "They built a tent from blankets in the middle of the room.",
            "They carried everything inside and lit a fire.",
        ],
        [
            "One after the other the friends arrived.",
            "Soon the little house was full of friends.",
            "More and more friends knocked at the door.",
        ],
        [
            "They danced, they sang and they ate {food}.",
            "They played games and told stories while the rain drummed on the roof.",
            "They jumped into the puddles and laughed.",
        ],
        [
            "When the rain stopped, there was a big rainbow in the sky.",
            "In the evening the clouds went away, and they saw a thousand stars.",
            "At the end of the day the sun came out once more.",
        ],
        [
            '"That was the best {thing} ever," said {h}.',
            "And {h} was glad that it had rained.",
            '"Next time I hope it rains again," said {h}.',
        ],
    ],
}
