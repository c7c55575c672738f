"""The quotations of a draft: what stands in quotation marks, and the block quotations of Markdown.

The union's head said: "We asked for nine percent" and "got ‘two’ … not more".
Two quotations. The second leaves words out at "…", so its halves are sought one after the other.
"""

import re
from dataclasses import dataclass

from articles_qa.index.articles.span import Span

MOST_CHARS = 5_000  # Of one quotation: a mark that is never closed ends with its paragraph, and this ends both.
# An apostrophe opens nothing: “’tis”. Single marks quote where nothing else can be meant: a blank before, none after.
_PAIRS = (("“", "”"), ("„", "“”"), ("«", "»"), ('"', '"'))
# A quotation that goes on in the next paragraph is closed there alone.
_CLOSED = "|".join(
    rf"{opening}(?P<{name}>(?:(?!{opening}|\n\s*\n)[^{closing}]){{1,{MOST_CHARS}}})(?:[{closing}]|(?=\s*\n\s*\n\s*{opening}))"
    for name, (opening, closing) in zip("abcd", _PAIRS, strict=True)
)
_SINGLE = rf"(?<!\w)[‘](?P<e>(?:(?!\n\s*\n)[^‘’]|’(?=\w)){{1,{MOST_CHARS}}})’(?!\w)"
_BLOCK = r"^[ \t]*>[ \t]?(?P<f>.*(?:\n[ \t]*>.*)*)"
_QUOTATION = re.compile(f"{_CLOSED}|{_SINGLE}|{_BLOCK}", re.MULTILINE)
_LEFT_OUT = re.compile(r"\[[^\]\n]{0,100}\]|\(\s*(?:…|\.{3})\s*\)|…|\.\s?\.\s?\.")
# A letter in brackets is part of its word, "[W]e": only its case was changed.
_LETTER = re.compile(r"\[(\w)\](?=\w)")


@dataclass(frozen=True, slots=True)
class Quotation:
    """A quotation of a draft, without its marks. `line` counts from 1; `parts` are the stretches between words left out."""

    span: Span
    line: int
    parts: tuple[Span, ...]


def quotations(draft: str) -> tuple[Quotation, ...]:
    """Return the quotations of a draft, in order; one without a letter or a figure is passed over."""
    found = []
    at, line = 0, 1
    for match in _QUOTATION.finditer(draft):
        span = next(Span(*match.span(name)) for name in "abcdef" if match[name] is not None)
        line += draft.count("\n", at, span.start)
        at = span.start
        parts = tuple(part for part in _parts(draft, span) if re.search(r"\w", part.cut(draft)))
        if parts:
            found.append(Quotation(span, line, parts))
    return tuple(found)


def _parts(draft: str, span: Span) -> list[Span]:
    edges = [span.start]
    for match in _LEFT_OUT.finditer(draft, span.start, span.end):
        if not _LETTER.match(draft, match.start()):
            edges += match.span()
    edges.append(span.end)
    return [Span(start, end) for start, end in zip(edges[::2], edges[1::2], strict=True)]
