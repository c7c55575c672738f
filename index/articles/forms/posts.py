"""Posts from social networks inside an article: the lines that say who wrote them, and their words.

Ralf Odum                            The line with the handle follows a name, so both are the head of a
@ralfodum                            post. The next lines are Ralf Odum's words, until a blank line
4,000 sandbags are on their way.     or the line with the day.
9:14 AM · May 6, 2024
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from articles_qa.index.articles.span import Span
from articles_qa.index.english import MONTH

MAX_LINES, MAX_FOOTED = 12, 6  # Of one post; of one whose writer stands below.
MIN_TOLD_WORDS = 6  # Of a line that tells something.
_HANDLE = r"@[\w.]{2,40}(?:@[\w.-]{3,60})?"
_DAY = rf"(?:{MONTH}\s+\d{{1,2}}(?:,?\s+\d{{4}})?|\d{{1,2}}\s+{MONTH}(?:,?\s+\d{{4}})?|\d{{4}}-\d\d-\d\d|\d{{1,2}}[hmd])"
_NAME = r"[^\W\d_][^()@\n:]{1,60}?"
# "Mayor of Tilly (@mayortilly) May 6, 2024", "Ralf Odum @ralfodum · May 6"
_HEAD = re.compile(
    r"(?!by |follow |contact |replying to )"
    rf"(?P<name>{_NAME})(?:\s*\({_HANDLE}\)|\s+{_HANDLE})(?:\s*[·•|,–—-]?\s*(?:{_DAY}).{{0,30}})?:?",
    re.IGNORECASE,
)
# "— Ralf Odum (@ralfodum) May 6, 2024" stands after the words.
_FOOT = re.compile(rf"[—–-]+\s*(?P<name>{_NAME})\s*\({_HANDLE}\)(?:\s*,?\s*{_DAY})?", re.IGNORECASE)
_REPLY = re.compile(rf"replying to {_HANDLE}", re.IGNORECASE)
_HANDLE_LINE = re.compile(rf"{_HANDLE}(?:\s*[·•|]\s*.{{0,30}})?")
# "9:14 AM · May 6, 2024", "May 6", "2,431 Likes", "Translated from German"
_DATED = re.compile(
    rf"(?:\d{{1,2}}:\d\d(?:\s*[AP]M)?\s*[·•|,–-]\s*)?{_DAY}.{{0,40}}"
    r"|[\d.,KM]+ (?:likes?|retweets?|reposts?|views|replies|comments|shares)\b.{0,60}|translated from .{3,30}",
    re.IGNORECASE,
)
_NAME_LINE = re.compile(r"[^\W\d_][^.!?:@\n]{1,60}")
MAX_NAME_WORDS = 7


@dataclass(frozen=True, slots=True)
class Post:
    """A post: the place of its writer's name, the lines around it that say who and when, and the lines of its words."""

    name: Span
    heads: tuple[Span, ...]
    words: tuple[Span, ...]


def find_posts(text: str, lines: Sequence[Span]) -> tuple[Post, ...]:
    """Return the posts of a text, in order."""
    if "@" not in text:
        return ()
    found: list[Post] = []
    told = False  # A byline has a handle too, but nothing is told before it.
    for at, line in enumerate(lines):
        cut = line.cut(text)
        told = told or (cut.endswith((".", ".”", '."')) and len(cut.split()) >= MIN_TOLD_WORDS)
        if "@" not in cut or len(cut) > 160:
            continue
        above = lines[at - 1] if at and len(lines[at - 1]) else None
        if foot := _FOOT.fullmatch(cut):
            said = _above(text, lines, at)
            head = _span(line, foot)
            found += [Post(head, (line,), said)] if said else []
        elif head_match := _HEAD.fullmatch(cut):
            dated = told or re.search(_DAY, cut[head_match.end("name") :]) is not None
            found += _post(text, lines, at + 1, _span(line, head_match), (line,)) if dated else []
        elif told and above and _HANDLE_LINE.fullmatch(cut) and _is_name(above.cut(text)):
            found += _post(text, lines, at + 1, above, (above, line))
    return tuple(found)


def _span(line: Span, match: re.Match[str]) -> Span:
    start, end = match.span("name")
    return Span(line.start + start, line.start + end)


def _is_name(line: str) -> bool:
    return len(line.split()) <= MAX_NAME_WORDS and _NAME_LINE.fullmatch(line) is not None


def _post(text: str, lines: Sequence[Span], at: int, name: Span, heads: tuple[Span, ...]) -> list[Post]:
    """Return the post whose words begin at a line, after one blank line at most."""
    at += at < len(lines) and not len(lines[at])
    if at < len(lines) and _REPLY.match(lines[at].cut(text)):
        heads, at = (*heads, lines[at]), at + 1
    words: list[Span] = []
    near = lines[at : at + MAX_LINES]
    if all(map(len, near)) and not any(_DATED.fullmatch(line.cut(text)) for line in near):
        near = near[:1]  # Without blank lines a line is a paragraph.
    for line in near:
        cut = line.cut(text)
        if not cut:
            break
        if _DATED.fullmatch(cut) or _HANDLE_LINE.fullmatch(cut):
            heads += (line,)
            if words:
                break
            continue
        words.append(line)
    return [Post(name, heads, tuple(words))] if words else []


def _above(text: str, lines: Sequence[Span], at: int) -> tuple[Span, ...]:
    """Return the lines just above a foot, after one blank line at most."""
    at -= at > 1 and not len(lines[at - 1])
    near = lines[max(0, at - MAX_FOOTED) : at]
    blank = next((place for place in range(len(near), 0, -1) if not len(near[place - 1])), None)
    return tuple(near[-1:] if blank is None else near[blank:])  # Without blank lines a line is a paragraph.
