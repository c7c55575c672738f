"""A report: who says what in a sentence; several of them side by side."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from index.noun_phrases import Phrase
from index.parse import Parse


@dataclass(frozen=True, slots=True)
class Report:
    """Who says something, by which word, whom they cite; `said` are the words `[low, high)` that are theirs.

    `clause` is whether what is said is a clause of its own, or all that
    stands around; `added` whether the report follows it ("..., Yonhap
    reported").
    """

    who: Phrase
    by: int
    cited: Phrase | None
    said: tuple[int, int]
    clause: bool
    added: bool = False


def apart(parse: Parse, found: Sequence[Report]) -> list[Report]:
    """The reports with what is said cut where another's clause begins beside it, not inside it."""
    cut: list[Report] = []
    for report in found:
        low, high = report.said
        for other in found:
            if other.by == report.by or report.added or (not other.added and report.clause and _is_said(parse, report, other)):
                continue
            begin, end = parse.edges(other.by)
            if other.added and low < other.said[1] < high and not report.added:
                high = other.said[1]
                continue
            if low < begin < high and not low <= report.by >= begin:
                high = min(high, _before_mark(parse, begin))
            elif begin <= low and end < high and low < end and not begin <= report.by < end:
                low = end
        cut.append(replace(report, said=(low, max(low + 1, high))))
    return cut


def gone_on(parse: Parse, report: Report, found: Sequence[Report]) -> Report:
    """The report with the speaker of the one just before it, where it goes on: "..., a source told AFP, adding that"."""
    word = parse.words[report.by]
    if word.tag != "VBG" or word.dep == "acl" or parse.child(report.by, "nsubj") is not None:
        return report
    before = [other for other in found if other.added and other.by < report.by]
    return replace(report, who=before[-1].who) if before else report


def _is_said(parse: Parse, outer: Report, inner: Report) -> bool:
    """Whether the inner report is part of what the outer one says, not a clause beside it."""
    dep = parse.words[inner.by].dep
    return outer.said[0] <= inner.by < outer.said[1] and dep not in ("advcl", "conj", "parataxis", "prep")


def _before_mark(parse: Parse, begin: int) -> int:
    """Before the comma that parts two clauses."""
    while begin > 1 and parse.words[begin - 1].text in (",", ";", "and", "but", "while"):
        begin -= 1
    return begin
