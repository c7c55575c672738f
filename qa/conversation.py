"""The conversation before a question: what it lends to the search."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, TypeAlias

from index.errors import InputError
from qa.question import MAX_QUESTION_CHARS, AnswerType, Question, read_question

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
    speaker = alone if alone.speaker else together
    together = replace(together, asks_for=kind, speaker=speaker.speaker, speaker_terms=speaker.speaker_terms)
    return [alone, together]


def _asked(turn: Turn) -> str:
    """What a person asked in this turn; "" where it is the program's."""
    if not isinstance(turn, Mapping):
        raise InputError("history: a turn is not an object; give {role, content} or saved answers")
    if "question" not in turn and turn.get("role") not in ("user", "assistant"):
        raise InputError('history: a turn has neither "question" nor a role; give {role: "user" or "assistant", content}')
    text = turn["question"] if "question" in turn else turn.get("content")
    if not isinstance(text, str):
        raise InputError("history: a turn's content or question is not text; give a string")
    if "question" not in turn and turn["role"] == "assistant":
        return ""
    return " ".join("".join(c if c.isprintable() else " " for c in text[: MAX_QUESTION_CHARS * 2]).split())
