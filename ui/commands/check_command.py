"""The command `qa check`: finds each quotation of a draft in the articles, and compares its attributed figures."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Iterator

from articles_qa.index.files.printable import one_line, printable
from articles_qa.index.opened.index import Index
from articles_qa.qa.drafts.check_draft import CheckedQuotation, Verdict, check_draft
from articles_qa.qa.drafts.draft_file import read_draft
from articles_qa.qa.drafts.figures import CheckedFigure
from articles_qa.ui.commands.output import ExitStatus, show, show_json
from articles_qa.ui.text.draft_words import VERDICTS, changes, figure_line, tally
from articles_qa.ui.text.wording import about_line, place


def check(chosen: Namespace) -> ExitStatus:
    """Print each quotation and attributed figure of the draft with its place in the articles.

    Status 1: a quotation is not there word for word, or a figure differs.

    Raises:
        InputError: the draft cannot be read.
        IndexUnusableError: the index cannot be opened.
    """
    index = Index.open(chosen.index, generation=chosen.generation)
    checked = check_draft(index, read_draft(chosen.draft))
    if chosen.json:
        show_json(checked.to_dict())
    else:
        name = printable(str(chosen.draft))
        lines = [line for one in checked.quotations for line in _lines(name, one)]
        lines += [line for figure in checked.figures for line in _figure_lines(name, figure)]
        show("\n".join([*lines, tally(checked)]))
    return ExitStatus.DONE if checked.is_right else ExitStatus.NOT_PROVEN


def _lines(draft: str, one: CheckedQuotation) -> Iterator[str]:
    """Yield a quotation and its verdict, its place in the articles, its differences, and what follows it there."""
    yield f"{draft}:{one.quotation.line}: {VERDICTS[one.verdict]}: “{one_line(one.text)}”"
    if one.article and one.span:
        article = one.article
        lines = article.line(one.span.start), article.line(one.span.end - 1)
        published = article.masthead.published
        about = about_line(article.title, article.outlet, published.isoformat() if published else None)
        said = f" · said by {one.said_by}" if one.said_by else ""
        yield f"  {place(printable(article.source), *lines)}{said}" + (f" · {about}" if about else "")
        if one.verdict is Verdict.ALTERED:
            yield f"  there: “{one_line(one.span.cut(article.text))}”"
        for change in changes(one):
            yield f"  {change}"
        for span in one.left_out:
            yield f"  left out: {one_line(span.cut(article.text))}"
        for follow in one.follows:
            yield f"  beside it ({one_line(follow.cue)}): {one_line(follow.span.cut(article.text))}"
    yield ""


def _figure_lines(draft: str, one: CheckedFigure) -> Iterator[str]:
    """Yield a figure, and where the articles have the same one, or others."""
    yield f"{draft}:{one.line}: {figure_line(one)}"
    for told in one.told:
        article = told.article
        published = article.masthead.published
        where = place(printable(article.source), article.line(told.value.start), article.line(told.value.end - 1))
        about = about_line(f"said by {told.said_by}", article.outlet, published.isoformat() if published else None)
        yield f"  {where} · {about}"
        yield f"  there: {one_line(told.span.cut(article.text))}"
    yield ""
