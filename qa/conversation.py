"""The conversation before a question: what it lends to the search."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, TypeAlias

from index.errors import InputError
from index.words import terms
from qa.question import MAX_QUESTION_CHARS, AnswerType, Question, read_question

_INSTEAD = re.compile(
    r"(?:\b(?:what|how) about|^(?:and|or|but))\s+(?:the\s+)?(?P<name>[A-Z][\w.’'-]*(?:\s+[A-Z][\w.’'-]*){0,4})\s*\?*$"
)

Turn: TypeAlias = Mapping[str, Any]
"""`{"role": "user" | "assistant", "content": str}`, or a saved answer record."""


def variants(question: str, history: Sequence[Turn]) -> list[Question]:
    """The question as it is searched: alone, and after a conversation also together with the question before it.

    The last one is what candidates are judged by. Two rankings summed beat
    either alone on mtrag's follow-ups (R@5 .714 against .671 and .599).

    Raises:
        InputError: a turn is of another shape, or the question cannot be used.
    """
    alone = read_question(question)
    if not isinstance(history, Sequence) or isinstance(history, (str, bytes)):
        raise InputError("history: not a list of turns; give {role, content} or saved answers, oldest first")
    asked = [text for turn in history if (text := _asked(turn))]
    if not asked:
        return [alone]
    room = max(0, MAX_QUESTION_CHARS - len(alone.text) - 1)
    together = read_question(f"{asked[-1][:room]} {alone.text}".strip())
    kind = alone.asks_for if alone.asks_for is not AnswerType.ANY else together.asks_for
    if together.speaker and (instead := alone.speaker or _instead(alone.text)):
        together = _said_by(together, instead)
    return [alone, replace(together, asks_for=kind)]


def _instead(text: str) -> str:
    """The name that a follow-up puts in place of the speaker before: "and what about Kirby?"."""
    match = _INSTEAD.search(text)
    return match["name"] if match else ""


def _said_by(question: Question, speaker: str) -> Question:
    """The question, asked about another speaker's word than the one that it names."""
    asked = frozenset(terms(speaker))
    kept = tuple(term for term in question.terms if term in asked or term not in question.speaker_terms)
    return replace(question, terms=kept, speaker=speaker, speaker_terms=asked)


def _asked(turn: Turn) -> str:
    """What a person asked in this turn; "" where it is the program's."""
    if not isinstance(turn, Mapping):
        raise InputError("history: a turn is not an object; give {role, content} or a saved answer")
    if "question" not in turn and turn.get("role") not in ("user", "assistant"):
        raise InputError('history: a turn has neither "question" nor a role; give {role: "user" or "assistant", content}')
    text = turn["question"] if "question" in turn else turn.get("content")
    if not isinstance(text, str):
        raise InputError("history: a turn's content or question is not text; give a string")
    if "question" not in turn and turn["role"] == "assistant":
        return ""
    return " ".join("".join(c if c.isprintable() else " " for c in text[: MAX_QUESTION_CHARS * 2]).split())
