"""The forms of a text's lines: which lines belong to the page, which stand alone or open the next one, and their leads.

A lead is a stretch that a sentence is read with: the heading of a row, the line before a list, the time of an entry in a
live blog, the question before an answer, the head of a post, the verdict on a claim.
"""

import re
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field

from articles_qa.index.articles.forms.fact_checks import find_fact_checks
from articles_qa.index.articles.forms.furniture_runs import furniture_lines
from articles_qa.index.articles.forms.live_entries import find_entries
from articles_qa.index.articles.forms.posts import find_posts
from articles_qa.index.articles.forms.tables import find_tables
from articles_qa.index.articles.forms.turns import find_turns
from articles_qa.index.articles.span import Span

MAX_LEAD_CHARS, MAX_LEAD_WORDS = 200, 14
LIST_ITEM = re.compile(r"(?:[-*•‣▪–—>]|\d{1,3}[.)])\s|#{1,6}\s|\|")
_ITEM = re.compile(r"(?:[-*•‣▪–—]|\d{1,3}[.)])\s")
_HEADING = re.compile(r"#{1,6}\s+")
_SENTENCE_END = re.compile(r"[.!?]['\"’”)]*\s+")
_FRONT_MATTER = {"---": "---", "+++": "+++"}


@dataclass(slots=True)
class LineForms:
    """The forms of lines, by the start of each line.

    `headings` are not quoted, `prose` may be quoted though it has no full stop, `alone` are not joined with other lines,
    `openers` are joined with the next one, and `rows` are of tables.
    """

    furniture: frozenset[int] = frozenset()
    headings: set[int] = field(default_factory=set)
    prose: set[int] = field(default_factory=set)
    alone: set[int] = field(default_factory=set)
    openers: set[int] = field(default_factory=set)
    rows: set[int] = field(default_factory=set)
    _of_lines: dict[int, tuple[Span, ...]] = field(default_factory=dict)
    _stretches: list[tuple[int, int, Span]] = field(default_factory=list)

    def leads(self, block: Span) -> tuple[Span, ...]:
        """Return the leads of a block: its first line's, and that of the entry or answer that it is of."""
        found = list(self._of_lines.get(block.start, ()))
        at = bisect_right(self._stretches, block.start, key=lambda each: each[0]) - 1
        if at >= 0 and block.start < self._stretches[at][1]:
            found.insert(0, self._stretches[at][2])
        return tuple(found)


def line_forms(text: str, lines: Sequence[Span]) -> LineForms:
    """Return the forms of a text's lines."""
    forms = LineForms(furniture_lines(text, lines))
    _add_front_matter(text, lines, forms)
    for table in find_tables(text, lines):
        rows = {row.start for row in table.rows}
        forms.headings |= {table.heading.start} if table.heading else set()
        forms.rows |= rows
        forms.prose |= rows
        forms.alone |= rows | forms.headings
        forms._of_lines |= {row.start: (table.heading,) for row in table.rows if table.heading}
    _add_lists(text, lines, forms)
    for post in find_posts(text, lines):
        forms.headings |= {head.start for head in post.heads}
        forms.alone |= {head.start for head in post.heads}
        forms.prose |= {line.start for line in post.words}
        if post.heads[0].start < post.words[0].start:
            forms._of_lines |= {line.start: post.heads for line in post.words}
    for check in find_fact_checks(text, lines):
        forms.openers |= {check.label.start} if check.label else set()
        forms.prose.add(check.words.start)
        forms._of_lines[(check.label or check.words).start] = check.verdict
    _add_stretches(text, lines, forms)
    return forms


def _add_stretches(text: str, lines: Sequence[Span], forms: LineForms) -> None:
    """Add the entries of a live blog, else the turns of a transcript."""
    entries = find_entries(text, lines)
    for entry in entries:
        forms.openers |= {entry.line.start} if entry.line else set()
        forms._stretches.append((entry.time.start, entry.end, entry.time))
    for turn in find_turns(text, lines) if not entries else ():
        label = turn.label
        forms.alone.add(label.start)
        forms.prose.add(label.start)
        if not text[label.end : text.find("\n", label.end) if "\n" in text[label.end :] else len(text)].strip():
            forms.openers.add(label.start)
        if turn.question:
            end = text.find("\n\n", label.end, turn.end)
            forms._stretches.append((label.start, end if end >= 0 else turn.end, turn.question))


def _add_front_matter(text: str, lines: Sequence[Span], forms: LineForms) -> None:
    """Add the lines of front matter, which tell about the article."""
    first = next((place for place, line in enumerate(lines) if len(line)), 0)
    fence = _FRONT_MATTER.get(lines[first].cut(text)) if lines else None
    last = next((at for at in range(first + 1, min(first + 60, len(lines))) if lines[at].cut(text) == fence), None)
    if fence and last:
        forms.headings |= {line.start for line in lines[first : last + 1]}
        forms.alone |= {line.start for line in lines[first : last + 1]}


def _add_lists(text: str, lines: Sequence[Span], forms: LineForms) -> None:
    """Add the items of lists: each is read with the line before the list, where that leads to it."""
    lead: Span | None = None
    before: Span | None = None
    for line in lines:
        if not len(line):
            continue
        cut = line.cut(text)
        if _ITEM.match(cut) and line.start not in forms.furniture:
            if before is not None:
                lead = _lead_in(text, before)
                if lead is not None and len(before.cut(text).split()) <= MAX_LEAD_WORDS:
                    forms.headings.add(before.start)
            before = None
            if lead is not None:
                forms._of_lines[line.start] = (lead,)
        elif line.start not in forms.furniture:
            before = line


def _lead_in(text: str, line: Span) -> Span | None:
    """Return what leads to a list in the line before it: a heading, or the sentence that ends with a colon."""
    cut = line.cut(text)
    if mark := _HEADING.match(cut):
        return Span(line.start + mark.end(), line.end)
    if not cut.endswith(":"):
        return None
    start = max((match.end() for match in _SENTENCE_END.finditer(cut)), default=0)
    return Span(max(line.start + start, line.end - MAX_LEAD_CHARS), line.end)
