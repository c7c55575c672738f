"""A turn of the conversation: the record of an answer rendered as HTML."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import count as counting
from urllib.parse import urlencode

from index import Article, SourceState, Span
from index.english import count
from index.files.printable import one_line, printable
from qa.proof.saved_answer import SavedAnswer, SavedLink, SavedQuote, SavedScope, SavedSpan
from ui.page.html import Layer, StyledRun, fill_template, styled_runs
from ui.text.claim_tables import worded_tables
from ui.text.wording import (
    FILE_NOTES,
    MORE,
    NEAREST,
    about_line,
    found,
    further,
    other_wordings,
    place_of,
    saved_said,
    shortened,
    sureness,
)

# Values and links that are lit up in an article have ranks of their own, beyond those of the quotes.
FIRST_LIT = 1_000
BESIDE_CHARS = 400  # Of a sentence beside a quote. All sentences of the seeds are shorter.

ArticleNamed = Callable[[str], Article | None]
"""Returns the article of a source, None where the index has none."""


@dataclass(frozen=True, slots=True)
class ShownQuote:
    """A quote as the page shows it. `sure` is "" for a miss; `links` tell who the speakers are.

    `before` and `after` are the sentences beside the quote, "" where there is
    none or the index has another version of the article.
    """

    quote: SavedQuote
    runs: tuple[StyledRun, ...]
    before: str
    after: str
    place: str
    link: str
    sure: str
    note: str
    links: tuple[dict[str, object], ...]


@dataclass(frozen=True, slots=True)
class QuoteGroup:
    """The quotes of an article under its name."""

    heading: str
    about: str
    quotes: tuple[ShownQuote, ...]


@dataclass(frozen=True, slots=True)
class ShownPart:
    """A part of the question and its quotes; of a question that asks one thing, all quotes without words of their own.

    `further` counts the quotes that are not shown, "" for none; `reason` tells why there are none, "" otherwise.
    """

    question: str
    groups: tuple[QuoteGroup, ...]
    further: str
    reason: str


def turn_html(answer: SavedAnswer, article_named: ArticleNamed) -> str:
    """Render the answer, the quotes of each part of the question grouped by article.

    All texts are the record's, character for character, except the sentences
    beside the quotes: they are cut from the index's articles.
    """
    articles = len({quote.source for quote in answer.quotes})
    article_named = cache(article_named)
    values = {
        "answer": answer,
        "found": found(len(answer.quotes), articles) if answer.answered else answer.reason or "",
        "parts": _parts(answer, article_named),
        "nearest": NEAREST,
        "misses": groups(answer.closest, article_named, answers=False),
        "tables": worded_tables(answer),
        "more": MORE,
        "beside": groups(answer.beside, article_named, answers=False),
        "lit": counting(FIRST_LIT),
        "link_to": link,
        "wordings": other_wordings((answer.question, *(part.question for part in answer.parts)), answer.searched),
        "all": [*answer.quotes, *answer.beside, *answer.closest],
        "chosen": scope_text(answer.within) if answer.within else "",
        "articles": count(answer.within.articles if answer.within else answer.index.articles, "article"),
    }
    return fill_template("turn.html", values)


def _parts(answer: SavedAnswer, article_named: ArticleNamed) -> list[ShownPart]:
    """Return the parts of the question, or all quotes as the only one."""

    def shown(quotes: Sequence[SavedQuote], more: int, question: str = "", reason: str = "") -> ShownPart:
        made = tuple(groups(quotes, article_named, answers=True))
        return ShownPart(question, made, further(more) if more else "", reason)

    if not answer.parts:
        return [shown(answer.quotes, answer.more)]
    return [
        shown([quote for quote in answer.quotes if quote.rank in part.ranks], part.more, part.question, part.reason or "")
        for part in answer.parts
    ]


def groups(quotes: Sequence[SavedQuote], article_named: ArticleNamed, *, answers: bool) -> list[QuoteGroup]:
    """Group the quotes by article, the article of the best quote first; a near copy follows the quote that it repeats."""
    from qa import by_article

    return [_group(group, article_named, answers=answers) for group in by_article(quotes)]


def scope_text(scope: SavedScope) -> str:
    """Return the articles that were asked, in words."""
    since, until = f"from {scope.since}" if scope.since else "", f"to {scope.until}" if scope.until else ""
    return ", ".join(one_line(part) for part in (*scope.sources, *scope.outlets, since, until) if part)


def link(quote: SavedQuote, start: int | None = None, end: int | None = None) -> str:
    """Return the page's address of a quote, or of another stretch; the digest tells a later version of the file."""
    place = {"start": quote.start if start is None else start, "end": quote.end if end is None else end}
    return "?" + urlencode({"source": quote.source, **place, "sha256": quote.sha256[:16]})


def _group(quotes: Sequence[SavedQuote], article_named: ArticleNamed, *, answers: bool) -> QuoteGroup:
    first = quotes[0]
    about = about_line(first.outlet, first.published)
    shown = tuple(_shown(quote, first, article_named, answers=answers) for quote in quotes)
    return QuoteGroup(one_line(first.title or first.source), about, shown)


def _shown(quote: SavedQuote, first: SavedQuote, article_named: ArticleNamed, *, answers: bool) -> ShownQuote:
    """Return a quote in the group of the article that `first` is from; a near copy from another article names its own."""
    layers = [_layer("answering", mark.start, mark.end, quote) for mark in quote.marks]
    layers += [_layer("gap", gap.start, gap.end, quote) for gap in quote.gaps]
    speakers = [speaker for speaker in (quote.speaker, quote.citing_speaker) if speaker]
    notes = [
        about_line(quote.title, quote.outlet, quote.published) if quote.source != first.source else "",
        saved_said(quote),
        f"nearly the words of [{quote.same_as}]" if quote.same_as else "",
        FILE_NOTES[SourceState(quote.source_state)],
    ]
    text = _article_text(quote, article_named)
    return ShownQuote(
        quote=quote,
        runs=tuple(styled_runs(quote.text, Span(0, len(quote.text)), layers)),
        before=_sentence(quote.before, text),
        after=_sentence(quote.after, text),
        place=printable(place_of(quote)),
        link=link(quote),
        sure=sureness(quote.probability) if answers else "",
        note=" · ".join(note for note in notes if note),
        links=tuple(_identity_link(link) for speaker in speakers for link in speaker.links),
    )


def _article_text(quote: SavedQuote, article_named: ArticleNamed) -> str:
    """Return the text of a quote's article; "" where the index has another version of the article, or none."""
    if quote.before is None and quote.after is None:
        return ""
    article = article_named(quote.source)
    reader = quote.place.reader if quote.place else ""
    same = article is not None and article.content[:3] == (quote.sha256, quote.encoding, reader)
    return article.text if article and same else ""


def _sentence(span: SavedSpan | None, text: str) -> str:
    """Return a sentence of an article's text, cut short; "" for a span that an altered record puts outside."""
    return shortened(text, Span(span.start, min(span.end, len(text))), max_chars=BESIDE_CHARS) if span else ""


def _identity_link(link: SavedLink) -> dict[str, object]:
    """Return a stretch of an article that tells who a speaker is, as the page shows it."""
    named = {"source": link.source, "start": link.start, "end": link.end, "sha256": (link.sha256 or "")[:16]}
    href = "?" + urlencode(named)
    return {"link": link, "source": printable(link.source), "text": one_line(link.text), "href": href}


def _layer(kind: str, start: int, end: int, quote: SavedQuote) -> Layer:
    """Return a layer in offsets of the quote's own text; spans that an altered record puts outside stay outside."""
    return Layer(Span(max(0, start - quote.start), max(0, end - quote.start)), kind)
