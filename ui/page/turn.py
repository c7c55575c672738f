"""A turn of the conversation: the record of an answer rendered as HTML."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import count as counting
from urllib.parse import urlencode

from articles_qa.index import SourceState, Span
from articles_qa.index.english import count
from articles_qa.index.files.printable import one_line, printable
from articles_qa.qa.proof.saved_answer import SavedAnswer, SavedLink, SavedQuote, SavedSpan
from articles_qa.ui.notes.note import Note
from articles_qa.ui.notes.placed_notes import note_at
from articles_qa.ui.page.html import Layer, StyledRun, fill_template, styled_runs
from articles_qa.ui.pictures.figures import picture
from articles_qa.ui.pictures.reports import reports
from articles_qa.ui.pictures.statements import statements
from articles_qa.ui.pictures.timeline import timeline
from articles_qa.ui.text.claim_tables import figures, worded_tables
from articles_qa.ui.text.gist import gist
from articles_qa.ui.text.headline import Headline, headline
from articles_qa.ui.text.quote_notes import ArticleNamed, article_of
from articles_qa.ui.text.reading_order import numbers
from articles_qa.ui.text.wording import (
    CORRECTED,
    FILE_NOTES,
    MORE,
    NEAREST,
    NOT_ENGLISH,
    WEAK,
    WEAK_MATCH,
    about_line,
    day,
    found,
    further,
    other_wordings,
    place_of,
    quote_link,
    same_report,
    saved_said,
    scope_text,
    shortened,
)

# Values and links that are lit up in an article have ranks of their own, beyond those of the quotes.
FIRST_LIT = 1_000
BESIDE_CHARS = 400  # Of a sentence beside a quote. All sentences of the seeds are shorter.


@dataclass(frozen=True, slots=True)
class ShownQuote:
    """A quote as the page shows it. `number` is its place on the screen; `links` tell who the speakers are.

    `who` says it, "" for the article itself; `weak` tells where it hardly answers, "" otherwise.

    `before` and `after` are the sentences beside the quote, "" where there is
    none or the index has another version of the article; so are stretches that it is
    read with, `leads_above` or `leads_below` the sentence before as in the article, and
    `corrections`, the notes that touch it.
    """

    quote: SavedQuote
    number: int
    runs: tuple[StyledRun, ...]
    before: str
    after: str
    leads_above: tuple[str, ...]
    leads_below: tuple[str, ...]
    corrections: tuple[str, ...]
    place: str
    link: str
    who: str
    weak: str
    note: str
    links: tuple[dict[str, object], ...]
    noted: Note | None


@dataclass(frozen=True, slots=True)
class QuoteGroup:
    """The quotes of an article under its name, which is its first sentence where it has no title."""

    heading: Headline
    about: str
    quotes: tuple[ShownQuote, ...]


@dataclass(frozen=True, slots=True)
class _Context:
    """The means to show the quotes of one answer: the index's articles, numbers by rank, and the ranks that surely fit.

    `asked` is the question, and as it was searched last.
    """

    article_named: ArticleNamed
    asked: tuple[str, ...]
    numbers: Mapping[int, int]
    notes: Sequence[Note]
    fitting: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class ShownPart:
    """A part of the question and its quotes; of a question that asks one thing, all quotes without words of their own.

    `further` counts the quotes that are not shown, "" for none; `reason` tells why there are none, "" otherwise.
    """

    question: str
    groups: tuple[QuoteGroup, ...]
    further: str
    reason: str


def turn_html(answer: SavedAnswer, article_named: ArticleNamed, notes: Sequence[Note] = ()) -> str:
    """Render the answer, the quotes of each part of the question grouped by article, with the readers' notes on them.

    All texts are the record's, character for character, except the sentences
    beside the quotes: they are cut from the index's articles.
    """
    numbered = numbers(answer)
    # The speaker and the figure fit the question.
    fitting = frozenset(
        claim.rank for table in answer.claims for value in table.values if value.asked for claim in value.claims
    )
    context = _Context(cache(article_named), (answer.question, *answer.searched[-1:]), numbered, notes, fitting)
    tables = worded_tables(answer, numbered)
    wordings = other_wordings((answer.question, *(part.question for part in answer.parts)), answer.searched)
    values = {
        "answer": answer,
        "gist": gist(answer, tables),
        "picture": picture(answer, tables),
        "pictures": [made for draw in (timeline, statements, reports) if (made := draw(answer, numbered))],
        "found": found(answer.quotes) if answer.answered else answer.reason or "",
        "parts": _parts(answer, context),
        "nearest": NEAREST,
        "corrected": CORRECTED.capitalize(),
        "misses": _groups(answer.closest, context, answers=False),
        "tables": tables,
        "figures": figures(answer),
        "more": MORE,
        "beside": _groups(answer.beside, context, answers=False),
        "lit": counting(FIRST_LIT),
        "link_to": quote_link,
        "wordings": wordings,
        "earlier": any(answer.question.casefold() in text.casefold() for text in wordings),
        "all": sorted((*answer.quotes, *answer.beside, *answer.closest), key=lambda quote: numbered[quote.rank]),
        "numbers": numbered,
        "chosen": scope_text(answer.within) if answer.within else "",
        "articles": count(answer.within.articles if answer.within else answer.index.articles, "article"),
    }
    return fill_template("turn.html", values)


def _parts(answer: SavedAnswer, context: _Context) -> list[ShownPart]:
    """Return the parts of the question, or all quotes as the only one."""

    def shown(quotes: Sequence[SavedQuote], more: int, question: str = "", reason: str = "") -> ShownPart:
        made = tuple(_groups(quotes, context, answers=True))
        return ShownPart(question, made, further(more) if more else "", reason)

    if not answer.parts:
        return [shown(answer.quotes, answer.more)]
    return [
        shown([quote for quote in answer.quotes if quote.rank in part.ranks], part.more, part.question, part.reason or "")
        for part in answer.parts
    ]


def _groups(quotes: Sequence[SavedQuote], context: _Context, *, answers: bool) -> list[QuoteGroup]:
    """Group the quotes by article, the article of the best quote first; a near copy follows the quote that it repeats."""
    from articles_qa.qa import by_article

    return [_group(group, context, answers=answers) for group in by_article(quotes)]


def _group(quotes: Sequence[SavedQuote], context: _Context, *, answers: bool) -> QuoteGroup:
    first = quotes[0]
    heading = headline(first.title, first.source, article_of(first, context.article_named))
    shown = tuple(_shown(quote, first, context, answers=answers) for quote in quotes)
    return QuoteGroup(heading, about_line(first.outlet, day(first.published)), shown)


def _shown(quote: SavedQuote, first: SavedQuote, context: _Context, *, answers: bool) -> ShownQuote:
    """Return a quote in the group of the article that `first` is from; a near copy from another article names its own."""
    layers = [Layer(mark, "answering") for mark in _bold(quote, context.asked)]
    layers += [Layer(_inside(gap, quote), "gap") for gap in quote.gaps]
    speakers = [speaker for speaker in (quote.speaker, quote.citing_speaker) if speaker]
    notes = [
        about_line(quote.title, quote.outlet, day(quote.published)) if quote.source != first.source else "",
        f"nearly the words of [{context.numbers[quote.same_as]}]" if quote.same_as else "",
        same_report(quote.same_report),
        NOT_ENGLISH if quote.not_english else "",
        FILE_NOTES[SourceState(quote.source_state)],
    ]
    beside = (quote.before, quote.after, *quote.read_with, *quote.corrections)
    article = article_of(quote, context.article_named) if any(beside) else None
    text = article.text if article else ""
    leads = [lead for lead in quote.read_with if text and not _is_in(lead, quote.before)]
    first_beside = quote.before.start if quote.before else 0
    is_weak = answers and quote.probability < WEAK and quote.rank not in context.fitting
    return ShownQuote(
        quote=quote,
        number=context.numbers[quote.rank],
        runs=tuple(styled_runs(quote.text, Span(0, len(quote.text)), layers)),
        before=_sentence(quote.before, text),
        after=_sentence(quote.after, text),
        leads_above=tuple(_sentence(lead, text) for lead in leads if lead.start < first_beside),
        leads_below=tuple(_sentence(lead, text) for lead in leads if lead.start >= first_beside),
        corrections=tuple(_sentence(note, text) for note in quote.corrections if text),
        place=printable(place_of(quote)),
        link=quote_link(quote),
        who=saved_said(quote),
        weak=WEAK_MATCH if is_weak else "",
        note=" · ".join(note for note in notes if note),
        links=tuple(_identity_link(link) for speaker in speakers for link in speaker.links),
        noted=_noted(quote, context),
    )


def _noted(quote: SavedQuote, context: _Context) -> Note | None:
    """Return the readers' note on a quote."""
    there = [note for note in context.notes if note.source == quote.source and note.text == quote.text]
    if not there:
        return None
    article = article_of(quote, context.article_named)
    return note_at(there, article, quote.source, Span(quote.start, quote.end), quote.text)


def _sentence(span: SavedSpan | None, text: str) -> str:
    """Return a sentence of an article's text, cut short; "" for a span that an altered record puts outside."""
    return shortened(text, Span(span.start, min(span.end, len(text))), max_chars=BESIDE_CHARS) if span else ""


def _is_in(span: SavedSpan, other: SavedSpan | None) -> bool:
    return other is not None and other.start <= span.start and span.end <= other.end


def _identity_link(link: SavedLink) -> dict[str, object]:
    """Return a stretch of an article that tells who a speaker is, as the page shows it."""
    named = {"source": link.source, "start": link.start, "end": link.end, "sha256": (link.sha256 or "")[:16]}
    href = "?" + urlencode(named)
    return {"link": link, "source": printable(link.source), "text": one_line(link.text), "href": href}


def _bold(quote: SavedQuote, asked: Sequence[str]) -> list[Span]:
    """Return the stretches of a quote that answer. Of a quote that only shares words with the question, none does."""
    from articles_qa.qa.answers.answering_marks import answering_marks

    speakers = [_inside(span, quote) for span in (quote.said_by_span, quote.said_at, quote.citing_span) if span]
    marks = [_inside(mark, quote) for mark in quote.marks]
    return answering_marks(quote.text, marks, asked, speakers=speakers, outlet=quote.outlet or "")


def _inside(span: SavedSpan, quote: SavedQuote) -> Span:
    """Return a span in offsets of the quote's own text; one that an altered record puts outside stays outside."""
    return Span(max(0, span.start - quote.start), max(0, span.end - quote.start))
