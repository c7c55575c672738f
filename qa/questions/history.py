"""History: the turns before a question, read as questions and whose words were shown."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from index.errors import InputError
from index.search.analyzer import terms
from qa.questions.question import MAX_QUESTION_CHARS

KEPT = 6  # Exchanges beside the first one that a question may lean on: mtrag's last turn has as many before it.
_LOOKED_AT = 50  # Turns from either end in which they are looked for: what lies between lends nothing.
QUOTES_READ = 3  # Of an earlier answer: what a follow-up refers to stands in the first ones.
_LONGEST = 5_000  # Characters of a quote or a name that are read.

Turn: TypeAlias = Mapping[str, Any]
"""`{"role": "user" | "assistant", "content": str}`, or a saved answer record."""


@dataclass(frozen=True, slots=True)
class Exchange:
    """An earlier question, whole where the answer's record says so, and of what was shown then the speakers and the texts."""

    question: str
    speakers: tuple[str, ...] = ()
    texts: tuple[str, ...] = ()


def exchanges(history: Sequence[Turn]) -> tuple[Exchange, ...]:
    """The first question of a conversation and the last KEPT ones that hold a word, oldest first.

    What was shown before the first one belongs to none. Of every turn the shape
    is looked at, and of a few the text, however long the conversation is.

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
    """The exchanges of some turns whose questions hold a word."""
    found: list[Exchange] = []
    for turn, text in turns:
        if "question" in turn:
            found.append(_recorded(turn, one_line(text[:MAX_QUESTION_CHARS])))
        elif turn["role"] == "user":
            found.append(Exchange(one_line(text[:MAX_QUESTION_CHARS])))
        elif found:
            last = found[-1]
            found[-1] = Exchange(last.question, last.speakers, (*last.texts, one_line(text[:_LONGEST]))[:QUOTES_READ])
    return tuple(exchange for exchange in found if terms(exchange.question))


def one_line(text: str) -> str:
    """A text without what cannot be printed, on one line."""
    flat = " ".join(text.split())
    return flat if flat.isprintable() else " ".join("".join(c if c.isprintable() else " " for c in flat).split())


def _text(turn: Turn) -> str:
    """What a person asked in this turn, or the program said."""
    if not isinstance(turn, Mapping):
        raise InputError("history: a turn is not an object; give {role, content} or a saved answer")
    if "question" not in turn and turn.get("role") not in ("user", "assistant"):
        raise InputError('history: a turn has neither "question" nor a role; give {role: "user" or "assistant", content}')
    text = turn["question"] if "question" in turn else turn.get("content")
    if not isinstance(text, str):
        raise InputError("history: a turn's content or question is not text; give a string")
    return text


def _recorded(record: Turn, question: str) -> Exchange:
    """What an answer's record tells; of what is not as a record has it, nothing."""
    quotes = [quote for quote in _listed(record.get("quotes"))[:QUOTES_READ] if isinstance(quote, Mapping)]
    said_by = [one_line(name[:_LONGEST]) for quote in quotes if isinstance(name := quote.get("said_by"), str)]
    texts = [one_line(text[:_LONGEST]) for quote in quotes if isinstance(text := quote.get("text"), str)]
    whole = [text for text in _listed(record.get("searched"))[-1:] if isinstance(text, str)]
    if whole and not whole[0].endswith(question):  # It was made whole, and not only put after the question before it.
        question = one_line(whole[0][:MAX_QUESTION_CHARS]) or question
    return Exchange(question, tuple(said_by), tuple(texts))


def _listed(value: object) -> Sequence[object]:
    return value if isinstance(value, (list, tuple)) else ()
