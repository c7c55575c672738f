"""Estimates: which words of a parsed sentence are a figure, and whose figure it is said to be."""

from collections.abc import Iterator
from dataclasses import dataclass

from index.grammar.dependency_tree import Parse
from index.grammar.noun_classes import COUNTS, NUMBERS, Sort
from index.grammar.noun_phrases import Phrase, phrase_of, sort_of
from index.grammar.reporting_verbs import FIGURES_AFTER
from index.grammar.verb_subjects import is_negated, is_passive

_NUMBERS = frozenset("dozen dozens hundred hundreds thousand thousands million millions billion billions half".split())
_STANDING = frozenset(
    "is was are were be been being stands stood stand remains remained rises rose risen rise climbs climbed fell falls fallen "
    "drops dropped reaches reached grew grown came comes has had ran runs".split()
)
# Whoever has one has made it; a count or tally may be of one's own goals.
_MADE = frozenset("estimate estimates projection projections forecast forecasts calculation calculations reckoning".split())
_ITS_OWN = frozenset("own official preliminary provisional revised".split())
_COUNTED = frozenset("figure figures count tally".split())
_MEASURES = frozenset("percent cent % euro dollar pound franc crown yen degree year kilometre kilometer metre meter km".split())


@dataclass(frozen=True, slots=True)
class Estimate:
    """A figure of somebody's: who they are, the noun that says so ("count"), the verb that brings the figure."""

    who: Phrase
    noun: int
    verb: int


def estimates_of(parse: Parse) -> Iterator[Estimate]:
    """The figures that are the subject of what they stand at: "the agency's count of the missing stands at 12"."""
    for i, word in enumerate(parse.words):
        verb = word.head
        if word.dep in ("nsubj", "nsubjpass") and _stands_at_figure(parse, i, verb) and not is_negated(parse, verb):
            who = owner_of(parse, i)
            if who is not None and _is_made(parse, i, who):
                yield Estimate(who, i, verb)


def owner_of(parse: Parse, noun: int) -> Phrase | None:
    """Whose count it is: "the UN's count"."""
    owner = parse.child(noun, "poss")
    if owner is None or parse.words[noun].lower not in COUNTS or parse.words[owner].tag == "PRP$":
        return None
    return phrase_of(parse, owner, until=noun)


def is_put_at(parse: Parse, verb: int, lemma: str) -> bool:
    """Whether a figure follows: "put the number at 1,000", "gives the area as 40 hectares", "hold to 12"."""
    preposition, needs_object = FIGURES_AFTER[lemma], lemma not in ("hold", "stick")
    object_ = parse.child(verb, "dobj", "dative", "ccomp", *(("nsubjpass",) if is_passive(parse, verb) else ()))
    if not needs_object:
        return any(is_figure(parse, target) for target in _after(parse, verb, preposition))
    if object_ is None:
        return False
    word = parse.words[object_]
    if word.lower in NUMBERS and lemma in ("put", "place", "set"):
        return any(parse.words[i].lower == preposition for i in range(verb, parse.edges(verb)[1]))
    if lemma in ("place", "set") or word.lower.endswith(("self", "selves")):
        return False
    targets = _after(parse, verb, preposition)
    return any(is_figure(parse, target) and not _is_place(parse, object_, target) for target in targets)


def is_figure(parse: Parse, i: int) -> bool:
    """Whether a word is a number, or is counted by one."""
    some = (i, *parse.children(i, "nummod", "quantmod"))
    return any(parse.words[each].tag == "CD" or parse.words[each].lower in _NUMBERS for each in some)


def holds_figure(parse: Parse, i: int) -> bool:
    """Whether a noun is counted or says how much: "2,000 listeners", "a loss of $5 billion"."""
    return is_figure(parse, i) or any(_brings_figure(parse, child) for child in parse.children(i, "prep"))


def _stands_at_figure(parse: Parse, noun: int, verb: int) -> bool:
    """Whether what it says of a count is a figure."""
    if parse.words[noun].lower not in _MADE | _COUNTED or parse.words[verb].lower not in _STANDING:
        return False
    if parse.words[noun].lower in _MADE and parse.child(verb, "ccomp") is not None:  # "Its estimate is that".
        return True
    brought = parse.children(verb, "attr", "dobj", "prep", "npadvmod")
    return any(child > verb and _brings_figure(parse, child) for child in brought)


def _brings_figure(parse: Parse, i: int) -> bool:
    """Whether it is a figure, or a preposition before one."""
    if parse.words[i].dep != "prep":
        return is_figure(parse, i)
    target = parse.child(i, "pobj")
    return parse.words[i].lower in ("at", "to", "of") and target is not None and is_figure(parse, target)


def _after(parse: Parse, verb: int, preposition: str) -> Iterator[int]:
    """What stands behind such a preposition that the verb governs, near or far."""
    for i in range(verb + 1, parse.edges(verb)[1]):
        if parse.words[i].lower == preposition and (target := parse.child(i, "pobj")) is not None:
            yield target


def _is_place(parse: Parse, object_: int, target: int) -> bool:
    """Whether things are put where others are: "put officers at 40 crossings", never "put the herd at 4,100 elephants"."""
    words = parse.words
    if any(words[child].lower == "the" for child in parse.children(target, "det")):
        return True
    things = words[object_].tag == "NNS" or any(words[child].lower in ("a", "an") for child in parse.children(object_, "det"))
    bare = words[target].tag == "CD" or words[target].lower.removesuffix("s") in _MEASURES
    return things and not bare and words[object_].lower not in NUMBERS


def _is_made(parse: Parse, noun: int, who: Phrase) -> bool:
    """Whether its owner has counted it, and is not what it counts: "the ministry's count", never "the striker's goal count"."""
    words = parse.words
    if words[noun].lower in _MADE or any(words[child].lower in _ITS_OWN for child in parse.children(noun, "amod")):
        return True
    of = any(words[child].lower in ("of", "for") for child in parse.children(noun, "prep"))
    if parse.child(noun, "compound") is not None or sort_of(parse, who) not in (Sort.BODY, Sort.PLURAL):
        return of and words[noun].lower in ("figure", "figures")
    return of or words[noun].lower != "tally"
