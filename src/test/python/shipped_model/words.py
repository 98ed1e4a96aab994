"""Word pools the generators of training text draw from.

Nothing here occurs in the held-out pools of ``heldout.py``; ``check_heldout.py`` holds that.
"""


def _pool(text):
    return text.split()


NOUNS = _pool("""
apple arch arrow attic axe bag ball barn barrel basket bath beach bead beam bean bed bell bench
bird blanket boat bone book boot bottle bowl box branch bread brick bridge brook broom brush bucket
bus button cabin cake camera candle canoe cap car card carpet cart castle cave ceiling chain chair
chalk cheese chest chimney church city clock cloth cloud coal coast coat coin comb corner cottage
cow crane cream creek crown cup cupboard curtain cushion desk dish door drawer dress drum duck
engine envelope factory fan farm feather fence field fire fish flag floor flour flower flute forest
fork fountain frame fruit garden gate glass glove gold grain grass guitar hall hammer hat hay hill
hotel house ink iron island jacket jar jewel jug kettle key kitchen kite knife ladder lake lamp lane
leaf leather letter lid lock log machine map market mask meadow medal milk mill mirror moon morning
moss mountain nail needle nest net night nut oak ocean office oven page paint palace pan paper park
path peach pear pen pencil piano picture pie pillow pine pipe plank plant plate pocket pond pool post
pot puddle pump purse rail rain ribbon rice ring river road rock roof room root rope rose rug sail
salt sand saw scarf school seat seed shadow shed sheep shelf shell ship shirt shoe shop shore sign
silk silver sky sledge smoke snow soap sock soup spade spoon spring stable stair stamp star station
stick stone store storm stove straw stream street string summer sun sweater table tail tea tent
thread ticket tile tool towel tower town toy track train tray treasure tree truck tunnel umbrella
valley vase village violin wagon wall watch water wave wheel whistle wind window wing winter wire
wood wool yard
""")

ADJECTIVES = _pool("""
big small old new long short round flat wide narrow deep tall low high soft hard smooth rough warm
cold cool hot wet dry clean dusty bright dark pale red blue green yellow brown black white grey
golden pink orange purple quiet loud slow quick early late heavy light strong weak sweet sour fresh
empty full open shut broken plain pretty fine kind brave shy happy sad tired busy lazy clever silly
strange famous secret hidden lonely gentle wild calm windy snowy rainy sunny foggy cheap rich poor
sharp thick thin wooden stone little young huge tiny lovely curious careful cheerful friendly proud
""")

VERBS_PAST = _pool("""
moved carried painted cleaned opened closed watched followed passed repaired found lost kept sold
bought counted dropped lifted pushed pulled washed covered crossed climbed liked loved noticed
remembered forgot visited left touched changed held brought took built drew wanted needed used
hid filled emptied turned shook wrapped caught threw
""")

VERBS_NOW = _pool("""
moves carries paints cleans opens closes watches follows passes repairs finds loses keeps sells buys
counts drops lifts pushes pulls washes covers crosses climbs likes loves notices remembers visits
leaves touches changes holds brings takes builds draws wants needs uses hides fills turns wraps
""")

VERBS_ALONE = _pool("""
waited slept laughed smiled sang danced rested stopped walked ran worked talked listened whispered
shouted cried stayed returned arrived played stood sat swam slipped jumped dreamed nodded
""")

ADVERBS = _pool("""
slowly quickly quietly gladly sadly softly suddenly often never always sometimes again together
carefully easily early late twice once finally nearly almost already soon here there outside inside
upstairs alone politely happily kindly loudly
""")

PEOPLE = _pool("""
farmer baker teacher sailor driver doctor nurse painter singer tailor gardener hunter miller fisher
king queen prince princess knight soldier shepherd cook waiter clerk student neighbour guest
stranger traveller child boy girl man woman grandmother grandfather uncle aunt cousin brother sister
mother father friend captain guard postman butcher carpenter blacksmith writer poet dancer
""")

ANIMALS = _pool("""
fox cat dog bear rabbit mouse owl frog duck hen goat horse pony sheep lamb cow pig donkey squirrel
hedgehog badger mole beaver otter deer wolf lion tiger monkey elephant turtle snail bee ant spider
butterfly crow robin sparrow swan goose whale dolphin seal crab fish penguin bat lizard kitten puppy
""")

FIRST_NAMES = _pool("""
Pip Mia Tom Lily Ben Anna Max Rosie Sam Ella Leo Nora Finn Ivy Jack Molly Oscar Daisy Toby Ruby
Hugo Clara Felix Poppy Theo Alice Milo Hazel Otto Luna Ned Tilly Gus Willow Bruno Penny Rufus Bella
Jasper Olive Teddy Dora Wally Fern Barney Lottie Archie Maisie Rolo Wendy Lucas Emma Peter Susan
David Maria John Kate Paul Jane Mark Lucy Adam Sarah Simon Helen George Mary Henry Rose
""")

# Given to heroes and helpers by pronoun.
HE_NAMES = _pool("""
Pip Tom Ben Max Sam Leo Finn Jack Oscar Toby Hugo Felix Theo Milo Otto Ned Gus Bruno Rufus Jasper
Teddy Wally Barney Archie Rolo Lucas Peter Simon George Henry Arlo Basil Chester Dexter Elmo Fergus
""")
SHE_NAMES = _pool("""
Mia Lily Anna Rosie Ella Nora Ivy Molly Daisy Ruby Clara Poppy Alice Hazel Luna Tilly Willow Penny
Bella Olive Dora Fern Lottie Maisie Wendy Emma Lucy Helen Rose Amber Bonnie Coco Flora Gilda Honey
""")

CONSONANTS = _pool("b c d f g h j k l m n p r s t v w z br cr dr fr gr pr tr bl cl fl pl sl st th sh ch")
VOWELS = _pool("a e i o u a e i o u ai ea ee oa oo ou")
ENDINGS = _pool("n r l s t m d k x nd rt st sk th ng")
# Syllables of invented names; the held-out names use other ones.
NAME_STARTS = _pool("Bar Cor Dal Fen Gar Hol Jas Kel Lom Mar Nor Pel Ras Sel Tam Var Wil Yor Zan Bel Dor Fal Hes")
NAME_ENDS = _pool("a en in on us ia ley ton wick mere ford dale by ham field wood stead worth mont ville burg")
