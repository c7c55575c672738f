"""Identities: who is meant by a speaker's name in an article, as far as the articles say so.

In the articles of seeds/:

    name in the sentence                 who is meant                                   shown by
    NIS                                  South Korea’s National Intelligence Service    "… (NIS)" in article 000
    South Korea's intelligence service   South Korea’s National Intelligence Service    the same: owner and kind agree
    Kirby                                John Kirby                                     "John Kirby" in article 000
    Seoul                                Seoul                                          nothing: the name stands for itself
"""

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache

from articles_qa.index.articles.mended import legible
from articles_qa.index.articles.span import PARAGRAPH_END, Span
from articles_qa.index.english import POSSESSIVE_ENDING, TITLES
from articles_qa.index.entries.entry import StoredAlias, StoredSentence
from articles_qa.index.opened.index import Index
from articles_qa.index.search.analyzer import terms
from articles_qa.index.speakers.attribution import Attribution
from articles_qa.qa.questions.question import AnswerType, Question
from articles_qa.qa.speakers.name_match import Organisation, named_in, organisations, same_name
from articles_qa.qa.speakers.speaker import Link, ResolvedAttribution, Speaker, one_line

NAMES_KEPT = 10_000  # Resolved names.
MOST_ASIDE = 0.6  # Of a sentence, said by somebody, while the article itself says the rest.
# Length of a stretch of a long article. "The agency" is an agency that its own stretch names, or the stretch before or after.
NEAR_CHARS = 50_000
NAMED_BEFORE = 400  # Characters in which a paragraph names in full whom a surname means that several people have.
_SHORT_FORM = re.compile(r"\s*(?:\(|,?\s+or\s)[^()]*\)?$")  # "… (NIS)", "… or NIS": what a link has after the long name.
OFFICES = TITLES | frozenset(
    "president minister premier chancellor king queen prince princess pope senator governor mayor general admiral colonel "
    "major captain lieutenant sergeant commander chief chairman chairwoman chair director secretary spokesman spokeswoman "
    "spokesperson ambassador judge justice lawmaker professor researcher fellow analyst".split()
)


class Identities:
    """Resolves speakers by the abbreviations and full names in an index's articles. Several threads may use it."""

    def __init__(self, index: Index) -> None:
        self._index = index
        self._organisations = organisations(index.abbreviations)
        # The cache wraps a method of another object: wrapping an own method would keep this object alive in a cycle.
        self._resolver = _NameResolver(index)
        self._resolve = lru_cache(NAMES_KEPT)(self._resolver.resolve)

    def resolve(self, mention: Attribution, article: int) -> ResolvedAttribution:
        """Return an attribution of a sentence of this article, with who is meant by its names."""
        cited = self.resolve_name(mention.cited, article) if mention.cited else None
        return ResolvedAttribution(mention, self.resolve_name(mention.name, article), cited)

    def speaker_of(
        self, sentence: StoredSentence, article: int, question: Question, marks: Sequence[Span]
    ) -> ResolvedAttribution | None:
        """Return the main speaker of a sentence: the speaker asked for, else the speaker of the marks, else the first one.

        Where the marks stand beside all that is said, the article itself says what answers.
        """
        found = [self.resolve(mention, article) for mention in sentence.attributions]
        of_marks = [one for one in found if any(one.mention.scope.holds(mark) for mark in marks)]
        main = max([*of_marks, *found], key=lambda one: self.asked(question, one, article), default=None)
        if main is None or of_marks or self.asked(question, main, article):
            return main
        names = [span for one in found for span in (one.mention.name, one.mention.said_at)]
        beside = [mark for mark in marks if not any(mark.overlaps(name) for name in names)]
        said = sum(len(one.mention.scope) for one in found)
        is_aside = said < MOST_ASIDE * len(sentence.span)  # Of words of the question, not of its kind.
        return None if beside and (is_aside or question.asks_for is not AnswerType.ANY) else main

    def asked(self, question: Question, attribution: ResolvedAttribution, article: int) -> float:
        """Return how surely the speaker asked for says this, or is cited for it, 0..1."""
        if not question.speaker:
            return 0.0
        mentioned = named_in([attribution.mention], self._index.store.article(article).text)
        meant = [attribution.speaker.name, *([attribution.cited.name] if attribution.cited else [])]
        return max(
            same_name(question.speaker_terms, frozenset(terms(name)), self._organisations) for name in [*mentioned, *meant]
        )

    def resolve_name(self, name: Span, article: int) -> Speaker:
        """Return who is meant by a name in this article; the name itself where no article says more."""
        called = legible(one_line(name, self._index.store.article(article)))
        namesakes = self._resolver.namesakes(called, article)
        if len(namesakes) > 1:
            return self._named_last(called, name, namesakes)
        return self._resolve(called, article, name.start // NEAR_CHARS)

    def _named_last(self, called: str, name: Span, namesakes: Sequence[StoredAlias]) -> Speaker:
        """Return the one of several people of a surname whom the paragraph names last, just before; else the surname."""
        article = self._index.store.article(namesakes[0].article)
        before = " ".join(PARAGRAPH_END.split(article.text[max(0, name.start - NAMED_BEFORE) : name.start])[-1].split())
        places = {before.rfind(alias.alias.long): alias for alias in namesakes}
        if max(places) < 0:
            return Speaker(called)
        alias = places[max(places)]
        return Speaker(alias.alias.long, (Link(article, alias.alias.span),))


class _NameResolver:
    """Finds the articles' full name for a name."""

    def __init__(self, index: Index) -> None:
        self._index = index
        self._by_term: dict[str, list[tuple[Organisation, StoredAlias]]] = {}
        self._of_noun: dict[str, list[StoredAlias]] = {}  # By the last word of the long name: "agency".
        for alias in index.abbreviations:
            for organisation in organisations([alias]):
                for term in {*organisation.short, *organisation.long}:
                    self._by_term.setdefault(term, []).append((organisation, alias))
                self._of_noun.setdefault(organisation.long[-1], []).append(alias)

    def resolve(self, name: str, article: int, stretch: int) -> Speaker:
        """Return who is meant. Of several organisations or people, the one of this article is meant, else nobody.

        `stretch` is the number of the NEAR_CHARS of the article in which the name stands, from 0.
        """
        near = Span(max(0, stretch - 1) * NEAR_CHARS, (stretch + 2) * NEAR_CHARS)
        # The organisations of the kind that a bare noun names ("the agency") which the article names near it.
        of_kind = self._of_noun.get(terms(name)[0], ()) if _is_bare(name) else ()
        nearby = [alias for alias in of_kind if self._named(alias, article, near)]
        for found in (self._spelt_out(name), self._people(name), nearby):
            if (alias := _the_one(found) or _the_one([alias for alias in found if alias.article == article])) is not None:
                full = self._fullest(alias)
                return Speaker(full, () if full in name else tuple(self._links(name, alias, article, near)))
        return Speaker(name)

    def _links(self, name: str, alias: StoredAlias, article: int, near: Span) -> Iterator[Link]:
        """Yield where the name is spelt out; for a bare noun also where this article names the organisation."""
        yield Link(self._index.store.article(alias.article), alias.alias.span)
        if alias.article != article and _is_bare(name) and (named := self._named(alias, article, near)):
            yield Link(self._index.store.article(article), named)

    def _spelt_out(self, name: str) -> list[StoredAlias]:
        """Return the abbreviations of the organisations that have this name or description."""
        words = frozenset(terms(name))
        near = {id(alias): (organisation, alias) for word in words for organisation, alias in self._by_term.get(word, ())}
        named = [(organisation, alias) for organisation, alias in near.values() if organisation.spelt_by(words)]
        if named:
            owned = [alias for organisation, alias in named if any(owner and owner <= words for owner in organisation.owners)]
            return owned or [alias for _, alias in named]  # All of them where the name has no owner.
        return [alias for organisation, alias in near.values() if organisation.described_by(words)]

    def namesakes(self, name: str, article: int) -> list[StoredAlias]:
        """Return the people of this article who have this name, each once."""
        found = [alias for alias in self._people(name) if alias.article == article and alias.alias.long not in name]
        return list({alias.alias.long.casefold(): alias for alias in found}.values())

    def _people(self, name: str) -> list[StoredAlias]:
        """Return the full names that articles give for the surname at the end of the name."""
        words = [POSSESSIVE_ENDING.sub("", word) for word in name.split()]
        if not words or not words[-1][:1].isupper():
            return []
        found = self._index.full_names(words[-1])
        before = words[-2] if len(words) > 1 else ""
        if not before or before[:1].islower() or before.rstrip(".").lower() in OFFICES:
            return found
        # Another first name is another person.
        return [alias for alias in found if before in alias.alias.long.split()]

    def _named(self, alias: StoredAlias, article: int, near: Span) -> Span | None:
        """Return where a stretch of an article first has an organisation's short or long name."""
        text = self._index.store.article(article).text
        names = [alias.alias.short, alias.alias.long]
        # Searching for a text takes a hundredth of the time of compiling and running a pattern.
        if all(text.find(name, near.start, near.end) < 0 for name in names):
            return None
        pattern = re.compile(rf"\b(?:{'|'.join(map(re.escape, names))})\b")
        found = pattern.search(text, near.start, near.end + 1)  # One character more shows whether a word ends at the end.
        return Span(*found.span()) if found and found.end() <= near.end else None

    def _fullest(self, alias: StoredAlias) -> str:
        """Return the long name as the article has it: with the owner, without the abbreviation."""
        long = alias.alias.long
        if not alias.alias.owner:
            return long
        text = one_line(alias.alias.span, self._index.store.article(alias.article))
        return _SHORT_FORM.sub("", text[text.find(alias.alias.owner) :])


def _is_bare(name: str) -> bool:
    """Return whether a name is one noun: "agency"."""
    return name[:1].islower() and len(terms(name)) == 1


def _the_one(found: Sequence[StoredAlias]) -> StoredAlias | None:
    """Return the alias that all of these agree with, preferably with an owner; None where they mean several, or none."""
    owned = [alias for alias in found if alias.alias.owner] or found
    meant = {(alias.alias.long.casefold(), alias.alias.owner.casefold()) for alias in owned}
    longs = {alias.alias.long.casefold() for alias in found}
    return owned[0] if len(meant) == 1 and len(longs) == 1 else None
