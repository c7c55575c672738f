"""Name matching: which names mean the same speaker, as far as the articles say so.

With "South Korea's National Intelligence Service (NIS)" in an article:

    asked for    named in the sentence               how surely the same
    Kirby        White House spokesman John Kirby    1      all words are among the others
    NIS          National Intelligence Service       1      short form and long form of one organisation
    NIS          South Korea's intelligence service   .8    owner and kind of that organisation
    NIS          Yonhap news agency                  0
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from articles_qa.index.articles.mended import legible
from articles_qa.index.entries.entry import StoredAlias
from articles_qa.index.grammar.noun_classes import GENERIC_HEADS
from articles_qa.index.search.analyzer import terms
from articles_qa.index.speakers.attribution import Attribution

_GENERIC = frozenset(term for head in GENERIC_HEADS for term in terms(head))
_SMALL = frozenset(terms("the of a an and for s on in"))
MIN_STEM_CHARS = 4  # "Korea" and "Korean", "Ukraine" and "Ukrainian": the first letters agree.
BY_DESCRIPTION = 0.8  # How surely a description of an organisation means it; its own name, short or long, counts 1.


@dataclass(frozen=True, slots=True)
class Organisation:
    """A name with an abbreviation: the words of the short form, the words of the long form, and each owner's words."""

    short: tuple[str, ...]
    long: tuple[str, ...]
    owners: tuple[frozenset[str], ...]

    def named_by(self, words: frozenset[str]) -> bool:
        """Return whether the words name or describe the organisation."""
        return self.spelt_by(words) or self.described_by(words)

    def spelt_by(self, words: frozenset[str]) -> bool:
        """Return whether the short form or the long form is among the words."""
        return set(self.short) <= words or set(self.long) - _SMALL <= words

    def described_by(self, words: frozenset[str]) -> bool:
        """Return whether the words tell the owner and the kind.

        "South Korea's intelligence service" and "the South Korean intelligence
        agency" describe South Korea's National Intelligence Service.
        """
        for owner in self.owners:
            rest = {word for word in words if not any(_is_same_word(word, part) for part in owner)} - _SMALL
            owned = all(any(_is_same_word(word, part) for word in words) for part in owner)
            specific = (rest & set(self.long)) - _GENERIC
            if owned and specific and rest & _GENERIC and rest <= set(self.long) | _GENERIC:
                return True
        return False


def organisations(abbreviations: Sequence[StoredAlias]) -> tuple[Organisation, ...]:
    """Return one organisation for each abbreviation and long form, with all owners that the articles name."""
    found: dict[tuple[tuple[str, ...], tuple[str, ...]], list[frozenset[str]]] = {}
    for alias in (stored.alias for stored in abbreviations):
        key = (tuple(terms(alias.short)), tuple(terms(alias.long)))
        owners = found.setdefault(key, [])
        owner = frozenset(terms(alias.owner))
        if owner and owner not in owners:
            owners.append(owner)
    return tuple(Organisation(short, long, tuple(owners)) for (short, long), owners in found.items() if short and long)


def same_name(asked: frozenset[str], named: frozenset[str], known: Sequence[Organisation]) -> float:
    """Return how surely the speaker that an article names is the speaker asked for, 0..1. Both names are sets of terms."""
    named = named - _SMALL
    asked = asked - _SMALL
    if not named or not asked:
        return 0.0
    if _all_among(asked, named) or (_all_among(named, asked) and not named <= _GENERIC):
        return 1.0
    if any(organisation.spelt_by(asked) and organisation.spelt_by(named) for organisation in known):
        return 1.0
    return BY_DESCRIPTION if any(one.named_by(asked) and one.named_by(named) for one in known) else 0.0


def named_in(attributions: Sequence[Attribution], text: str) -> list[str]:
    """Return the names of all speakers, and of all who are cited, in a sentence of this article."""
    spans = [span for attribution in attributions for span in (attribution.name, attribution.cited) if span is not None]
    return [legible(span.cut(text)) for span in spans]


def _all_among(words: frozenset[str], others: frozenset[str]) -> bool:
    """Return whether each word is a form of one of the others: "Zelenskyy" in "President Zelensky"."""
    return all(any(_is_same_word(word, other) for other in others) for word in words)


def _is_same_word(word: str, other: str) -> bool:
    """Return whether two words are forms of one name: their beginnings agree but for the last letter of the shorter word."""
    size = next((i for i, (a, b) in enumerate(zip(word, other, strict=False)) if a != b), min(len(word), len(other)))
    shared = len(re.sub(r"\d", "", word[:size]))
    return word == other or (shared >= MIN_STEM_CHARS and shared >= min(len(word), len(other)) - 1)
