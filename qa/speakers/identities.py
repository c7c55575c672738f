"""Identity: who is meant by the name that an article gives a speaker, as far as the articles say so."""

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache

from index.articles.span import Span
from index.english import TITLES
from index.entries.entry import StoredAlias, StoredSentence
from index.opened.index import Index
from index.search.analyzer import terms
from index.speakers.attribution import Attribution
from qa.questions.question import Question
from qa.speakers.name_match import Organisation, named_in, organisations, same_name
from qa.speakers.speaker import Link, ResolvedAttribution, Speaker, one_line

NAMES_KEPT = 10_000  # Names once looked up.
# A long article is parted into stretches of so many; "the agency" is one that its own stretch names, or one beside it.
NEAR_CHARS = 50_000
_SHORT_FORM = re.compile(r"\s*(?:\(|,?\s+or\s)[^()]*\)?$")  # "… (NIS)", "… or NIS": what a link has after the long name.
_POSSESSIVE = re.compile(r"['’]s?$")
_TITLES = TITLES | frozenset(
    "president minister premier chancellor king queen prince princess pope senator governor mayor general admiral colonel "
    "major captain lieutenant sergeant commander chief chairman chairwoman chair director secretary spokesman spokeswoman "
    "spokesperson ambassador judge justice lawmaker professor researcher fellow analyst".split()
)


class Identities:
    """Tells who speaks, by the abbreviations and full names that an index's articles give; for several threads."""

    def __init__(self, index: Index) -> None:
        self._index = index
        self._all = organisations(index.abbreviations)
        # Kept by a function of another object: a cache that its own object holds lives until cycles are looked for.
        self._meant = lru_cache(NAMES_KEPT)(_Names(index).meant)

    def told(self, attribution: Attribution, article: int) -> ResolvedAttribution:
        """An attribution of a sentence of this article, with who is meant by the names in it."""
        cited = self.meant(attribution.cited, article) if attribution.cited else None
        return ResolvedAttribution(attribution, self.meant(attribution.name, article), cited)

    def teller(
        self, sentence: StoredSentence, article: int, question: Question, marks: Sequence[Span]
    ) -> ResolvedAttribution | None:
        """Whose word a sentence of this article is first of all: theirs who are asked for, else theirs who say the marks."""
        told = [self.told(one, article) for one in sentence.attributions]
        saying = [one for one in told if any(one.attribution.scope.holds(mark) for mark in marks)]
        # Of equals the first.
        return max([*saying, *told], key=lambda one: self.asked(question, one, article), default=None)

    def asked(self, question: Question, told: ResolvedAttribution, article: int) -> float:
        """How surely the speaker whose word a question asks for says this, or is cited for it, 0..1."""
        if not question.speaker:
            return 0.0
        text = self._index.store.article(article).text
        names = [*named_in([told.attribution], text), told.speaker.name, *([told.cited.name] if told.cited else [])]
        return max(same_name(question.speaker_terms, frozenset(terms(name)), self._all) for name in names)

    def meant(self, name: Span, article: int) -> Speaker:
        """Who is meant by a name that stands in this article; by itself, where no article says more."""
        return self._meant(one_line(name, self._index.store.article(article)), article, name.start // NEAR_CHARS)


class _Names:
    """Looks a name up."""

    def __init__(self, index: Index) -> None:
        self._index = index
        self._by_term: dict[str, list[tuple[Organisation, StoredAlias]]] = {}
        self._of_noun: dict[str, list[StoredAlias]] = {}  # By the last word of the long name: "agency".
        for alias in index.abbreviations:
            for organisation in organisations([alias]):
                for term in {*organisation.short, *organisation.long}:
                    self._by_term.setdefault(term, []).append((organisation, alias))
                self._of_noun.setdefault(organisation.long[-1], []).append(alias)

    def meant(self, name: str, article: int, stretch: int) -> Speaker:
        """Who is meant: of several organisations or people that of the same article, else nobody in particular.

        `stretch` counts the NEAR_CHARS of the article in which the name stands, from 0.
        """
        near = Span(max(0, stretch - 1) * NEAR_CHARS, (stretch + 2) * NEAR_CHARS)
        for found in (self._bodies(name), self._people(name), self._of_kind(name, article, near)):
            if (alias := _the_one(found) or _the_one([alias for alias in found if alias.article == article])) is not None:
                full = self._fullest(alias)
                return Speaker(full, () if full in name else tuple(self._links(name, alias, article, near)))
        return Speaker(name)

    def _links(self, name: str, alias: StoredAlias, article: int, near: Span) -> Iterator[Link]:
        """Where the name is spelt out; for a bare noun also where this article names the organisation."""
        yield Link(self._index.store.article(alias.article), alias.alias.span)
        if alias.article != article and _is_bare(name) and (named := self._named(alias, article, near)):
            yield Link(self._index.store.article(article), named)

    def _bodies(self, name: str) -> list[StoredAlias]:
        """The abbreviations that are spelt out for a body of this name or description."""
        words = frozenset(terms(name))
        near = {id(alias): (organisation, alias) for word in words for organisation, alias in self._by_term.get(word, ())}
        named = [(organisation, alias) for organisation, alias in near.values() if organisation.spelt_by(words)]
        if named:
            return _of_owner(words, named)
        return [alias for organisation, alias in near.values() if organisation.described_by(words)]

    def _people(self, name: str) -> list[StoredAlias]:
        """The full names that articles give for the surname at the end of this one."""
        words = [_POSSESSIVE.sub("", word) for word in name.split()]
        if not words or not words[-1][:1].isupper():
            return []
        found = self._index.full_names(words[-1])
        before = words[-2] if len(words) > 1 else ""
        if not before or before[:1].islower() or before.rstrip(".").lower() in _TITLES:
            return found
        # Another first name is another person.
        return [alias for alias in found if before in alias.alias.long.split()]

    def _of_kind(self, name: str, article: int, near: Span) -> list[StoredAlias]:
        """The organisations of the kind that a bare noun names, "the agency", which the article names too, near it."""
        if not _is_bare(name):
            return []
        return [alias for alias in self._of_noun.get(terms(name)[0], ()) if self._named(alias, article, near)]

    def _named(self, alias: StoredAlias, article: int, near: Span) -> Span | None:
        """Where an article first has a body's short or long name, in a stretch of it."""
        text = self._index.store.article(article).text
        names = [alias.alias.short, alias.alias.long]
        # To look for a text takes a hundredth of what making and running a pattern does.
        if all(text.find(name, near.start, near.end) < 0 for name in names):
            return None
        pattern = re.compile(rf"\b(?:{'|'.join(map(re.escape, names))})\b")
        found = pattern.search(text, near.start, near.end + 1)  # One more, to see whether a word ends at the end.
        return Span(*found.span()) if found and found.end() <= near.end else None

    def _fullest(self, alias: StoredAlias) -> str:
        """The long name as the article has it: with whose it is, without the abbreviation."""
        long = alias.alias.long
        if not alias.alias.owner:
            return long
        text = one_line(alias.alias.span, self._index.store.article(alias.article))
        return _SHORT_FORM.sub("", text[text.find(alias.alias.owner) :])


def _is_bare(name: str) -> bool:
    """Whether a name is one noun: "agency"."""
    return name[:1].islower() and len(terms(name)) == 1


def _of_owner(words: frozenset[str], named: Sequence[tuple[Organisation, StoredAlias]]) -> list[StoredAlias]:
    """Those whose owner the name has too; all of them where it has none's."""
    owned = [alias for organisation, alias in named if any(owner and owner <= words for owner in organisation.owners)]
    return owned or [alias for _, alias in named]


def _the_one(found: Sequence[StoredAlias]) -> StoredAlias | None:
    """The alias that all of these agree with, with an owner where one is named; None where they mean several, or none."""
    owned = [alias for alias in found if alias.alias.owner] or found
    meant = {(alias.alias.long.casefold(), alias.alias.owner.casefold()) for alias in owned}
    longs = {alias.alias.long.casefold() for alias in found}
    return owned[0] if len(meant) == 1 and len(longs) == 1 else None
