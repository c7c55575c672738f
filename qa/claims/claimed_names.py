"""Names that answer: who holds an office, or who did something. Only plain forms are read.

"who is the White House spokesman?" asks for the holder of an office:

    "White House national security spokesman John Kirby condemned it."   spokesman + name: John Kirby
    "John Kirby, a White House spokesman, said so."                      name, … spokesman: John Kirby
"""

import re
from collections.abc import Iterable, Iterator, Sequence

from articles_qa.index.articles.span import Span
from articles_qa.index.english import CAPITALISED_IN_ANY_SCRIPT, COURTESY_TITLES, MONTHS_AND_WEEKDAYS, NAME_PARTICLES
from articles_qa.qa.claims.related_words import plain_words, unified, unified_stems
from articles_qa.qa.claims.statement import SentenceValue, Statement, ValueKind
from articles_qa.qa.questions.question import Question
from articles_qa.qa.values.amounts import Sense

MAX_NAME_CHARS = 60
_NAME = rf"(?P<name>{CAPITALISED_IN_ANY_SCRIPT}(?:\s(?:(?:{'|'.join(NAME_PARTICLES)})\s)?{CAPITALISED_IN_ANY_SCRIPT}){{0,4}})"
_OFFICE = re.compile(
    r"^\W*who\s+(?:is|was|are|were|becomes?|became|(?:will|would|is\s+to)\s+(?:be|become))\s+(?:the\s+)?(?P<office>.+)$",
    re.IGNORECASE,
)
_DEED = re.compile(r"^\W*who\s+(?:has\s+|had\s+|will\s+)?(?P<verb>[a-z]+)\s+(?P<what>.+)$", re.IGNORECASE)
_HEAD = re.compile(r"(?<![\w-])(?:[a-z]++-)*+[a-z]++(?=\s+(?:of|for|at|in|to)\b|$)")
# "Chief executive", without names and without "new", "next" or "former".
_OFFICE_WORDS = re.compile(r"(?<![\w-])(?!(?:new|next|first|current|former|acting|old|future)\s)[a-z]++(?:[\s-][a-z]++)*+$")
_CHANGE = re.compile(
    r"\b(?:will|would|new|next|to\s(?:be|become)|succe\w{1,6}|replac\w{1,4}|appoint\w{1,6}|nam(?:e|ed|ing)|elect\w{0,4}|pick\w{0,3}"
    r"|promot\w{1,4}|becom\w{1,3}|took\sover|takes?\sover)\b",
    re.IGNORECASE,
)
_ITS = r"(?:[\w’'-]+\s){0,6}"
_NO_VERB = r"(?!(?:[\w’'-]+\s){0,3}(?:will|would|is|was|are|were|has|had|who|said|to)\s)"
_ASIDE = r"(?:,[^,.;]{1,80},)?"
_HAS = r"(?:\s(?:has|have|had|will))?(?:\s\w+ly)?"  # "The road in district B was opened": B opened nothing.
_NO_NAMES = MONTHS_AND_WEEKDAYS | COURTESY_TITLES
_NO_NAMES |= frozenset(
    "the a an he she it they we i you this that these those his her its their there here who what when where but and or if in "
    "on at by for from to with as after before while since president minister".split()
)
_SMALL = unified_stems("the of for a an in at to and s")
_VERB_FORMS = {
    "won": r"w[io]ns?",
    "win": r"w[io]ns?",
    "leads": r"leads?|led",
    "led": r"leads?|led",
    "shot": r"sh[oo]o?ts?|shot",
}


def read_names(question: Question, statement: Statement) -> tuple[SentenceValue, ...]:
    """Return the name that a sentence gives; no name where it gives two."""
    text = question.text.rstrip(' ?!."”')
    if office := _OFFICE.match(text):
        return _the_one_name(_holders(office["office"], question, statement), statement.text)
    if deed := _DEED.match(text):
        return _the_one_name(_doers(deed["verb"].lower(), question, statement), statement.text)
    return ()


def _the_one_name(found: Sequence[Span], text: str) -> tuple[SentenceValue, ...]:
    """Return the name of the spans, in small letters and without a possessive "'s"; nothing where they give two names."""
    names = {" ".join(re.sub(r"[’']s?\b", "", span.cut(text)).lower().split()) for span in found} - {""}
    return tuple(SentenceValue(found[0], ValueKind.NAME, name, name, Sense.EXACT) for name in names) if len(names) == 1 else ()


def _holders(office: str, question: Question, statement: Statement) -> list[Span]:
    """Return the names beside an office: "spokesman John Kirby", "John Kirby, a spokesman", "John Kirby will be spokesman".

    The office's own words are enough: "will be its next chief executive".
    """
    head = _HEAD.search(office)
    if head is None:
        return []
    is_change = bool(_CHANGE.search(question.text))
    if is_change and not _CHANGE.search(statement.text):
        return []  # The present holder of the office is not the next one.
    words = _OFFICE_WORDS.search(office[: head.end()])
    wanted = unified_stems(words.group() if words else office) - _SMALL
    if not wanted <= unified(statement.terms) | unified_stems(statement.before):
        return []
    word = f"(?i:{re.escape(words.group() if words else head.group())})"
    held = rf"(?:new|next|future|incoming)\s{word}" if is_change else word
    return _matches(_office_patterns(held, word), statement.text)


def _office_patterns(held: str, taken: str) -> Iterator[str]:
    """Yield the patterns of who holds an office, `held`, and of who takes an office over, `taken`."""
    yield rf"\b{held}(?:,)?\s{_NAME}"
    yield rf"\b{held}\s(?:of|for|at|in)\s[^,.;]{{1,40}},\s{_NAME}"
    yield rf"\b{_NAME},\s{_NO_VERB}{_ITS}{held}\b"
    yield rf"\b{_NAME}{_ASIDE}\s(?:is|was|became|becomes|(?:will|would)\s(?:be|become))\s{_ITS}{taken}\b"
    succeeds = r"(?:(?:will|would|is\sto)\s)?(?:succeed|replace)(?:s|ed)?"
    yield rf"\b{_NAME}{_ASIDE}\s{succeeds}\s[^,.;]{{1,60}}\sas\s{_ITS}{taken}\b"
    yield rf"\b(?:appoint|nam|elect|pick|promot)(?:s|es|ed)\s{_NAME}\s(?:as\s|to\s)?{_ITS}{taken}\b"
    yield rf"\b{_NAME}\s(?:has\sbeen|was|is)\s(?:appointed|named|elected|picked|promoted)\s{_ITS}{taken}\b"


def _doers(verb: str, question: Question, statement: Statement) -> list[Span]:
    """Return the names that are the verb's subject: "Lula won", "won by Lula"."""
    others = plain_words(question) - unified_stems(verb)
    if not others or not others <= unified(statement.terms):
        return []
    form = _VERB_FORMS.get(verb, re.escape(verb))
    return _matches((rf"\b{_NAME}{_HAS}\s(?:{form})\b", rf"\b(?:{form})\sby\s(?:the\s)?{_NAME}"), statement.text)


def _matches(patterns: Iterable[str], text: str) -> list[Span]:
    """Return the names that the patterns find, without words before them that begin no name ("The", "Mr.")."""
    found = []
    for pattern in patterns:
        for match in re.finditer(pattern, text):
            start, end = match.span("name")
            while start < end and (first := re.match(r"[\w’'.-]+\s*", text[start:end])):
                if first.group().strip().lower().rstrip(".") not in _NO_NAMES:
                    break
                start += first.end()
            if start < end <= start + MAX_NAME_CHARS:
                found.append(Span(start, end))
    return found
