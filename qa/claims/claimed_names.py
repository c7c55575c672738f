"""Names that answer: who holds an office, who did something; only where a sentence says so in plain form."""

import re
from collections.abc import Iterator

from index.articles.span import Span
from index.english import CAPITALISED_IN_ANY_SCRIPT, COURTESY_TITLES, MONTHS_AND_WEEKDAYS, NAME_PARTICLES
from qa.claims.statement import SentenceValue, Statement, ValueKind
from qa.claims.word_forms import as_one, plain_terms, stems
from qa.questions.question import Question
from qa.values.amounts import Sense

MAX_NAME_CHARS = 60
_NAME = rf"(?P<name>{CAPITALISED_IN_ANY_SCRIPT}(?:\s(?:(?:{'|'.join(NAME_PARTICLES)})\s)?{CAPITALISED_IN_ANY_SCRIPT}){{0,4}})"
_OFFICE = re.compile(
    r"^\W*who\s+(?:is|was|are|were|becomes?|became|(?:will|would|is\s+to)\s+(?:be|become))\s+(?:the\s+)?(?P<office>.+)$",
    re.IGNORECASE,
)
_DEED = re.compile(r"^\W*who\s+(?:has\s+|had\s+|will\s+)?(?P<verb>[a-z]+)\s+(?P<what>.+)$", re.IGNORECASE)
_HEAD = re.compile(r"(?<![\w-])(?:[a-z]++-)*+[a-z]++(?=\s+(?:of|for|at|in|to)\b|$)")
# "Chief executive", without names, and which one it is.
_OFFICE_WORDS = re.compile(r"(?<![\w-])(?!(?:new|next|first|current|former|acting|old|future)\s)[a-z]++(?:[\s-][a-z]++)*+$")
_CHANGE = re.compile(
    r"\b(?:will|would|new|next|to\s(?:be|become)|succe\w{1,6}|replac\w{1,4}|appoint\w{1,6}|nam(?:e|ed|ing)|elect\w{0,4}|pick\w{0,3}"
    r"|promot\w{1,4}|becom\w{1,3}|took\sover|takes?\sover)\b",
    re.IGNORECASE,
)
_ITS = r"(?:[\w’'-]+\s){0,6}"
_NO_VERB = r"(?!(?:[\w’'-]+\s){0,3}(?:will|would|is|was|are|were|has|had|who|said|to)\s)"
_ASIDE = r"(?:,[^,.;]{1,80},)?"
_HAS = r"(?:\s(?:has|have|had|was|were|is|will|have\sbeen|has\sbeen))?(?:\s\w+ly)?"
_NO_NAMES = MONTHS_AND_WEEKDAYS | frozenset(
    "the a an he she it they we i you this that these those his her its their there here who what when where but and or if in "
    "on at by for from to with as after before while since president minister".split()
)
_VERB_FORMS = {
    "won": r"w[io]ns?",
    "win": r"w[io]ns?",
    "leads": r"leads?|led",
    "led": r"leads?|led",
    "shot": r"sh[oo]o?ts?|shot",
}


def names_claimed(question: Question, statement: Statement, *, on_topic: bool = False) -> tuple[SentenceValue, ...]:
    """The name that a sentence gives; none where it gives two.

    In an article on the topic (`tied`) the office's own words name it: "will be its next chief executive".
    """
    found = _spans(question, statement, on_topic=on_topic)
    names = {_plain(span.cut(statement.text)) for span in found} - {""}
    if len(names) != 1 or not found:
        return ()
    name = next(iter(names))
    return (SentenceValue(found[0], ValueKind.NAME, name, name, Sense.EXACT),)


def _spans(question: Question, statement: Statement, *, on_topic: bool) -> list[Span]:
    text = question.text.rstrip(' ?!."”')
    if office := _OFFICE.match(text):
        return _holders(office["office"], question, statement, on_topic=on_topic)
    deed = _DEED.match(text)
    return _doers(deed["verb"].lower(), question, statement) if deed else []


def _holders(office: str, question: Question, statement: Statement, *, on_topic: bool) -> list[Span]:
    """The names beside an office: "spokesman John Kirby", "John Kirby, a spokesman", "John Kirby will be spokesman"."""
    head = _HEAD.search(office)
    if head is None:
        return []
    if on_topic and _CHANGE.search(question.text) and not _CHANGE.search(statement.text):
        return []  # Whoever holds the office now is not the next one.
    words = _OFFICE_WORDS.search(office[: head.end()]) if on_topic else None
    if not stems(words.group() if words else office) - _small() <= as_one(statement.terms) | stems(statement.before):
        return []
    word = f"(?i:{re.escape(words.group() if words else head.group())})"
    holds = _holding(rf"(?:new|next|future|incoming)\s{word}" if on_topic and _CHANGE.search(question.text) else word)
    return _matches((*holds, *_taking(word)), statement.text)


def _holding(word: str) -> Iterator[str]:
    """Patterns of who holds an office, whose words match `word`."""
    yield rf"\b{word}(?:,)?\s{_NAME}"
    yield rf"\b{word}\s(?:of|for|at|in)\s[^,.;]{{1,40}},\s{_NAME}"
    yield rf"\b{_NAME},\s{_NO_VERB}{_ITS}{word}\b"


def _taking(word: str) -> Iterator[str]:
    """Patterns of who becomes it."""
    yield rf"\b{_NAME}{_ASIDE}\s(?:is|was|became|becomes|(?:will|would)\s(?:be|become))\s{_ITS}{word}\b"
    succeeds = r"(?:(?:will|would|is\sto)\s)?(?:succeed|replace)(?:s|ed)?"
    yield rf"\b{_NAME}{_ASIDE}\s{succeeds}\s[^,.;]{{1,60}}\sas\s{_ITS}{word}\b"
    yield rf"\b(?:appoint|nam|elect|pick|promot)(?:s|es|ed)\s{_NAME}\s(?:as\s|to\s)?{_ITS}{word}\b"
    yield rf"\b{_NAME}\s(?:has\sbeen|was|is)\s(?:appointed|named|elected|picked|promoted)\s{_ITS}{word}\b"


def _doers(verb: str, question: Question, statement: Statement) -> list[Span]:
    """The names that a verb has for its subject: "Lula won", "won by Lula"."""
    others = plain_terms(question) - stems(verb)
    if not others or not others <= as_one(statement.terms):
        return []
    form = _VERB_FORMS.get(verb, re.escape(verb))
    return _matches((rf"\b{_NAME}{_HAS}\s(?:{form})\b", rf"\b(?:{form})\sby\s(?:the\s)?{_NAME}"), statement.text)


def _matches(patterns: tuple[str, ...], text: str) -> list[Span]:
    found = []
    for pattern in patterns:
        for match in re.finditer(pattern, text):
            start, end = match.span("name")
            while start < end and (first := re.match(r"[\w’'.-]+\s*", text[start:end])) and _is_small(first.group()):
                start += first.end()
            if start < end <= start + MAX_NAME_CHARS:
                found.append(Span(start, end))
    return found


def _is_small(word: str) -> bool:
    return word.strip().lower().rstrip(".") in _NO_NAMES | COURTESY_TITLES


def _small() -> frozenset[str]:
    return stems("the of for a an in at to and s")


def _plain(name: str) -> str:
    """A name in small letters, without what marks whose."""
    return " ".join(re.sub(r"[’']s?\b", "", name).lower().split())
