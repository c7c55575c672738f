"""Attributed figures: which figures of a parsed sentence are said to be somebody's count or estimate.

The agency's count of the missing stands at 12.
Parse: agency <-poss- count <-nsubj- stands -prep-> at -pobj-> 12.
"count" has an owner and stands at a figure, so the sentence is the agency's.
The museum put the age of the mask at roughly 900 years.
"put" governs a prepositional "at" whose object is a figure, so the museum says it.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from articles_qa.index.grammar.dependency_tree import Parse
from articles_qa.index.grammar.noun_classes import AMOUNT_NOUNS, COUNT_NOUNS, SpeakerKind
from articles_qa.index.grammar.noun_phrases import Phrase, kind_of_phrase, phrase_of
from articles_qa.index.grammar.reporting_verbs import FIGURE_PREPOSITIONS
from articles_qa.index.grammar.verb_subjects import is_negated, is_passive

_NUMBERS = frozenset("dozen dozens hundred hundreds thousand thousands million millions billion billions half".split())
_STANDING = frozenset(
    "is was are were be been being stands stood stand remains remained rises rose risen rise climbs climbed fell falls fallen "
    "drops dropped reaches reached grew grown came comes has had ran runs".split()
)
# Their owner made these. A count or tally may be of the owner's own goals.
_MADE = frozenset("estimate estimates projection projections forecast forecasts calculation calculations reckoning".split())
_COUNTED = frozenset("figure figures count tally".split())
_OWN = frozenset("own official preliminary provisional revised".split())
_MEASURES = frozenset("percent cent % euro dollar pound franc crown yen degree year kilometre kilometer metre meter km".split())


@dataclass(frozen=True, slots=True)
class AttributedFigure:
    """A figure's owner, the noun that says so ("count") and the verb that brings the figure ("stands")."""

    owner: Phrase
    noun: int
    verb: int


def attributed_figures(parse: Parse) -> Iterator[AttributedFigure]:
    """The counts and estimates that stand at a figure, with their owners."""
    for i, word in enumerate(parse.words):
        if word.dep in ("nsubj", "nsubjpass") and _stands_at_figure(parse, i, word.head) and not is_negated(parse, word.head):
            owner = owner_of_count(parse, i)
            if owner is not None and _is_made_by(parse, i, owner):
                yield AttributedFigure(owner, i, word.head)


def owner_of_count(parse: Parse, noun: int) -> Phrase | None:
    """Return the owner of a count: "UN" of "the UN's count"."""
    owner = parse.child(noun, "poss")
    if owner is None or parse.words[noun].lower not in COUNT_NOUNS or parse.words[owner].tag == "PRP$":
        return None
    return phrase_of(parse, owner, until=noun)


def brings_figure(parse: Parse, verb: int, lemma: str) -> bool:
    """Return whether a verb brings a figure: "put the number at 1,000", "gives the area as 40 hectares", "hold to 12"."""
    words, preposition = parse.words, FIGURE_PREPOSITIONS[lemma]
    after = [i for i in range(verb + 1, parse.edges(verb)[1]) if words[i].lower == preposition]
    targets = [target for i in after if (target := parse.child(i, "pobj")) is not None and is_figure(parse, target)]
    if lemma in ("hold", "stick"):
        return bool(targets)
    object_ = parse.child(verb, "dobj", "dative", "ccomp", *(("nsubjpass",) if is_passive(parse, verb) else ()))
    if object_ is None:
        return False
    noun = words[object_].lower
    if noun in AMOUNT_NOUNS and lemma in ("put", "place", "set"):
        return bool(after)
    if lemma in ("place", "set") or noun.endswith(("self", "selves")):
        return False
    return any(not _is_place(parse, object_, target) for target in targets)


def is_figure(parse: Parse, i: int) -> bool:
    """Return whether a word is a number, or is counted by a number."""
    some = (i, *parse.children(i, "nummod", "quantmod"))
    return any(parse.words[each].tag == "CD" or parse.words[each].lower in _NUMBERS for each in some)


def holds_figure(parse: Parse, noun: int) -> bool:
    """Return whether a noun is counted or says how much: "2,000 listeners", "a loss of $5 billion"."""
    return is_figure(parse, noun) or any(_leads_to_figure(parse, child) for child in parse.children(noun, "prep"))


def _stands_at_figure(parse: Parse, noun: int, verb: int) -> bool:
    """Return whether the subject is a count and its verb brings a figure."""
    if parse.words[noun].lower not in _MADE | _COUNTED or parse.words[verb].lower not in _STANDING:
        return False
    if parse.words[noun].lower in _MADE and parse.child(verb, "ccomp") is not None:  # "Its estimate is that".
        return True
    brought = parse.children(verb, "attr", "dobj", "prep", "npadvmod")
    return any(child > verb and _leads_to_figure(parse, child) for child in brought)


def _leads_to_figure(parse: Parse, i: int) -> bool:
    """Return whether a word is a figure, or a preposition before a figure."""
    if parse.words[i].dep != "prep":
        return is_figure(parse, i)
    target = parse.child(i, "pobj")
    return parse.words[i].lower in ("at", "to", "of") and target is not None and is_figure(parse, target)


def _is_place(parse: Parse, object_: int, target: int) -> bool:
    """Return whether things are put somewhere: "put officers at 40 crossings", never "put the herd at 4,100 elephants"."""
    words = parse.words
    if any(words[child].lower == "the" for child in parse.children(target, "det")):
        return True
    things = words[object_].tag == "NNS" or any(words[child].lower in ("a", "an") for child in parse.children(object_, "det"))
    is_measure = words[target].tag == "CD" or words[target].lower.removesuffix("s") in _MEASURES
    return things and not is_measure and words[object_].lower not in AMOUNT_NOUNS


def _is_made_by(parse: Parse, noun: int, owner: Phrase) -> bool:
    """Return whether the owner has counted: "the ministry's count", never "the striker's goal count"."""
    words = parse.words
    if words[noun].lower in _MADE or any(words[child].lower in _OWN for child in parse.children(noun, "amod")):
        return True
    has_of = any(words[child].lower in ("of", "for") for child in parse.children(noun, "prep"))
    if parse.child(noun, "compound") is not None or kind_of_phrase(parse, owner) not in (SpeakerKind.BODY, SpeakerKind.PLURAL):
        return has_of and words[noun].lower in ("figure", "figures")
    return has_of or words[noun].lower != "tally"
