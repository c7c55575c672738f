"""The masthead: title, outlet and date of publication, as an article's first lines show them.

The Daily Herald | Dam bursts near Velden | By Anna Lind | VELDEN, Jan. 5, 2024 (AP) — The dam burst on Friday.
Four lines. The first is short and names a paper: outlet. The second is the
first heading that is neither outlet nor byline: title. The dateline of the
story gives the date, 2024-01-05. Whatever the text does not show is None.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from articles_qa.index.articles.layout import FACT, Block, BlockKind, blocks
from articles_qa.index.articles.span import Span
from articles_qa.index.english import MONTH, MONTHS_ELSEWHERE, month_number

FIRST_CHARS = 3000  # Later text belongs to the story.
MAX_OUTLET_WORDS = 5

_DATES = (
    re.compile(r"\b(?P<year>(?:19|20)\d\d)(?P<sign>[-/.])(?P<number>\d\d?)(?P=sign)(?P<day>\d\d?)(?!\d|[-/.]\d)"),
    re.compile(r"(?<![\d.,])(?P<day>\d\d?)\.\s?(?P<number>\d\d?)\.\s?(?P<year>(?:19|20)\d\d)(?!\d|\.\d)"),
    re.compile(r"(?<![\d/-])(?P<one>\d\d?)(?P<sign>[/-])(?P<other>\d\d?)(?P=sign)(?P<year>(?:19|20)\d\d|(?<=/)\d\d)(?![\d/-])"),
    re.compile(
        rf"(?<!\d)(?P<day>\d{{1,2}})\.?\s+(?:de\s+)?(?P<elsewhere>{'|'.join(MONTHS_ELSEWHERE)})\s+(?:de\s+)?(?P<year>(?:19|20)\d\d)\b",
        re.IGNORECASE,
    ),
    re.compile(rf"\b(?P<month>{MONTH})\s+(?P<day>\d{{1,2}})(?:st|nd|rd|th)?,?\s+(?P<year>(?:19|20)\d\d)\b", re.IGNORECASE),
    re.compile(rf"\b(?P<day>\d{{1,2}})(?:st|nd|rd|th)?\s+(?P<month>{MONTH}),?\s+(?P<year>(?:19|20)\d\d)\b", re.IGNORECASE),
)
# "KYIV, December 27, 2024 (Reuters) - …": a place in capitals or with a comma, then a dash within the first words.
_DATELINE = re.compile(r"[A-Z][\w .,/’'()-]{2,70}?(?:\((?P<agency>[A-Z][\w .]{1,30})\)\s*)?\s?(?:[–—]|-{1,2}\s)")
_OUTLET = re.compile(
    r"\b(?:news|times|post|tv|television|radio|herald|tribune|gazette|journal|daily|press|guardian|telegraph|observer|reuters|"
    r"afp|bbc|cnn|npr|chronicle|courier|mail|mirror|independent|today|broadcasting|media|magazine|agency|wire)\b",
    re.IGNORECASE,
)
# Words that many titles have too; of an outlet the last one.
_PAPER = re.compile(
    rf"(?:{_OUTLET.pattern}|\b(?:ledger|standard|echo|star|sun|express|bulletin|record|review|monitor|dispatch|examiner|inquirer|"
    r"sentinel|register|globe|advertiser|argus|tidings|weekly|digest|reporter)\b)$",
    re.IGNORECASE,
)
_BEFORE_DATE = re.compile(r"(?P<outlet>[A-Z][^\d,|·–—]{2,40}?)\s*(?:[,|·–—]|-\s)\s*(?=\S*\s*\S*\d)")
_BYLINE = re.compile(r"by\s+[A-Z]", re.IGNORECASE)
_LATER = re.compile(r"\b(?:updated|modified|revised)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Masthead:
    """The places of title and outlet, and the day of publication."""

    title: Span | None = None
    outlet: Span | None = None
    published: date | None = None


def read_masthead(text: str) -> Masthead:
    """Read title, outlet and date from the lines before the story and from its dateline."""
    top = text[:FIRST_CHARS]
    laid_out = blocks(top)
    story = next(
        (i for i, block in enumerate(laid_out) if block.kind is BlockKind.PROSE and not _is_label(block.span.cut(top))),
        len(laid_out),
    )
    head = laid_out[:story]
    # The last block may be cut off by FIRST_CHARS, so a lone heading there is not trusted.
    headings = [block.span for block in head if block.kind is not BlockKind.FURNITURE and block.span.end < FIRST_CHARS]
    keyed = {
        m["key"].lower(): Span(span.start + m.start("value"), span.end) for span in headings if (m := FACT.match(span.cut(top)))
    }
    plain = [span for span in headings if not _is_label(span.cut(top))] if story < len(laid_out) else []
    dated = [place for place, block in enumerate(head) if find_date(block.span.cut(top))]
    beside = [head[place + step].span for place in dated for step in (-1, 1) if 0 <= place + step < len(head)]
    beside += [name for place in dated if (name := _before_date(top, head[place].span))]
    outlet = (
        keyed.get("outlet")
        or keyed.get("publisher")
        or keyed.get("publication")
        or keyed.get("source")
        or _outlet(top, plain, beside)
    )
    title = keyed.get("title") or keyed.get("headline") or _title(top, plain, outlet)
    first = laid_out[story] if story < len(laid_out) else None
    agency, dateline = _dateline(top, first)
    labels = [block.span.cut(top) for block in head]
    published = next(
        (found for label in [*sorted(labels, key=lambda t: bool(_LATER.search(t))), dateline] if (found := find_date(label))),
        None,
    )
    return Masthead(title=title, outlet=outlet or agency, published=published)


def find_date(text: str) -> date | None:
    """Return the first full date (day, month and year) in the text."""
    found = [match for pattern in _DATES for match in pattern.finditer(text)]
    for match in sorted(found, key=lambda m: m.start()):
        try:
            return _day_of(match.groupdict())
        except ValueError:
            continue
    return None


def _day_of(groups: Mapping[str, str | None]) -> date:
    """Return the day of a date's parts.

    Raises:
        ValueError: there is no such day, or nothing tells which number is the month: "05/06/2024".
    """
    year = int(groups["year"] or 0)
    if one := groups.get("one"):
        numbers = int(one), int(groups["other"] or 0)
        if min(numbers) > 12 or (max(numbers) <= 12 and numbers[0] != numbers[1]):
            raise ValueError("no month, or two that may be it")
        return date(year if year > 99 else 2000 + year, min(numbers), max(numbers))
    if name := groups.get("elsewhere"):
        month = MONTHS_ELSEWHERE[name.lower()]
    else:
        month = int(number) if (number := groups.get("number")) else month_number(groups["month"] or "")
    return date(year, month, int(groups["day"] or 0))


def _is_label(line: str) -> bool:
    """Return whether a line gives a fact about the article and is no title."""
    if FACT.match(line) or line.strip("- ") == "":
        return True
    words = len(line.split())
    return (words <= 10 and find_date(line) is not None) or (words <= 8 and _BYLINE.match(line) is not None)


def _before_date(text: str, label: Span) -> Span | None:
    """The words before the date on a line: "Nordic Review, 9 June 2024"."""
    match = _BEFORE_DATE.match(label.cut(text))
    return Span(label.start, label.start + match.end("outlet")) if match else None


def _outlet(text: str, headings: list[Span], beside_date: Sequence[Span]) -> Span | None:
    """A short line that is printed twice, or that names a paper, agency or station: the first one, or one at the date."""
    seen = [span.cut(text).casefold() for span in headings]
    for i, span in enumerate(headings[:-1]):
        if len(seen[i].split()) <= MAX_OUTLET_WORDS and (seen[i] in seen[i + 1 :] or (i == 0 and _OUTLET.search(seen[i]))):
            return span
    for span in beside_date if headings else ():
        line = span.cut(text)
        if span != headings[0] and len(line.split()) <= MAX_OUTLET_WORDS and _PAPER.search(line) and _is_name(line):
            return span
    return None


def _is_name(line: str) -> bool:
    """Tell whether every longer word of a line begins with a capital."""
    return all(word[0].isupper() for word in line.split() if len(word) > 3)


def _title(text: str, headings: list[Span], outlet: Span | None) -> Span | None:
    """The first heading that is not the outlet's name, without Markdown's marks."""
    name = outlet.cut(text).casefold() if outlet else None
    for span in headings:
        cut = span.cut(text)
        if cut.casefold() != name:
            mark = re.match(r"#{1,6}\s+", cut)
            return Span(span.start + (mark.end() if mark else 0), span.end)
    return None


def _dateline(text: str, story: Block | None) -> tuple[Span | None, str]:
    """The agency and the words of the dateline that opens the story; None and "" without a dateline."""
    if story is None:
        return None, ""
    match = _DATELINE.match(text, story.span.start, min(story.span.end, story.span.start + 110))
    if match is None:
        return None, ""
    agency = Span(*match.span("agency")) if match["agency"] else None
    return agency, match.group()
