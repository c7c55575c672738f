"""Mentions: who has been named in an article so far, and whom a pronoun or "the agency" means by them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from index.articles.span import Span
from index.grammar.noun_classes import Sort, sort_of_noun

REACH = 4  # Sentences back that a pronoun looks for whom it means.
FAR = 12  # And a description such as "the agency".
_PERSONS = frozenset(("he", "she"))
_AGENCIES = frozenset(
    "agency service organization organisation office bureau department body institute group association authority".split()
)
_COMPANIES = frozenset("company firm manufacturer maker carmaker airline group".split())


@dataclass(frozen=True, slots=True)
class Mention:
    """Somebody named: where, of what kind, by which words (small letters, apposition included), in which sentence.

    `head` is the name's chief word; `place` whether it is a country, a city or a people; `guessed` whether its kind was
    guessed of a single word.
    """

    name: Span
    sort: Sort
    head: str
    words: frozenset[str]
    sentence: int
    speaks: bool
    place: bool = False
    guessed: bool = False


def meant_by_pronoun(pronoun: str, mentions: Sequence[Mention], *, sentence: int) -> Mention | None:
    """Whom "he", "it" or "they" means: the last one named who fits, one that spoke before one that did not."""
    named = list(_backwards(mentions, sentence, REACH))
    near = [mention for mention in named if _fits(pronoun, mention) or (_spoke_last(mention, sentence) and pronoun in _PERSONS)]
    if not near and pronoun in _PERSONS:  # A name that is known for nothing else.
        near = [mention for mention in named if mention.sort is Sort.UNKNOWN and mention.head[:1].isupper()]
    if not near:
        near = [mention for mention in named if sentence - mention.sentence <= 1 and _may_fit(pronoun, mention)]
    same = [mention for mention in near if mention.sentence == near[0].sentence]
    return next((mention for mention in same if mention.speaks), next(iter(same), None))


def meant_by_description(noun: str, mentions: Sequence[Mention], *, sentence: int) -> Mention | None:
    """Whom "the agency" or "the spokesman" means: the last one named who is called that, or of that kind."""
    before = list(_backwards(mentions, sentence, FAR))
    if called := next((mention for mention in before if noun in mention.words and not _is_itself(noun, mention)), None):
        return called
    kind = sort_of_noun(noun)
    if kind is Sort.PERSON:
        spoke = next((mention for mention in before if mention.speaks), None)
        fits = spoke is not None and spoke.sort is Sort.PERSON and sentence - spoke.sentence <= REACH
        return spoke if spoke is not None and fits and not _is_high(noun) and not _is_another(noun, spoke) else None
    if noun in _COMPANIES:
        fit = (m for m in before if m.sort is Sort.BODY and not m.place and m.head not in _AGENCIES)
        return next(fit, None)
    if noun in _AGENCIES:
        return next((m for m in before if m.head in _AGENCIES or (m.sort is Sort.BODY and not m.place)), None)
    return None


def _backwards(mentions: Sequence[Mention], sentence: int, reach: int) -> Iterator[Mention]:
    for mention in reversed(mentions):
        if sentence - mention.sentence > reach:
            return
        yield mention


def _fits(pronoun: str, mention: Mention) -> bool:
    if pronoun in _PERSONS:
        return mention.sort is Sort.PERSON
    if pronoun == "it":
        return mention.sort is Sort.BODY
    return mention.sort is Sort.PLURAL or (mention.sort is Sort.BODY and mention.speaks)


def _spoke_last(mention: Mention, sentence: int) -> bool:
    """Whether a name of no known kind spoke just before."""
    unknown = mention.sort is Sort.UNKNOWN and mention.head[:1].isupper()
    return unknown and mention.speaks and sentence - mention.sentence <= 1


def _may_fit(pronoun: str, mention: Mention) -> bool:
    """Whether it fits where nobody else does: who just spoke, under a noun of no known kind, or one name of a guessed kind."""
    if pronoun == "it":
        return mention.speaks and mention.sort is Sort.UNKNOWN and mention.head.islower()
    return pronoun in _PERSONS and mention.guessed and (mention.speaks or not mention.place)


def _is_itself(noun: str, mention: Mention) -> bool:
    """Whether the mention is no more than the description."""
    return mention.words == {noun}


def _is_another(noun: str, mention: Mention) -> bool:
    """Whether somebody is known by another role alone: "the owner" is not "the prosecutor"."""
    return mention.head.islower() and mention.head != noun


def _is_high(noun: str) -> bool:
    """Whether few bear the title, so that it is not said of any speaker."""
    return noun in ("president", "king", "queen", "pope", "chancellor", "prince", "princess", "governor", "mayor", "judge")
