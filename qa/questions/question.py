"""A question: its content words, the kind of answer that it asks for, and the speaker whose word it asks for."""

import re
from dataclasses import dataclass
from enum import Enum
from functools import cache, lru_cache

from articles_qa.index.errors import InputError
from articles_qa.index.search.analyzer import terms

MAX_QUESTION_CHARS = 2000
MAX_TOP_K = 100  # Quotes or passages of one answer.

_STOP_WORDS = (
    "a an the this that these those and or but if of in on at to from by for with about into over after before than as "
    "is are was were be been being am do does did done has have had having "
    "can could will would shall should may might must "
    "it its they them their he him his she her hers we us our you your i me my "
    "who whom whose which what when where why how there here not no any some many much more most such so "
    "s t don didn isn wasn aren doesn let tell show give find please know did say says said "
    "according also just been kind whether during while up out"
)
_REPORT = (
    r"(?P<verb>sa(?:y|id|ys)|report(?:ed|s)?|claim(?:ed|s)?|stat(?:e|ed|es)|announce[ds]?|estimate[ds]?|"
    r"confirm(?:ed|s)?|believe[ds]?|think|describe[ds]?|tell|told|accuse[ds]?|warn(?:ed|s)?|reveal(?:ed|s)?|"
    r"admit(?:ted|s)?|suggest(?:ed|s)?|put|give|indicate[ds]?|note[ds]?|assess(?:ed)?|deny|denied|"
    r"explain(?:ed|s)?|argue[ds]?|insist(?:ed|s)?|conclude[ds]?)"
)
_NAME = r"(?P<name>(?:the\s+)?[^\W_][^,?;:()\"“”]{0,60}?)"
_SPEAKER = (
    re.compile(rf"\baccording\s+to\s+{_NAME}\s*(?:[,?;:]|$)", re.IGNORECASE),
    re.compile(rf"\b(?:did|do|does|has|have|had)\s+{_NAME}\s+(?:also\s+|ever\s+)?{_REPORT}\b", re.IGNORECASE),
    re.compile(
        rf"\b(?P<verb>said|reported|claimed|announced|confirmed|estimated)\s+by\s+{_NAME}\s*(?:[,?;:]|$)", re.IGNORECASE
    ),
    re.compile(
        r"(?P<name>\b[A-Z][\w.-]*+(?:\s+[A-Z][\w.-]*+){0,4}+)['’]s?\s+(?:own\s+)?"
        r"(?:figures?|estimates?|claims?|statement|account|toll|count|version)\b"
    ),
    re.compile(rf"(?P<name>\b(?:the\s+)?[A-Z][\w.-]*+(?:\s+[A-Z][\w.-]*+){{0,4}})\s+{_REPORT}\b"),
)
# Verbs that tell more than that somebody speaks. They stay content words of the question.
_TELLING = re.compile(r"accus|admit|argu|conclud|confirm|den[yi]|explain|insist|reveal|suggest|warn")
_NOBODY = frozenset(
    "it they he she we you i anyone anybody people everyone someone who what there articles article sources this that".split()
)


class AnswerType(Enum):
    """The kind of answer: a figure, a day, a person or organisation, a place, a reason, or anything."""

    FIGURE = "figure"
    DATE = "date"
    WHO = "who"
    PLACE = "place"
    REASON = "reason"
    ANY = "any"


_HOW = "many much old tall long far often fast quickly large big high deep expensive heavy".replace(" ", "|")
_AMOUNT = r"percent\w* number share proportion toll losses population age price cost".replace(" ", "|")
_TIME = "day date year month week century decade time".replace(" ", "|")
_BODY = "person|man|woman|company|organi[sz]ation|agency|group|party|team|president|minister|official|leader|unit"
_PLACE = "country city place town region state province village county river continent nation".replace(" ", "|")
_TYPES = (
    (AnswerType.FIGURE, rf"\bhow (?:{_HOW})\b|\bwhat (?:{_AMOUNT})\b|\bnumber of\b"),
    (AnswerType.DATE, rf"\bwhen\b|\b(?:what|which) (?:{_TIME})\b|\bsince when\b|\bhow recently\b"),
    (AnswerType.WHO, rf"\bwho(?:se|m)?\b|\b(?:what|which) (?:{_BODY})\b"),
    (AnswerType.PLACE, rf"\bwhere\b|\b(?:what|which) (?:{_PLACE})\b"),
    (AnswerType.REASON, r"\bwhy\b|\bwhat (?:caused?|led|made|reasons?)\b|\bfor what reason\b|\bhow come\b"),
)
_TYPE_PATTERNS = tuple((kind, re.compile(pattern, re.IGNORECASE)) for kind, pattern in _TYPES)


@dataclass(frozen=True, slots=True)
class Question:
    """A question. `terms` are the stems of its content words, each once. `speaker` is the name of the speaker, or ""."""

    text: str
    terms: tuple[str, ...]
    asks_for: AnswerType
    speaker: str
    speaker_terms: frozenset[str]

    @property
    def has_content(self) -> bool:
        """Return whether the question has a content word. Without one, `terms` are all its words."""
        return not set(self.terms) <= stop_terms()


def read_question(text: str) -> Question:
    """Read a question.

    Raises:
        InputError: the question is no text or no Unicode, has no word, or has more than MAX_QUESTION_CHARS characters.
    """
    if not isinstance(text, str):
        raise InputError(f"question: {type(text).__name__} is not text; ask in words")
    if len(text) > MAX_QUESTION_CHARS:
        raise InputError(f"question: {len(text):,} characters; ask in at most {MAX_QUESTION_CHARS:,}")
    if any("\ud800" <= c <= "\udfff" for c in text):
        raise InputError("question: holds a character that is not Unicode (a lone surrogate); type it as UTF-8")
    clean = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    if not clean:
        raise InputError("question: empty; ask something")
    words = terms(clean)
    if not words:
        raise InputError("question: holds no word; ask something")
    speaker, verb = _speaker(clean)
    skipped = stop_terms() | (set() if _TELLING.match(verb) else set(terms(verb)))
    content = tuple(dict.fromkeys(word for word in words if word not in skipped)) or tuple(dict.fromkeys(words))
    # The kind whose words come first in the question.
    kinds = [(match.start(), kind) for kind, pattern in _TYPE_PATTERNS if (match := pattern.search(clean))]
    asks_for = min(kinds, key=lambda pair: pair[0])[1] if kinds else AnswerType.ANY
    return Question(clean, content, asks_for, speaker, frozenset(terms(speaker)) - stop_terms())


def check_top_k(top_k: int) -> None:
    """Check the number of quotes or passages that are asked for.

    Raises:
        InputError: it is no whole number from 1 to MAX_TOP_K.
    """
    if isinstance(top_k, bool) or not isinstance(top_k, int) or not 1 <= top_k <= MAX_TOP_K:
        try:
            shown = repr(top_k)[:40]
        except (ValueError, RecursionError):  # Python writes no number of over 4,300 digits, and no list of great depth.
            shown = f"this {type(top_k).__name__}"
        raise InputError(f"top_k: {shown} is not a whole number; ask for 1 to {MAX_TOP_K} of them")


def _speaker(text: str) -> tuple[str, str]:
    """Return the speaker asked for and the reporting verb; "" and "" where the question asks for no speaker."""
    for pattern in _SPEAKER:
        for match in pattern.finditer(text):
            name = re.sub(r"^(?:the|a|an)\s+", "", match["name"].strip(), flags=re.IGNORECASE)
            if len(name.split()) <= 6 and name.split()[0].lower() not in _NOBODY and set(terms(name)) - stop_terms():
                return name, match.groupdict().get("verb") or ""
    return "", ""


@lru_cache(maxsize=50_000)
def stems(text: str) -> frozenset[str]:
    """Return the terms of a few words. The same few words come again and again."""
    return frozenset(terms(text))


@cache
def stop_terms() -> frozenset[str]:
    """Return the stems of the words that tell nothing of a text's content."""
    return frozenset(terms(_STOP_WORDS))
