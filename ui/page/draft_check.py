"""The result of checking a draft as HTML: its quotations with their places, differences and what follows; its figures."""

from dataclasses import dataclass

from articles_qa.index.files.printable import one_line, printable
from articles_qa.qa.drafts.check_draft import CheckedDraft, CheckedQuotation
from articles_qa.qa.drafts.figures import CheckedFigure, ToldFigure
from articles_qa.ui.page.html import Layer, StyledRun, fill_template, styled_runs
from articles_qa.ui.text.draft_words import VERDICTS, changes, figure_line, tally
from articles_qa.ui.text.headline import headline
from articles_qa.ui.text.wording import about_line, day, place


@dataclass(frozen=True, slots=True)
class ShownQuotation:
    """A quotation as the page shows it; `place` and all that follows are "" or empty where no article has it.

    `there` are the article's words where they differ. `left_out` and `follows` are cut from the article.
    """

    checked: CheckedQuotation
    verdict: str
    place: str = ""
    about: str = ""
    there: str = ""
    changes: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()
    follows: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class ShownTold:
    """A sentence of an article with a figure, and its place."""

    told: ToldFigure
    place: str
    about: str
    runs: tuple[StyledRun, ...]


@dataclass(frozen=True, slots=True)
class ShownFigure:
    """An attributed figure of the draft, and what the articles have the same speaker say."""

    checked: CheckedFigure
    words: str
    told: tuple[ShownTold, ...]


def draft_html(checked: CheckedDraft) -> str:
    """Render a checked draft: its quotations in its order, then its figures."""
    values = {
        "tally": tally(checked),
        "shown": [_shown(one) for one in checked.quotations],
        "figures": [_figure(one) for one in checked.figures],
    }
    return fill_template("draft_result.html", values)


def _figure(one: CheckedFigure) -> ShownFigure:
    return ShownFigure(one, figure_line(one), tuple(_told(told) for told in one.told))


def _told(one: ToldFigure) -> ShownTold:
    article, published = one.article, one.article.masthead.published
    runs = styled_runs(article.text, one.span, [Layer(one.value, "figure")])
    where = place(printable(article.source), article.line(one.value.start), article.line(one.value.end - 1))
    about = about_line(f"said by {one.said_by}", article.outlet, day(published.isoformat()) if published else None)
    return ShownTold(one, where, about, tuple(runs))


def _shown(one: CheckedQuotation) -> ShownQuotation:
    article, span = one.article, one.span
    if article is None or span is None:
        return ShownQuotation(one, VERDICTS[one.verdict])
    published = article.masthead.published
    named = headline(article.title, article.source, article).words
    return ShownQuotation(
        checked=one,
        verdict=VERDICTS[one.verdict],
        place=place(printable(article.source), article.line(span.start), article.line(span.end - 1)),
        about=about_line(named, article.outlet, day(published.isoformat()) if published else None),
        there=span.cut(article.text) if one.changes else "",
        changes=tuple(changes(one)),
        left_out=tuple(one_line(left.cut(article.text)) for left in one.left_out),
        follows=tuple((one_line(follow.cue), follow.span.cut(article.text)) for follow in one.follows),
    )
