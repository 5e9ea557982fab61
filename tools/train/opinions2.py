"""opinions2: English sentences that praise or blame something, made from a seed and nothing else.

The class of a sentence, negative or positive, is the sign of its meaning, and its meaning is composed: an adjective or
a verb has the polarity +1 or -1, and everything around it acts on that number.

  intensifiers   "very good" 2, "good" 1, "slightly good" 1/2
  negation       "not", "never", "anything but", "nobody ... -ed", "failed to ..." turn the sign; "not very" halves too
  idiom          "could not have been better" praises, "could have been better" blames
  judgement      "whoever says that A is wrong" turns the sign of A, "... is right" keeps it
  contrast       "although A, B", "A, but B", "B, even though A", "despite A, B" mean B
  conjunction    "A, and B" means A + B: where the two disagree, the intensifiers decide
  pairs          "both ... and ... were", "neither ... nor ... was"

Signs are drawn so that no single word tells the class: what an adjective says is turned as often as it is kept.
`train_bert.py` measures how little a bag of words knows.

Words are drawn by Zipf's law, so that some adjectives and verbs are rare: a model that has met them a few times only
errs on them, which keeps the held-out loss away from zero. There is no label noise.

Sentence i of a split depends on (seed, split, i) only, through numpy's PCG64. The splits share no sentence: its CRC-32
decides to which of them a sentence may belong, and others are drawn again.
"""

import argparse
import zlib
from dataclasses import dataclass

import numpy as np

CLASSES = ("negative", "positive")
SPLITS = ("train", "held-out")
SEED = 21
HELD_OUT_SHARE = 8  # one in so many sentences may only be held out

THINGS = (
    "film soup hotel novel concert garden story cake room bread play lecture museum coffee house song journey dinner "
    "market dance picture beach speech kitchen bridge cheese poem carpet radio opera lamp village chapter stew "
    "orchard violin staircase pudding ferry fountain"
).split()
PLURALS = (
    "songs rooms stories actors colours meals roads letters gardens waiters paintings lessons shoes curtains melodies "
    "pancakes speeches windows chairs costumes"
).split()
PRAISING = (
    "good great wonderful excellent lovely charming pleasant clever fresh elegant brilliant delightful careful honest "
    "warm witty graceful memorable rewarding convincing flawless thrilling splendid tasteful sincere lively reliable "
    "useful thoughtful original refreshing impressive enjoyable beautiful perfect inventive touching superb inspiring "
    "generous satisfying polished dazzling sublime exquisite magnificent admirable worthwhile stirring masterful "
    "radiant marvellous imaginative soothing cheerful tender faultless spotless painless gripping"
).split()
BLAMING = (
    "bad awful terrible dreadful dull boring clumsy stale ugly careless horrible poor rude bland cold forgettable "
    "pointless disappointing tedious flawed lifeless shabby sloppy tasteless insincere noisy unreliable useless "
    "thoughtless trite unpleasant unconvincing annoying dishonest gloomy tiresome mediocre wretched dismal hollow "
    "worthless irritating awkward depressing imperfect messy atrocious abysmal deplorable harsh soggy vague "
    "uninspired charmless joyless graceless lamentable unimaginative cheerless painful"
).split()
# (base form, past tense)
LIKING = (
    "like liked,enjoy enjoyed,love loved,admire admired,recommend recommended,praise praised,adore adored,"
    "applaud applauded,treasure treasured,celebrate celebrated,savour savoured,cherish cherished"
)
DISLIKING = (
    "dislike disliked,hate hated,regret regretted,criticise criticised,loathe loathed,mock mocked,despise despised,"
    "detest detested,resent resented,ridicule ridiculed,condemn condemned,lament lamented"
)
LIKING, DISLIKING = (tuple(tuple(pair.split()) for pair in text.split(",")) for text in (LIKING, DISLIKING))
PEOPLE = (
    "I,we,my sister,the guests,most visitors,the critics,our neighbours,the musicians,her parents,the children,"
    "the whole audience,his old teacher"
).split(",")
DETERMINERS = "the the the this their our her that".split()
COMPARATIVES = {"good": "better", "bad": "worse", "great": "greater", "poor": "poorer", "dull": "duller"}
STRONG = "very really extremely truly absolutely remarkably deeply thoroughly".split()
WEAK = ("slightly", "somewhat", "a little", "mildly", "vaguely")


@dataclass(frozen=True)
class Clause:
    text: str
    value: float  # sign: praise or blame; magnitude: how strongly


class Grammar:
    """Draws sentences; every method consumes the generator in a fixed order."""

    def __init__(self, rng):
        self.rng = rng

    def chance(self, probability):
        return self.rng.random() < probability

    def pick(self, options):
        return options[int(self.rng.integers(len(options)))]

    def zipf(self, words, offset=4):
        """The word of rank r with a weight of 1 / (r + offset)."""
        weights = 1 / (np.arange(len(words)) + offset)
        return words[int(self.rng.choice(len(words), p=weights / weights.sum()))]

    def sign(self):
        return 1 if self.chance(0.5) else -1

    def thing(self):
        """(noun phrase, its verb "to be" in the past tense)"""
        determiner = self.pick(DETERMINERS)
        if self.chance(0.3):
            plural = "those" if determiner == "that" else "these" if determiner == "this" else determiner
            return f"{plural} {self.zipf(PLURALS)}", "were"
        return f"{determiner} {self.zipf(THINGS)}", "was"

    def adjective(self, sign):
        return self.zipf(PRAISING if sign > 0 else BLAMING)

    @staticmethod
    def more(adjective):
        return COMPARATIVES.get(adjective, f"more {adjective}")

    def verb(self, sign):
        return self.zipf(LIKING if sign > 0 else DISLIKING)

    def described(self):
        """An adjective with or without an intensifier: (text, value)."""
        sign = self.sign()
        adjective = self.adjective(sign)
        kind = self.rng.random()
        if kind < 0.30:
            return f"{self.pick(STRONG)} {adjective}", 2 * sign
        if kind < 0.50:
            return f"{self.pick(WEAK)} {adjective}", sign / 2
        return adjective, sign

    def plain(self):
        if self.chance(0.7):
            thing, was = self.thing()
            text, value = self.described()
            return Clause(f"{thing} {was} {text}", value)
        sign = self.sign()
        return Clause(f"{self.pick(PEOPLE)} {self.verb(sign)[1]} {self.thing()[0]}", sign)

    def turned(self):
        """One negation in one of its forms."""
        thing, was = self.thing()
        sign = self.sign()
        adjective, (base, past) = self.adjective(sign), self.verb(sign)
        people = self.pick(PEOPLE)
        forms = (
            (f"{thing} {was} not {adjective}", 1),
            (f"{thing} {was} not {self.pick(STRONG[:4])} {adjective}", 0.5),
            (f"{thing} {was} not {adjective} at all", 2),
            (f"{thing} {was} never {adjective}", 1),
            (f"{thing} {was} hardly {adjective}", 1),
            (f"{thing} {was} far from {adjective}", 1),
            (f"{thing} {was} anything but {adjective}", 2),
            (f"{thing} could have been {self.more(adjective)}", 0.5),
            (f"{people} did not {base} {thing}", 1),
            (f"{people} never {past} {thing}", 1),
            (f"{people} failed to {base} {thing}", 1),
            (f"nobody {past} {thing}", 2),
            (f"it was impossible to {base} {thing}", 2),
            (f"it would be wrong to call {thing} {adjective}", 1),
        )
        text, strength = self.pick(forms)
        return Clause(text, -sign * strength)

    def kept(self):
        """Words of negation, twice or in an idiom: the sign stays."""
        thing, was = self.thing()
        sign = self.sign()
        adjective, (base, past) = self.adjective(sign), self.verb(sign)
        forms = (
            (f"{thing} could not have been {self.more(adjective)}", 2),
            (f"nobody failed to {base} {thing}", 2),
            (f"it was never hard to {base} {thing}", 1),
            (f"nobody could say that {thing} {was} not {adjective}", 1),
            (f"it would be wrong to say that {self.pick(PEOPLE)} never {past} {thing}", 1),
            (f"it was not wrong to call {thing} {adjective}", 1),
        )
        text, strength = self.pick(forms)
        return Clause(text, sign * strength)

    def pair(self):
        first, second = self.thing()[0], self.thing()[0]
        sign = self.sign()
        adjective = self.adjective(sign)
        if self.chance(0.5):
            return Clause(f"both {first} and {second} were {adjective}", 2 * sign)
        return Clause(f"neither {first} nor {second} was {adjective}", -2 * sign)

    def clause(self):
        kind = self.rng.random()
        if kind < 0.50:
            return self.plain()
        if kind < 0.82:
            return self.turned()
        return self.kept() if kind < 0.92 else self.pair()

    def judged(self):
        inner = self.clause()
        who = self.pick(("whoever says that", "anyone who thinks that", "the critic who wrote that"))
        if self.chance(0.5):
            return Clause(f"{who} {inner.text} is {self.pick(('right', 'quite right'))}", inner.value)
        return Clause(f"{who} {inner.text} is {self.pick(('wrong', 'quite wrong'))}", -inner.value)

    def contrast(self):
        """Two clauses, mostly of opposite signs, of which one counts."""
        minor, major = self.clause(), self.clause()
        if minor.value * major.value > 0 and self.chance(0.6):
            minor = self.clause()
        forms = (
            f"although {minor.text}, {major.text}",
            f"even though {minor.text}, {major.text}",
            f"{minor.text}, but {major.text}",
            f"{minor.text}; still, {major.text}",
            f"{major.text}, although {minor.text}",
            f"{major.text}, even though {minor.text}",
        )
        return Clause(self.pick(forms), major.value)

    def despite(self):
        major = self.clause()
        phrase = f"despite the {self.adjective(self.sign())} {self.zipf(THINGS)}"
        text = f"{phrase}, {major.text}" if self.chance(0.5) else f"{major.text} despite{phrase[7:]}"
        return Clause(text, major.value)

    def conjunction(self):
        """Never in balance: a second clause that cancels the first is drawn again."""
        first = second = self.clause()
        while second is first or first.value + second.value == 0:
            second = self.clause()
        return Clause(f"{first.text}, and {second.text}", first.value + second.value)

    def sentence(self):
        kind = self.rng.random()
        if kind < 0.44:
            clause = self.clause()
        elif kind < 0.56:
            clause = self.judged()
        elif kind < 0.78:
            clause = self.contrast()
        elif kind < 0.88:
            clause = self.despite()
        else:
            clause = self.conjunction()
        end = "!" if self.chance(0.1) else "."
        return Clause(clause.text[0].upper() + clause.text[1:] + end, clause.value)


def make_sentence(seed, split, index):
    """(sentence, class): the class is 0 for blame, 1 for praise."""
    rng = np.random.Generator(np.random.PCG64([seed, SPLITS.index(split), index]))
    grammar = Grammar(rng)
    wanted = grammar.sign()
    while True:
        drawn = grammar.sentence()
        held_out = zlib.crc32(drawn.text.encode()) % HELD_OUT_SHARE == 0
        if drawn.value * wanted > 0 and held_out == (split == "held-out"):
            return drawn.text, int(wanted > 0)


def make_split(split, count, seed=SEED):
    """The first `count` sentences of a split, and their labels int64 (count,)."""
    pairs = [make_sentence(seed, split, i) for i in range(count)]
    return [text for text, _ in pairs], np.array([label for _, label in pairs], np.int64)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--print", type=int, metavar="N", default=20, help="print the first N training sentences")
    arguments = parser.parse_args()
    for text, label in zip(*make_split("train", arguments.print)):
        print(CLASSES[label], text, sep="\t")


if __name__ == "__main__":
    main()
