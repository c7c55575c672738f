"""The result of checking a draft in words, the same on a terminal and on the page."""

from collections import Counter

from articles_qa.index.english import count
from articles_qa.index.files.printable import one_line
from articles_qa.qa.drafts.check_draft import CheckedDraft, CheckedQuotation, Verdict
from articles_qa.qa.drafts.figures import CheckedFigure

SAME, DIFFERS = "the same figure", "another figure"
VERDICTS = {Verdict.EXACT: "word for word", Verdict.ALTERED: "other words", Verdict.MISSING: "not found"}


def tally(checked: CheckedDraft) -> str:
    """Return the counts in a line: "3 quotations: 1 word for word, 2 not found; 2 figures compared, 1 differs"."""
    counted = Counter(one.verdict for one in checked.quotations)
    told = ", ".join(f"{counted[verdict]:,} {words}" for verdict, words in VERDICTS.items() if counted[verdict])
    flagged = sum(bool(one.follows) for one in checked.quotations)
    follows = f"; what stands beside {flagged:,} of them may change the meaning" if flagged else ""
    more = f"; {checked.more:,} more were not looked for" if checked.more else ""
    total = count(len(checked.quotations), "quotation")
    quoted = f"{total}: {told}{follows}{more}" if told else "There is no quotation in this draft"
    differ = sum(not one.is_same for one in checked.figures)
    compared = f"{count(len(checked.figures), 'figure')} compared, {differ or 'none'} {'differ' if differ > 1 else 'differs'}"
    return f"{quoted}; {compared}" if checked.figures else quoted if told else f"{quoted}."


def figure_line(one: CheckedFigure) -> str:
    """Return a figure in a line: "“40”, said by the mayor: the articles have another figure"."""
    return f"“{one_line(one.value)}”, said by {one.said_by}: the articles have {SAME if one.is_same else DIFFERS}"


def changes(one: CheckedQuotation) -> list[str]:
    """Return the words that differ: "“eleven” for “nine”", "“not” left out", "“very” put in"."""
    return [_change(one_line(change.draft), one_line(change.article)) for change in one.changes]


def _change(draft: str, article: str) -> str:
    if not article:
        return f"“{draft}” put in"
    return f"“{draft}” for “{article}”" if draft else f"“{article}” left out"
