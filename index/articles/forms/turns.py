"""Turns: who speaks where in an interview or a transcript, by the labels before their words.

Q: When did it burn?     Three lines with two labels, one of them twice: a transcript.
A: At noon.              "At noon." answers the question before it. The article says whom
Q: Who saw it?           it interviewed, so "A" is that person.
"""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from articles_qa.index.articles.span import Span
from articles_qa.index.english import CAPITALISED_IN_ANY_SCRIPT

MIN_TURNS, MAX_LABEL_WORDS = 3, 6
CLOCK = r"(?:[01]?\d|2[0-3])[:.h][0-5]\d(?:[:.][0-5]\d)?"
_TIME = rf"(?:[\[(]?{CLOCK}[\])]?\s*[-–—]?\s*)?"
_WORD = rf"(?:{CAPITALISED_IN_ANY_SCRIPT}\.?|of|the|for|and|de|van|von|&|\d{{1,2}})"
# "**Falk:** He knew.", "[00:12] MR. ZAHN: Nine.", "Speaker 2 (00:15): Yes.", "Q. Did he know?"
_LABEL = re.compile(
    rf"(?:[-–—•>]\s*)?[\"“]?{_TIME}(?P<mark>\*\*|__)?"
    rf"(?:(?P<name>{CAPITALISED_IN_ANY_SCRIPT}\.?(?:,?[ \t]{_WORD}){{0,{MAX_LABEL_WORDS - 1}}})"
    r"(?:[ \t]*\([^()\n]{1,40}\)|[ \t]*\[[^\[\]\n]{1,40}\])?(?:\*\*|__)?[ \t]*:|(?P<letter>[QA])(?:\*\*|__)?[.)])"
    r"(?:\*\*|__)?(?=[ \t]|$)"
)
_ASKS = frozenset("q question".split())
_ANSWERS = frozenset("a answer".split())
# Before a colon these name no speaker.
_NO_SPEAKERS = frozenset(
    "note notes source sources photo photos picture caption update updated correction clarification example fact claim verdict "
    "rating where when what who why how score result results date time venue location address phone email website title "
    "author published headline tags topics read related warning tip background analysis opinion summary url subject from to cc "
    "sent re price cost total transcript interview hearing".split()
)
_LAST_QUESTION = re.compile(r"[^.?!…]*\?[\s\"'”’*_]*$")
MAX_QUESTION_CHARS = 300
_BOLD_QUESTION = re.compile(r"(?P<mark>\*\*|__|\*|_)[^*_\n]{5,250}\?[”\"]?(?P=mark)")
# "an interview with Mira Falk", "we spoke to Dr Mira Falk"
_INTERVIEWED = re.compile(
    r"\b(?:interview(?:ed)?|conversation|spoke|speaks|talked|talks|sat down|q ?& ?a)\b[^.\n]{0,40}?\b(?:with|to|of)\s+"
    rf"(?:(?:mr|mrs|ms|dr|prof)\.?\s+)?(?P<name>(?-i:{CAPITALISED_IN_ANY_SCRIPT}(?: {CAPITALISED_IN_ANY_SCRIPT}){{1,3}}))",
    re.IGNORECASE,
)
_FULL_NAME = re.compile(rf"(?<![\w’'-]){CAPITALISED_IN_ANY_SCRIPT}(?: {CAPITALISED_IN_ANY_SCRIPT}){{1,2}}(?![\w-])")


@dataclass(frozen=True, slots=True)
class Turn:
    """The words of one speaker: from the label's first character to the end of their first paragraph, or to `end`.

    `name` is the place of the speaker's name, None where the article does not give it. `label` ends after its colon.
    `question` is the question that the turn follows, None where none stands before it.
    """

    label: Span
    name: Span | None
    end: int
    question: Span | None = None


def find_turns(text: str, lines: Sequence[Span]) -> tuple[Turn, ...]:
    """Return the turns of a transcript, in order; none where a text is no transcript.

    A turn ends where the next one begins; the last one at the end of its line.
    """
    found = [(line, match) for line in lines if len(line) and (match := _LABEL.match(text, line.start, line.end))]
    labelled = [(line, match) for line, match in found if not _is_no_speaker(match)]
    names = [_name(match) for _, match in labelled]
    if not _is_transcript(names):
        return _asked_in_bold(text, lines)
    answering = _interviewed(text, labelled[0][0].start) if any(name in _ANSWERS for name in names) else None
    turns: list[Turn] = []
    for place, (line, match) in enumerate(labelled):
        last = place + 1 == len(labelled)
        end = line.end if last else labelled[place + 1][0].start
        turns.append(Turn(Span(line.start, match.end()), _speaker(match, answering), end, _asked(text, labelled, place)))
    return tuple(turns)


def _asked_in_bold(text: str, lines: Sequence[Span]) -> tuple[Turn, ...]:
    """Return the turns of an interview without labels, whose questions are set apart in bold type."""
    asked = [line for line in lines if _BOLD_QUESTION.fullmatch(line.cut(text))]
    name = _INTERVIEWED.search(text[: asked[0].start]) if len(asked) >= MIN_TURNS else None
    if name is None:
        return ()
    turns: list[Turn] = []
    for place, line in enumerate(asked):
        end = asked[place + 1].start if place + 1 < len(asked) else text.find("\n", _after(text, line.end))
        end = end if end >= 0 else len(text)
        start = _after(text, line.end)
        turns += [
            Turn(Span(line.start, line.start), None, line.end),
            Turn(Span(start, start), Span(*name.span("name")), end, line),
        ]
    return tuple(turn for turn in turns if turn.label.start < turn.end)


def _after(text: str, at: int) -> int:
    return at + len(text[at:]) - len(text[at:].lstrip())


def _is_no_speaker(match: re.Match[str]) -> bool:
    first = _name(match).split()[0]
    return first in _NO_SPEAKERS


def _name(match: re.Match[str]) -> str:
    return (match["name"] or match["letter"]).lower().rstrip(".")


def _is_transcript(names: Sequence[str]) -> bool:
    """Tell whether labels are of speakers: several, who take turns, one of them at least twice."""
    if len(names) < MIN_TURNS - 1 or len(set(names)) < 2:
        return False
    if set(names) & _ASKS and set(names) & _ANSWERS:
        return True
    changes = sum(a != b for a, b in pairwise(names))
    return len(names) >= MIN_TURNS and max(Counter(names).values()) >= 2 and 2 * changes >= len(names) - 1


def _speaker(match: re.Match[str], answering: Span | None) -> Span | None:
    name = _name(match)
    if name in _ASKS:
        return None
    return answering if name in _ANSWERS else Span(*match.span("name"))


def _asked(text: str, labelled: Sequence[tuple[Span, re.Match[str]]], place: int) -> Span | None:
    """Return the question with which the turn before ends, where another speaker asks it."""
    if not place or _name(labelled[place - 1][1]) == _name(labelled[place][1]):
        return None
    before = labelled[place - 1][0].start, labelled[place][0].start
    at = max(before[0], before[1] - MAX_QUESTION_CHARS)
    match = _LAST_QUESTION.search(text[at : before[1]])
    if match is None:
        return None
    cut = match.group()
    start = at + match.start() + len(cut) - len(cut.lstrip())
    label = labelled[place - 1][1]
    start = max(start, label.end() + 1) if start < label.end() else start
    end = at + match.start() + len(cut.rstrip())
    return Span(start, end) if start < end else None


def _interviewed(text: str, until: int) -> Span | None:
    """Return the name of the person who is interviewed, as the lines before the first turn give it."""
    head = text[:until]
    if match := _INTERVIEWED.search(head):
        return Span(*match.span("name"))
    found = list(_FULL_NAME.finditer(head))
    names = Counter(match.group() for match in found)
    if len(names) != 1:  # Two names: one may be the interviewer's.
        return None
    return Span(*found[0].span())
