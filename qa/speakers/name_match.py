"""Which names mean the same, as far as the articles say so."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from index.entries.entry import StoredAlias
from index.grammar.noun_classes import GENERIC_HEADS
from index.search.analyzer import terms
from index.speakers.attribution import Attribution

_GENERIC = frozenset(term for head in GENERIC_HEADS for term in terms(head))
_SMALL = frozenset(terms("the of a an and for s on in"))
MIN_STEM_CHARS = 4  # "Korea" and "Korean", "Ukraine" and "Ukrainian": the first letters agree.


@dataclass(frozen=True, slots=True)
class Organisation:
    """Something with an abbreviation: its short form, the words of its long one, and whose it is."""

    short: tuple[str, ...]
    long: tuple[str, ...]
    owners: tuple[frozenset[str], ...]

    def named_by(self, words: frozenset[str]) -> bool:
        """Whether these words name or describe it."""
        return self.spelt_by(words) or self.described_by(words)

    def spelt_by(self, words: frozenset[str]) -> bool:
        """Whether these words hold its short form or its long one."""
        return set(self.short) <= words or set(self.long) - _SMALL <= words

    def described_by(self, words: frozenset[str]) -> bool:
        """Whether these words say whose it is and of what kind.

        "South Korea's intelligence service" and "the South Korean intelligence
        agency" describe South Korea's National Intelligence Service.
        """
        for owner in self.owners:
            rest = {word for word in words if not any(_akin(word, part) for part in owner)} - _SMALL
            owned = all(any(_akin(word, part) for word in words) for part in owner)
            specific = (rest & set(self.long)) - _GENERIC
            if owned and specific and rest & _GENERIC and rest <= set(self.long) | _GENERIC:
                return True
        return False


def organisations(abbreviations: Sequence[StoredAlias]) -> tuple[Organisation, ...]:
    """One body for each short form and its words, with all the owners that the articles name."""
    found: dict[tuple[tuple[str, ...], tuple[str, ...]], list[frozenset[str]]] = {}
    for alias in (stored.alias for stored in abbreviations):
        key = (tuple(terms(alias.short)), tuple(terms(alias.long)))
        owners = found.setdefault(key, [])
        owner = frozenset(terms(alias.owner))
        if owner and owner not in owners:
            owners.append(owner)
    return tuple(Organisation(short, long, tuple(owners)) for (short, long), owners in found.items() if short and long)


BY_DESCRIPTION = 0.8  # How surely a description of a body means it, against its own name, short or long.


def same_name(asked: frozenset[str], named: frozenset[str], known: Sequence[Organisation]) -> float:
    """How surely a speaker that an article names is the one that a question asks for, 0..1; both as terms.

    "Kirby" is "White House spokesman John Kirby", and NIS is the National
    Intelligence Service where any article spells it out.
    """
    named = named - _SMALL
    asked = asked - _SMALL
    if not named or not asked:
        return 0.0
    if _all_akin(asked, named) or (_all_akin(named, asked) and not named <= _GENERIC):
        return 1.0
    if any(organisation.spelt_by(asked) and organisation.spelt_by(named) for organisation in known):
        return 1.0
    return (
        BY_DESCRIPTION if any(organisation.named_by(asked) and organisation.named_by(named) for organisation in known) else 0.0
    )


def named_in(attributions: Sequence[Attribution], text: str) -> list[str]:
    """The names of all who speak or are cited in a sentence of this article."""
    spans = [span for told in attributions for span in (told.name, told.cited) if span is not None]
    return [span.cut(text) for span in spans]


def _all_akin(words: frozenset[str], others: frozenset[str]) -> bool:
    """Whether each of the words has its like among the others: "Zelenskyy" in "President Zelensky"."""
    return all(any(_akin(word, other) for other in others) for word in words)


def _akin(word: str, other: str) -> bool:
    """Whether two words are one name's forms."""
    shared = len(_common_start(word, other))
    return word == other or (shared >= MIN_STEM_CHARS and shared >= min(len(word), len(other)) - 1)


def _common_start(a: str, b: str) -> str:
    size = next((i for i, (x, y) in enumerate(zip(a, b, strict=False)) if x != y), min(len(a), len(b)))
    return re.sub(r"\d", "", a[:size])
