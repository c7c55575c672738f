"""History: the turns before a question, as earlier questions with the speakers and the texts that were shown."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from articles_qa.index.errors import InputError
from articles_qa.index.search.analyzer import terms
from articles_qa.qa.questions.parts import MOST_PARTS
from articles_qa.qa.questions.question import MAX_QUESTION_CHARS

KEPT = 6  # Last exchanges that a question may use, beside the first one. mtrag's last turn has as many before it.
_LOOKED_AT = 50  # Turns at either end that are read. The turns between are not used.
QUOTES_READ = 3  # Quotes of an earlier answer. A follow-up refers to the first ones.
_LONGEST = 5_000  # Characters of a quote or a name that are read.

Turn: TypeAlias = Mapping[str, Any]
"""`{"role": "user" | "assistant", "content": str}`, or a saved answer record."""


@dataclass(frozen=True, slots=True)
class Exchange:
    """An earlier question, made whole where the answer's record is, and the speakers and texts of the quotes shown then."""

    question: str
    speakers: tuple[str, ...] = ()
    texts: tuple[str, ...] = ()


def exchanges(history: Sequence[Turn]) -> tuple[Exchange, ...]:
    """Return the first exchange of a conversation and the last KEPT ones, oldest first. Each question holds a word.

    Texts before the first question are skipped. The shape of every turn is
    checked; only a few turns are read, however long the conversation is.

    Raises:
        InputError: a turn is of another shape.
    """
    if not isinstance(history, Sequence) or isinstance(history, (str, bytes)):
        raise InputError("history: not a list of turns; give {role, content} or saved answers, oldest first")
    turns = [(turn, _text(turn)) for turn in history]
    last = _read(turns[-_LOOKED_AT:])
    if len(turns) > _LOOKED_AT:
        return (*_read(turns[:_LOOKED_AT])[:1], *last[-KEPT:])
    return (*last[:1], *last[1:][-KEPT:])


def _read(turns: Sequence[tuple[Turn, str]]) -> tuple[Exchange, ...]:
    """Return the exchanges of some turns. Each question holds a word."""
    found: list[Exchange] = []
    for turn, text in turns:
        if "question" in turn:
            found += _recorded(turn, one_line(text[:MAX_QUESTION_CHARS]))
        elif turn["role"] == "user":
            found.append(Exchange(one_line(text[:MAX_QUESTION_CHARS])))
        elif found:
            last = found[-1]
            found[-1] = Exchange(last.question, last.speakers, (*last.texts, one_line(text[:_LONGEST]))[:QUOTES_READ])
    return tuple(exchange for exchange in found if terms(exchange.question))


def one_line(text: str) -> str:
    """Return a text on one line, without unprintable characters."""
    flat = " ".join(text.split())
    return flat if flat.isprintable() else " ".join("".join(c if c.isprintable() else " " for c in flat).split())


def _text(turn: Turn) -> str:
    """Return what the person asked in this turn, or what the program answered."""
    if not isinstance(turn, Mapping):
        raise InputError("history: a turn is not an object; give {role, content} or a saved answer")
    if "question" not in turn and turn.get("role") not in ("user", "assistant"):
        raise InputError('history: a turn has neither "question" nor a role; give {role: "user" or "assistant", content}')
    text = turn["question"] if "question" in turn else turn.get("content")
    if not isinstance(text, str):
        raise InputError("history: a turn's content or question is not text; give a string")
    return text


def _recorded(record: Turn, question: str) -> tuple[Exchange, ...]:
    """Return an answer's record as exchanges, one for each part of its question. Fields of another type are left out.

    A part that shows no quote leaves those of the part before in sight.
    """
    quotes = [quote for quote in _listed(record.get("quotes")) if isinstance(quote, Mapping)]
    parts = [part for part in _listed(record.get("parts"))[:MOST_PARTS] if isinstance(part, Mapping)]
    ranked = {rank: quote for quote in quotes if isinstance(rank := quote.get("rank"), int)} if parts else {}
    found: list[Exchange] = []
    shown: list[Turn] = []
    for part in parts:
        ranks = [rank for rank in _listed(part.get("ranks"))[:QUOTES_READ] if isinstance(rank, int)]
        shown = [ranked[rank] for rank in ranks if rank in ranked] or shown
        if isinstance(asked := part.get("question"), str):
            found.append(_exchange(one_line(asked[:MAX_QUESTION_CHARS]), shown))
    if found:
        return tuple(found)
    whole = [text for text in _listed(record.get("searched"))[-1:] if isinstance(text, str)]
    if whole and not whole[0].endswith(question):  # It was made whole, not only put after another question.
        question = one_line(whole[0][:MAX_QUESTION_CHARS]) or question
    return (_exchange(question, quotes[:QUOTES_READ]),)


def _exchange(question: str, quotes: Sequence[Turn]) -> Exchange:
    """Return a question with what was shown after it."""
    said_by = [one_line(name[:_LONGEST]) for quote in quotes if isinstance(name := quote.get("said_by"), str)]
    texts = [one_line(text[:_LONGEST]) for quote in quotes if isinstance(text := quote.get("text"), str)]
    return Exchange(question, tuple(said_by), tuple(texts))


def _listed(value: object) -> Sequence[object]:
    return value if isinstance(value, (list, tuple)) else ()
