"""The result of checking a draft as HTML: each quotation with its place in the articles, its differences, what follows it."""

from dataclasses import dataclass

from articles_qa.index.files.printable import one_line, printable
from articles_qa.qa.drafts.check_draft import CheckedDraft, CheckedQuotation
from articles_qa.ui.page.html import fill_template
from articles_qa.ui.text.draft_words import VERDICTS, changes, tally
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


def draft_html(checked: CheckedDraft) -> str:
    """Render a checked draft, its quotations in its order."""
    return fill_template("draft_result.html", {"tally": tally(checked), "shown": [_shown(one) for one in checked.quotations]})


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
