"""Plots of growing, meeting, rescuing and giving; the slots are those of ``plots.py``."""

SEED = {
    "themes": ["a garden", "being patient", "waiting", "a seed", "a flower"],
    "things": "sunflower rose apple tree tulip pumpkin bean pear tree".replace("apple tree", "apple-tree")
    .replace("pear tree", "pear-tree")
    .split(),
    "beats": [
        [
            "One spring day {f}, an old {fk}, gave {h} a tiny seed.",
            "One day {h} got a small seed from {f} the {fk}.",
            '"This is for you," said {f} the {fk} and put a seed in {his} hand.',
        ],
        [
            '"If you take care of it, it will be a {thing}," said {f}.',
            '"What is it?" asked {h}. "Wait and see," said {f}.',
            '"Inside it sleeps a {thing}," said {f}.',
        ],
        [
            "{h} put it into the earth and gave it water.",
            "{He} dug a little hole, put the seed in it and covered it with earth.",
            "{He} planted it behind the house, where the sun was warm.",
        ],
        [
            "The next morning {he} looked, but nothing had happened.",
            "Every day {he} looked, and every day there was only earth.",
            "After a week there was still nothing to see.",
        ],
        [
            '"It does not work," said {h}.',
            '"Maybe it is a bad seed," {he} said.',
            '"How long must I wait?" {he} asked.',
        ],
        [
            '"Good things take time," said {f}.',
            '"Be patient," said {f}. "It is working where you cannot see it."',
            '{f} laughed. "You cannot hurry a seed," {fhe} said.',
        ],
        [
            "So {h} gave it water every day and sang to it.",
            "So {he} waited, and {he} never forgot the water.",
            "{h} sat beside it every evening and told it a story.",
        ],
        [
            "And one morning there was a small green leaf.",
            "Then, after a warm night, something green looked out of the earth.",
            "One day the earth broke open, and there was a tiny green leaf.",
        ],
        [
            "It grew and grew, and by summer it was taller than {h}.",
            "Day by day it grew, and soon there were many leaves.",
            "{h} was so happy that {he} called everyone to come and look.",
        ],
        [
            "It was the most beautiful {thing} in {place}.",
            "In summer it was a wonderful {thing}.",
            "Everyone came from {place} to see the {thing}.",
        ],
        [
            '"You were right," said {h} to {f}. "It was worth the wait."',
            "In autumn {h} gave a new seed to a friend.",
            "And {h} learned to be patient.",
        ],
    ],
}
NEW = {
    "themes": ["a new friend", "being different", "a new neighbour", "friendship"],
    "things": "house cottage tent cabin".split(),
    "beats": [
        [
            "One day somebody new moved into the {adj} {thing} next door.",
            "One day a stranger came to live in the {adj} {thing} near {place}.",
            "For a long time the {adj} {thing} had been empty. Then somebody moved in.",
        ],
        ["It was {f}, a {fk}.", "It was a {fk}, and {fhis} name was {f}.", "The new neighbour was a {fk} named {f}."],
        [
            "{f} was quiet and looked different from the others.",
            "Nobody in the village had ever met a {fk}.",
            "{f} spoke softly and always stayed alone.",
        ],
        [
            '"I do not like strangers," said some of the others.',
            "The others whispered and stayed away.",
            '"Maybe {fhe} is dangerous," somebody said.',
        ],
        ["But {h} was curious.", 'But {h} thought, "It must be hard to be alone."', "{h} felt sorry for {f}."],
        [
            "So {he} took some {food} and knocked at the door.",
            "{He} baked some {food} and went over.",
            'One evening {h} went to the {thing} and said, "Welcome!"',
        ],
        [
            '{f} opened the door a little. "Is that for me?" {fhe} asked.',
            '{f} was surprised. "You are the first one who came," {fhe} said.',
            '"Please come in," said {f} shyly.',
        ],
        [
            "Inside there were many strange and wonderful things.",
            "{f} had travelled far and knew a hundred stories.",
            "{f} played the flute, and it was the sweetest music in the world.",
        ],
        [
            "{h} stayed until late, and they laughed a lot.",
            "They talked and talked and forgot the time.",
            '"Will you come again?" asked {f}. "Tomorrow," said {h}.',
        ],
        [
            "The next day {h} brought all the others along.",
            "Soon everyone wanted to meet {f}.",
            "When the others heard the music, they came too.",
        ],
        [
            "And soon nobody could remember why they had been afraid.",
            "And {f} was never alone again.",
            '"It is good that you came here," said {h}, and {f} smiled.',
        ],
    ],
}
STAR = {
    "themes": ["a star", "the moon", "the night sky", "bedtime", "a dream"],
    "things": "star moonbeam cloud firefly".split(),
    "beats": [
        [
            "One night {h} could not sleep.",
            "Every night {h} looked at the sky.",
            "It was late, but {h} was still awake.",
        ],
        [
            "{He} saw a little {thing} fall into {place}.",
            "Then {he} saw a tiny light. It was a {thing} that had lost its way.",
            "Outside the window something was shining. It was a small {thing}.",
        ],
        [
            '"I am lost," said the {thing}. "I want to go home."',
            '"Please help me," said the {thing} with a voice like a bell.',
            '"I fell down," said the {thing}, "and now I am too tired to fly."',
        ],
        [
            "{h} took it carefully in {his} hands and went to {f}, a clever {fk}.",
            "{h} woke {his} friend {f}, a {fk}.",
            '"I know who can help," said {h} and called {f} the {fk}.',
        ],
        [
            '"We must climb the highest hill," said {f}.',
            '"It needs a warm wind," said {f}. "Let us go up the hill."',
            '"The sky is closest on top of the mountain," said {f}.',
        ],
        [
            "So they walked through the dark, and the {thing} showed them the way.",
            "They climbed and climbed, and the {thing} lit the path.",
            "They walked for a long time, but the {thing} kept them warm.",
        ],
        [
            "On top of the hill {h} held the {thing} up high.",
            "At the top they were close to the sky.",
            "At last they stood on the top, and a soft wind was blowing.",
        ],
        [
            '"Fly home," {he} whispered.',
            '"One, two, three!" they called and let it go.',
            '"Goodbye, little {thing}," said {h}.',
        ],
        [
            "The {thing} rose higher and higher until it was only a small point of light.",
            "It rose into the sky and danced for joy.",
            "The wind carried it up, and it was home again.",
        ],
        [
            '"Look, it is winking at us," said {f}.',
            "They sat in the grass and looked up for a long time.",
            "{h} yawned, and {f} carried {him} home.",
        ],
        [
            "Since then {h} says good night to it every evening.",
            "And every night it shines right through the window of {h}.",
            "Then {h} went to bed and slept until the morning.",
        ],
    ],
}
WATER = {
    "themes": ["a flood", "a river", "a rescue", "a storm", "working together"],
    "things": "river lake stream sea".split(),
    "beats": [
        [
            "One autumn it rained for seven days.",
            "One day a great storm came.",
            "It had rained all week, and the water was high.",
        ],
        [
            "The {thing} rose and rose.",
            "The water of the {thing} came closer and closer to the houses.",
            "Soon the {thing} was as wide as a field.",
        ],
        [
            "{h} looked out and saw {f}, a {fk}, on a small piece of land in the middle of the water.",
            "Then {h} heard a cry. {f} the {fk} was sitting on a roof in the middle of the water.",
            "In the middle of the water sat {f}, a frightened {fk}, in a tree.",
        ],
        [
            '"I cannot swim!" cried {f}.',
            '"Help me!" called {f}. "The water is rising!"',
            '"Somebody help me!" cried {f}.',
        ],
        [
            "{h} was too small to do it alone.",
            '"I cannot do it alone," thought {h}.',
            "{h} ran as fast as {he} could and called all the neighbours.",
        ],
        [
            '"Come, everyone!" {he} shouted. "Bring a rope!"',
            '"If we all help, we can do it," {he} said.',
            '"We need a long rope and many hands," said {h}.',
        ],
        [
            "They held on to each other and made a long chain.",
            "They tied the rope to a tree, and all of them held it.",
            "They found an old door and made a raft from it.",
        ],
        [
            "{h} was at the front, and the water was cold.",
            "{h} went first and did not look down.",
            "Step by step {h} came closer to {f}.",
        ],
        [
            '"Take my hand!" {he} called, and {f} took it.',
            '"Jump!" called {h}, and {f} jumped right into {his} arms.',
            "{h} reached out and caught {f} at the last moment.",
        ],
        [
            "Then everyone pulled until both of them were safe on land.",
            '"Pull!" shouted everyone, and soon they were both safe.',
            "They pulled and pulled, and at last all were safe.",
        ],
        [
            "They sat around a fire and ate hot {food}.",
            '"Alone I am small," said {h}, "but together we are strong."',
            "{f} thanked everyone, and {h} most of all.",
        ],
    ],
}
GIFT = {
    "themes": ["a gift", "a present", "grandmother", "a surprise"],
    "things": "scarf necklace picture song basket candle cake poem".split(),
    "beats": [
        [
            "It was almost the birthday of {f}, a dear old {fk}.",
            "Winter was coming, and {h} wanted to give something to {f} the {fk}.",
            "{h} wanted to make a gift for {f}, a {fk} who was always kind to {him}.",
        ],
        ["But {h} had no money.", '"What can I give {fhim}?" {he} wondered.', "{He} had only one small coin."],
        [
            "{He} went to the market and looked at all the fine things.",
            "In the shops everything was too expensive.",
            "{He} walked through {place} and thought and thought.",
        ],
        [
            'Then {he} had an idea. "I will make a {thing}!"',
            '"I know!" {he} said. "I will make a {thing} myself."',
            "Suddenly {he} smiled. A {thing} would be just right.",
        ],
        [
            "{He} worked on it every evening by the light of a candle.",
            "For five days {he} worked in secret.",
            "It was not easy, and {he} had to begin again twice.",
        ],
        [
            "When it was ready, it was a little crooked.",
            "The {thing} was not perfect, but it was made with love.",
            "In the end there was a {thing}, simple and beautiful.",
        ],
        [
            "The next morning {h} went to {f} with a beating heart.",
            "{h} put it in a box with a red ribbon and took it to {f}.",
            "{He} put it at the door of {f}, knocked and hid behind a tree.",
        ],
        [
            "{f} opened it slowly, and {fhis} eyes became wet.",
            "{f} looked at it and said nothing for a while.",
            "{f} held it up and laughed with joy.",
        ],
        [
            '"Do you not like it?" asked {h}. "It is the best gift that I ever had," said {f}.',
            '"You made it yourself?" asked {f}. "Then it is worth more than gold."',
            '"Nobody ever made a {thing} for me," said {f}.',
        ],
        [
            "Then they ate {food} together and sang until late.",
            "They hugged each other for a long time.",
            "{f} kept it in the best place in the house.",
        ],
        [
            "And {h} learned that the best gifts come from the heart.",
            "That was a day that both of them never forgot.",
            "On the way home {h} was happier than ever before.",
        ],
    ],
}
