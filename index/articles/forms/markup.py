"""Markup: the signs of Markdown inside a sentence, which stay in the quote and are left out of what is read.

He paid [3.1 million kroner](https://example.org/ruling), **Ola Brekke** said.[^1]
Left out: "[", "](https://example.org/ruling)", both "**" and "[^1]".
"""

import re

from articles_qa.index.articles.span import Span

_LINK = re.compile(r"(?P<open>!?\[)[^\[\]\n]{1,300}(?P<close>\]\([^()\s]{1,500}(?:\s+\"[^\"\n]*\")?\))")
_NOTE = re.compile(r"\[\^[\w-]{1,30}\](?!:)")
_EMPHASIS = re.compile(
    r"(?<![\w*])(?P<open>\*{1,3})(?=[^\s*])[^*\n]{1,400}?(?<=[^\s*])(?P<close>\*{1,3})(?![\w*])"
    r"|(?<![\w_])(?P<open2>_{1,3})(?=[^\s_])[^_\n]{1,400}?(?<=[^\s_])(?P<close2>_{1,3})(?![\w_])"
)
_QUOTED = re.compile(r"(?<=\n)[ \t]*>[ \t]?")


def markup(text: str, span: Span) -> tuple[Span, ...]:
    """Return the signs of Markdown inside a span, in order."""
    cut = span.cut(text)
    found: list[tuple[int, int]] = []
    if "[" in cut:
        found += [match.span() for match in _NOTE.finditer(cut)]
        found += [match.span(side) for match in _LINK.finditer(cut) for side in ("open", "close")]
    if "*" in cut or "_" in cut:
        sides = ("open", "close", "open2", "close2")
        found += [match.span(side) for match in _EMPHASIS.finditer(cut) for side in sides if match[side]]
    if "\n" in cut and ">" in cut:
        found += [match.span() for match in _QUOTED.finditer(cut)]
    kept: list[Span] = []
    for start, end in sorted(found):
        if not kept or span.start + start >= kept[-1].end:
            kept.append(Span(span.start + start, span.start + end))
    return tuple(kept)
