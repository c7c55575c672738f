"""The result of checking a draft in words, the same on a terminal and on the page."""

from collections import Counter

from articles_qa.index.english import count
from articles_qa.index.files.printable import one_line
from articles_qa.qa.drafts.check_draft import CheckedDraft, CheckedQuotation, Verdict

VERDICTS = {Verdict.EXACT: "word for word", Verdict.ALTERED: "other words", Verdict.MISSING: "not found"}


def tally(checked: CheckedDraft) -> str:
    """Return the counts in a line: "3 quotations: 1 word for word, 2 not found"."""
    counted = Counter(one.verdict for one in checked.quotations)
    told = ", ".join(f"{counted[verdict]:,} {words}" for verdict, words in VERDICTS.items() if counted[verdict])
    flagged = sum(bool(one.follows) for one in checked.quotations)
    follows = f"; what stands beside {flagged:,} of them may change the meaning" if flagged else ""
    more = f"; {checked.more:,} more were not looked for" if checked.more else ""
    total = count(len(checked.quotations), "quotation")
    return f"{total}: {told}{follows}{more}" if told else "There is no quotation in this draft."


def changes(one: CheckedQuotation) -> list[str]:
    """Return the words that differ: "“eleven” for “nine”", "“not” left out", "“very” put in"."""
    return [_change(one_line(change.draft), one_line(change.article)) for change in one.changes]


def _change(draft: str, article: str) -> str:
    if not article:
        return f"“{draft}” put in"
    return f"“{draft}” for “{article}”" if draft else f"“{article}” left out"
