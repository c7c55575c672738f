"""A draft checked: its quotations found in the articles word for word, in other words, or not; its figures compared."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import Enum
from itertools import pairwise
from typing import Any

from articles_qa.index.articles.article import Article
from articles_qa.index.articles.span import Span
from articles_qa.index.entries.entry import StoredPassage, StoredSentence
from articles_qa.index.errors import InputError
from articles_qa.index.files.printable import one_line
from articles_qa.index.opened.index import Index
from articles_qa.index.search.analyzer import terms
from articles_qa.qa.drafts.alignment import align
from articles_qa.qa.drafts.draft_words import DraftWord, words
from articles_qa.qa.drafts.figures import CheckedFigure, check_figures
from articles_qa.qa.drafts.following import Follow, following
from articles_qa.qa.drafts.quotations import Quotation, quotations

SCHEMA = "draft/1"
MAX_CHARS = 500_000  # Of a draft: some 80,000 words.
MOST_QUOTATIONS = 300
PASSAGES_FOUND = 30  # By a quotation's words,
PASSAGES_ALIGNED = 6  # and of these, the ones that share most words with it.
ROOM = 300  # Characters on either side of a passage: a quotation may go on in the next one.
ROOM_BETWEEN = 3_000  # Characters after it, in which the parts of a quotation follow that leaves words out.
PASSAGES_BESIDE = 2  # After the one that was found: where a quotation ends, and the sentences after it.
MOST_WORDS = 400  # Of a part of a quotation; aligning takes time by the square.
MAX_CHANGED = 0.4  # Of a quotation's words. A quotation with more of them changed is not found.
LEAST_WORDS = 4  # Of a quotation that may be found in other words: any three words are nearly somewhere.
SENTENCES_AFTER = 2


class Verdict(Enum):
    """The three ends of a search: word for word, in other words, not at all."""

    EXACT = "exact"
    ALTERED = "altered"
    MISSING = "missing"


@dataclass(frozen=True, slots=True)
class Change:
    """Words of the draft that stand in place of words of the article; "" where words were left out or put in."""

    draft: str
    article: str


@dataclass(frozen=True, slots=True)
class CheckedQuotation:
    """A quotation, and where an article has it. `left_out` are stretches of the article that the draft marks as left out."""

    quotation: Quotation
    text: str
    verdict: Verdict
    article: Article | None = None
    span: Span | None = None
    changes: tuple[Change, ...] = ()
    left_out: tuple[Span, ...] = ()
    follows: tuple[Follow, ...] = ()
    said_by: str | None = None

    def to_dict(self) -> dict[str, Any]:
        """Return the quotation's part of the record."""
        found: dict[str, Any] = {"line": self.quotation.line, "text": self.text, "verdict": self.verdict.value, "found": None}
        if self.article and self.span:
            cut = self.article.text
            found["found"] = {
                "source": self.article.source,
                "sha256": self.article.sha256,
                "title": self.article.title,
                "outlet": self.article.outlet,
                "published": published.isoformat() if (published := self.article.masthead.published) else None,
                "start": self.span.start,
                "end": self.span.end,
                "first_line": self.article.line(self.span.start),
                "last_line": self.article.line(self.span.end - 1),
                "text": self.span.cut(cut),
                "said_by": self.said_by,
            }
        found["changes"] = [{"draft": change.draft, "article": change.article} for change in self.changes]
        article = self.article.text if self.article else ""
        found["left_out"] = [{"start": span.start, "end": span.end, "text": span.cut(article)} for span in self.left_out]
        found["follows"] = [
            {"start": one.span.start, "end": one.span.end, "text": one.span.cut(article), "cue": one.cue}
            for one in self.follows
        ]
        return found


@dataclass(frozen=True, slots=True)
class CheckedDraft:
    """The quotations of a draft, in its order. `more` counts those beyond the limit, which were not looked for.

    `figures` are the attributed figures that the articles have the same speaker give, or other ones in their place.
    """

    quotations: tuple[CheckedQuotation, ...]
    more: int = 0
    figures: tuple[CheckedFigure, ...] = ()

    @property
    def is_right(self) -> bool:
        """True where all quotations stand there word for word, and no figure differs."""
        return all(one.verdict is Verdict.EXACT for one in self.quotations) and all(one.is_same for one in self.figures)

    def to_dict(self) -> dict[str, Any]:
        """Return the record, which `--json` prints."""
        quotations, figures = ([one.to_dict() for one in found] for found in (self.quotations, self.figures))
        return {"schema": SCHEMA, "quotations": quotations, "more": self.more, "figures": figures}


@dataclass(frozen=True, slots=True)
class _Area:
    """A passage of an article, and the stretch around it in which a quotation is sought."""

    article: Article
    passage: StoredPassage
    near: Span


@dataclass(frozen=True, slots=True)
class _Found:
    """A part of a quotation laid against an article; `place` is None where nothing of it is there."""

    area: _Area
    place: Span | None
    changes: tuple[Change, ...]
    cost: int


def check_draft(index: Index, draft: str) -> CheckedDraft:
    """Return each quotation of a draft with its place in the articles, and its figures beside those of the articles.

    Raises:
        InputError: the draft is too long.
    """
    if len(draft) > MAX_CHARS:
        raise InputError(f"draft: longer than {MAX_CHARS:,} characters; check it in parts")
    found = quotations(draft)
    checked = tuple(_check(index, draft, one) for one in found[:MOST_QUOTATIONS])
    figures = check_figures(index, draft, [one.span for one in found])
    return CheckedDraft(checked, max(0, len(found) - MOST_QUOTATIONS), figures)


def _check(index: Index, draft: str, quotation: Quotation) -> CheckedQuotation:
    """Return the article that has all parts of a quotation with the fewest words changed, in their order."""
    text = quotation.span.cut(draft)
    parts = [part for span in quotation.parts if (part := words(draft, span)[:MOST_WORDS])]
    best: list[_Found] = []
    cost = count = sum(map(len, parts))
    for area in _areas(index, draft, max(parts, key=len, default=[])):
        found = list(_lay(draft, parts, area))
        changed = sum(one.cost for one in found)
        if changed < cost:
            best, cost = found, changed
        if not cost:
            break
    if not best or (cost and (count < LEAST_WORDS or cost > MAX_CHANGED * count)):
        return CheckedQuotation(quotation, text, Verdict.MISSING)
    return _placed(index, quotation, text, best)


def _areas(index: Index, draft: str, wanted: Sequence[DraftWord]) -> list[_Area]:
    """Return the stretches of articles that share most words with a quotation, most first."""
    if not wanted:
        return []
    searched = dict.fromkeys(terms(Span(wanted[0].span.start, wanted[-1].span.end).cut(draft)))
    hits = index.passages_by_words([[term] for term in searched], top_k=PASSAGES_FOUND)
    counted = Counter(word.key for word in wanted)
    areas = []
    for passage in index.store.passages([hit.passage for hit in hits]):
        article = index.store.article(passage.article)
        near = Span(max(0, passage.span.start - ROOM), min(len(article.text), passage.span.end + ROOM))
        shared = (counted & Counter(word.key for word in words(article.text, near))).total()
        areas.append((shared, _Area(article, passage, near)))
    areas.sort(key=lambda one: (-one[0], one[1].passage.id))
    return [area for _, area in areas[:PASSAGES_ALIGNED]]


def _lay(draft: str, parts: Sequence[Sequence[DraftWord]], area: _Area) -> Iterator[_Found]:
    """Lay each part of a quotation against the article, each after the one before."""
    text = area.article.text
    there = words(text, area.near if len(parts) == 1 else Span(area.near.start, min(len(text), area.near.end + ROOM_BETWEEN)))
    for part in parts:
        found = align([word.key for word in part], [word.key for word in there])
        taken = there[found.start : found.end]
        place = Span(taken[0].span.start, taken[-1].span.end) if taken else None
        changes = tuple(
            Change(_stretch(draft, part[edit.start : edit.end]), _stretch(text, there[edit.other_start : edit.other_end]))
            for edit in found.edits
        )
        yield _Found(area, place, changes, found.cost)
        there = there[found.end :]


def _stretch(text: str, taken: Sequence[DraftWord]) -> str:
    return Span(taken[0].span.start, taken[-1].span.end).cut(text) if taken else ""


def _placed(index: Index, quotation: Quotation, text: str, found: Sequence[_Found]) -> CheckedQuotation:
    area = found[0].area
    places = [one.place for one in found if one.place]
    span = Span(places[0].start, places[-1].end)
    changes = tuple(change for one in found for change in one.changes)
    near = _sentences(index, area.passage)
    own = [one for one in near if one.span.overlaps(span)]
    after = [one.span for one in near if one.span.start >= span.end][:SENTENCES_AFTER]
    said = next((told for one in own for told in one.attributions if told.scope.overlaps(span)), None)
    return CheckedQuotation(
        quotation=quotation,
        text=text,
        verdict=Verdict.ALTERED if changes else Verdict.EXACT,
        article=area.article,
        span=span,
        changes=changes,
        left_out=tuple(Span(one.end, other.start) for one, other in pairwise(places)),
        follows=following(area.article, Span(span.end, own[-1].span.end) if own else None, after),
        said_by=one_line(said.name.cut(area.article.text)) if said else None,
    )


def _sentences(index: Index, passage: StoredPassage) -> list[StoredSentence]:
    """Return the sentences of a passage and of those beside it."""
    numbers = range(max(0, passage.id - 1), min(index.info.passages, passage.id + PASSAGES_BESIDE + 1))
    beside = [one.id for one in index.store.passages(list(numbers)) if one.article == passage.article]
    return index.store.sentences(beside)
