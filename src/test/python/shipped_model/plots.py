"""What can happen in a story: plots as beats, each beat a choice of wordings.

Slots: hero {h} with {he} {him} {his} ({He}, {His} at a start), helper {f} the {fk} with {fhe} {fhim} {fhis} ({FHe}),
{thing} one thing, {place} a place with its article, {food} something to eat, {adj} the thing's adjective.
"""

LOST = {
    "themes": ["losing something", "a lost {thing}", "looking for a {thing}", "a good friend"],
    "things": "ball hat scarf key bell kite drum whistle book ring lamp basket spoon mitten button ribbon".split(),
    "beats": [
        [
            "{h} had a {adj} {thing} and loved it very much.",
            "{His} favourite thing in the world was a {adj} {thing}.",
            "{He} owned a {adj} {thing}, a gift from {his} grandmother.",
        ],
        [
            "One morning the {thing} was gone.",
            "One day {he} woke up and could not find the {thing}.",
            "But one windy day, the {thing} was suddenly gone.",
        ],
        [
            "{h} looked under the bed, but it was not there.",
            "{He} looked in every corner of the house and found nothing.",
            "{He} searched behind the door and under the table, but there was no {thing}.",
        ],
        [
            '"Oh no, where can it be?" said {h}.',
            '"I must find my {thing}!" {he} cried.',
            "{He} sat down and felt very sad.",
        ],
        [
            "Then {h} met {f}, a {fk} who lived nearby.",
            "Just then {f} the {fk} came along.",
            "On the way to {place}, {he} met a {fk} named {f}.",
        ],
        [
            '"Why are you so sad?" asked {f}. "I have lost my {thing}," said {h}.',
            '"Have you seen my {adj} {thing}?" asked {h}. "No," said {f}, "but I will help you look."',
            '"I cannot find my {thing}," said {h}. "Then let us look together," said {f}.',
        ],
        [
            "They walked all the way to {place} and looked behind every tree.",
            "They looked high and low, all the way to {place}.",
            "Together they searched {place} until the sun was low.",
        ],
        [
            "At last {f} saw something {adj} in the grass. It was the {thing}!",
            'Then {h} saw the {thing} under a bush. "There it is!" {he} shouted.',
            "Suddenly {f} pointed at a branch. There hung the {thing}!",
        ],
        [
            '"Thank you, {f}," said {h}. "You are a true friend."',
            "{h} hugged {f} and laughed for joy.",
            "{h} was so happy that {he} danced around {f}.",
        ],
        [
            "From that day on, {h} took good care of the {thing}.",
            "That evening they shared some {food} and told each other stories.",
            "And {h} learned that everything is easier with a friend.",
        ],
    ],
}
HELP = {
    "themes": ["helping others", "being kind", "kindness", "a good deed"],
    "things": "thorn net hole branch stone fence puddle log".split(),
    "beats": [
        [
            "One day {h} went for a walk in {place}.",
            "One sunny morning {he} walked along the path to {place}.",
            "One afternoon {h} was on {his} way to {place}.",
        ],
        [
            'Suddenly {he} heard a small voice. "Help! Help!"',
            "Then {he} heard somebody crying.",
            "There {he} heard a quiet voice calling for help.",
        ],
        [
            "It was {f}, a little {fk}, who could not get away from a big {thing}.",
            "Near a big {thing} sat {f}, a {fk} with a hurt foot.",
            "Behind a big {thing} {he} found a {fk} named {f}, who was stuck.",
        ],
        [
            '"Do not be afraid," said {h}. "I will help you."',
            '"Please help me," said {f}. "I have been here all day."',
            '"Who will help me?" cried {f}. "I will," said {h}.',
        ],
        [
            "{h} pulled with all {his} strength, and at last {f} was free.",
            "It was hard work, but {h} did not give up, and soon {f} was safe.",
            "{He} worked slowly and carefully until {f} could stand again.",
        ],
        [
            '"Thank you," said {f}. "One day I will help you too." {h} only smiled.',
            '{f} was very thankful. "I will never forget this," {fhe} said.',
            '"You saved me!" said {f} and gave {h} some {food}.',
        ],
        [
            "Some days later, {h} lost {his} way in the dark.",
            "The next week a great storm came, and {h} could not find {his} way home.",
            "When winter came, {h} had nothing left to eat.",
        ],
        [
            "But {f} had seen {him} and came at once.",
            "Then {he} saw a light. It was {f} with a lamp.",
            "There was a knock at the door, and there stood {f}.",
        ],
        [
            '"You helped me, and now I help you," said {f}.',
            '"Come with me," said {f}. "My house is warm, and there is {food} for both of us."',
            '"Friends help each other," said {f}.',
        ],
        [
            "So {h} learned that a kind deed comes back one day.",
            "After that, {h} and {f} were the best of friends.",
            "They sat by the fire and were happy, and they stayed friends for ever.",
        ],
    ],
}
FEAR = {
    "themes": ["being brave", "being afraid", "courage", "the dark"],
    "things": "dark|deep water|thunder|high bridge|big wind|old cave".split("|"),
    "beats": [
        [
            "There was only one problem: {h} was afraid of the {thing}.",
            "But {h} had a secret. {He} was afraid of the {thing}.",
            "{He} was not afraid of much, but {he} was very afraid of the {thing}.",
        ],
        [
            "The others laughed about it, and that made {him} sad.",
            "Nobody knew about it, because {h} told no one.",
            '"I wish I were brave," {he} often thought.',
        ],
        [
            "{His} best friend was {f}, a {fk}.",
            "{He} had a good friend, a {fk} named {f}.",
            "Every day {he} played with {f} the {fk}.",
        ],
        [
            "One evening {f} did not come home from {place}.",
            "One day {f} got lost near {place}.",
            "Then one night {f} called for help from {place}.",
        ],
        [
            "To reach {fhim}, {h} had to face the {thing}.",
            "The only way to {fhim} led right to the {thing}.",
            "But between them was the {thing}.",
        ],
        [
            '{His} knees shook. "I am afraid," {he} whispered, "but {f} needs me."',
            '{h} took a deep breath. "I can do this," {he} said.',
            "{He} closed {his} eyes for a moment and thought of {f}.",
        ],
        [
            "Step by step {he} went on, and {he} did not turn back.",
            "Slowly, very slowly, {he} went on.",
            "{He} sang a little song and kept walking.",
        ],
        [
            "At last {he} found {f} and took {fhim} by the hand.",
            "And there was {f}, cold and tired, but safe.",
            '"You came!" cried {f}. "I knew that you would come."',
        ],
        [
            "Together they went home.",
            "They walked home side by side.",
            "Soon they were both at home and drank warm milk.",
        ],
        [
            '"You are the bravest friend of all," said {f}.',
            '"Were you not afraid?" asked {f}. "I was," said {h}, "but I went anyway."',
            "From then on, {h} knew that being brave means to go on when you are afraid.",
        ],
    ],
}
SHARE = {
    "themes": ["sharing", "being greedy", "{food}", "giving"],
    "things": "basket bowl bag box jar plate".split(),
    "beats": [
        [
            "One day {h} found a big {thing} full of {food}.",
            "One morning there was a {thing} full of {food} at {his} door.",
            "In {place} {he} found a {thing}, and it was full of {food}.",
        ],
        [
            '"This is all mine," {he} said.',
            '"I will not share it with anyone," {he} thought.',
            '"I will eat it all by myself," said {h}.',
        ],
        [
            "Then {f} the {fk} came by.",
            "Soon a hungry {fk} named {f} came along.",
            "Not long after, {f}, a thin {fk}, knocked at the door.",
        ],
        [
            '"I am so hungry," said {f}. "May I have a little?"',
            '"What do you have there?" asked {f}. "It smells so good."',
            '"Could you give me some {food}?" asked {f}.',
        ],
        [
            '"No," said {h} and turned away. {f} went off without a word.',
            '"There is not enough for two," said {h}, and {f} walked away sadly.',
            '"Go away," said {h}. {f} looked down and left.',
        ],
        [
            "{h} ate and ate, but it did not taste good.",
            "{He} began to eat, but soon {he} felt alone.",
            "{He} sat down to eat. It was very quiet, and {he} was not happy.",
        ],
        [
            '"What good is {food} without a friend?" {he} thought.',
            "{He} thought of the sad face of {f}.",
            '"That was not kind of me," {he} said to {himself}.',
        ],
        [
            "So {he} took the {thing} and ran after {f}.",
            "{He} jumped up and went to look for {f}.",
            '{h} ran down the road and called, "{f}, wait!"',
        ],
        [
            '"I am sorry," said {h}. "Please eat with me."',
            '"Let us share it," said {h}.',
            '"There is enough for both of us," {he} said.',
        ],
        [
            "They sat down together, and the {food} had never tasted so good.",
            "{f} smiled, and they ate together until the {thing} was empty.",
            "They ate and laughed until the moon came up.",
        ],
        [
            "And {h} never forgot that sharing makes everything sweeter.",
            "From that day on, {h} always shared what {he} had.",
            "Since then they eat together every evening.",
        ],
    ],
}
FOUND = {
    "themes": ["a {adj} {thing}", "a secret", "finding a {thing}", "a mystery", "magic"],
    "things": "key box egg map lamp bottle mirror book stone coin shell door".split(),
    "beats": [
        [
            "One day {h} found a {adj} {thing} in {place}.",
            "One rainy day {he} saw something shine in {place}. It was a {adj} {thing}.",
            "While {he} was playing in {place}, {he} found a {adj} {thing}.",
        ],
        [
            "{He} had never seen anything like it.",
            '"Where does it come from?" {he} wondered.',
            "It was old, and there was a small star on it.",
        ],
        [
            "{He} took it to {f}, a wise old {fk}.",
            "{He} showed it to {his} friend {f}, a {fk}.",
            '"I must show this to {f}," {he} said. {f} was a {fk} who knew many things.',
        ],
        [
            '{f} looked at it for a long time. "This {thing} is magic," {fhe} said.',
            '"Be careful," said {f}. "It may be magic."',
            '"I have heard of this {thing}," said {f}. "It gives you one wish."',
        ],
        [
            "That night the {thing} began to glow.",
            "When {h} touched it, it began to sing.",
            "{h} held it in {his} hands, and it became warm.",
        ],
        [
            '"You may make one wish," said a soft voice.',
            'A soft voice said, "Tell me your wish."',
            '"What do you wish for?" asked a tiny voice.',
        ],
        [
            "{h} thought about gold and about {food}.",
            "{He} thought for a long time.",
            "First {he} wanted to ask for a castle.",
        ],
        [
            'Then {he} said, "I wish that nobody here is ever lonely."',
            'But then {he} said, "I wish for a warm home for everyone."',
            'In the end {he} said, "I wish that my friends are always happy."',
        ],
        [
            "The {thing} shone once more and was gone.",
            "There was a bright light, and then the {thing} was only a {thing} again.",
            "The voice laughed kindly, and the {thing} became quiet.",
        ],
        [
            "In the morning everybody in the village was smiling, and nobody knew why.",
            '"That was a good wish," said {f}.',
            "And if you look closely, you can still see a small light in {place}.",
        ],
        [
            "Only {h} and {f} knew the secret.",
            "{h} smiled and said nothing.",
            "{h} was happy, because it was the best wish of all.",
        ],
    ],
}
