"""Cases: questions with the spans or documents that answer them, or none."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from index import Article, InputError, Span
from qa.conversation import Turn

OWN_CASES = Path(__file__).with_name("cases.jsonl")
UNANSWERABLE_KINDS = ("off-topic", "unanswerable")


@dataclass(frozen=True, slots=True)
class GoldSpan:
    """A stretch of an article that answers, or is part of what answers."""

    source: str
    span: Span


@dataclass(frozen=True, slots=True)
class GoldDocument:
    """A document that answers, and how well: the higher `grade`, the better."""

    source: str
    grade: int = 1


@dataclass(frozen=True, slots=True)
class Case:
    """One evaluation question. `answerable` is None where its data set does not say.

    `spans` are the stretches that answer it, `documents` the ones that do,
    where whole documents are judged; both are empty where nothing answers.
    """

    id: str
    kind: str
    question: str
    answerable: bool | None
    history: tuple[Turn, ...] = ()
    spans: tuple[GoldSpan, ...] = ()
    documents: tuple[GoldDocument, ...] = ()


def load_cases(path: Path = OWN_CASES) -> tuple[Case, ...]:
    """The cases of a JSONL file in the project's own form.

    A line is `{"id", "kind", "question", "spans": [{"source", "start", "end"}]}`
    and may have a `"history"` of earlier turns; no spans means that the
    articles do not answer.

    Raises:
        InputError: the file cannot be read, a line is not a case, or an id comes twice.
    """
    try:
        lines = path.read_text("utf-8").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "not UTF-8"
        raise InputError(f"{path}: cannot be read ({reason}); check the path") from error
    cases = tuple(_case(line, f"{path}:{number}") for number, line in enumerate(lines, 1) if line.strip())
    seen: set[str] = set()
    for case in cases:
        if case.id in seen:
            raise InputError(f"{path}: the id {case.id!r} comes twice; give each case its own")
        seen.add(case.id)
    return cases


def check_spans(cases: Sequence[Case], articles: Sequence[Article]) -> None:
    """Refuse cases whose spans do not lie on whole words of their articles.

    Raises:
        InputError: an article is missing, or a span lies outside it or begins or ends in a word or a blank.
    """
    texts = {article.source: article.text for article in articles}
    for case in cases:
        for gold in case.spans:
            text = texts.get(gold.source)
            if text is None:
                raise InputError(f"{case.id}: there is no article {gold.source}; correct its source")
            cut = gold.span.cut(text)
            before, after = text[: gold.span.start][-1:], text[gold.span.end :][:1]
            whole = len(cut) == len(gold.span) > 0 and cut == cut.strip() and not (before.isalnum() and cut[0].isalnum())
            if not whole or (after.isalnum() and cut[-1].isalnum()):
                raise InputError(
                    f"{case.id}: {gold.source} [{gold.span.start}, {gold.span.end}) is no whole stretch of it; correct it"
                )


def _case(line: str, where: str) -> Case:
    try:
        record = json.loads(line)
        spans = tuple(GoldSpan(_text(s["source"]), Span(int(s["start"]), int(s["end"]))) for s in record["spans"])
        case = Case(
            id=_text(record["id"]),
            kind=_text(record.get("kind", "question")),
            question=_text(record["question"]),
            answerable=bool(spans),
            history=tuple(record.get("history", ())),
            spans=spans,
        )
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise InputError(f"{where}: not a case ({type(error).__name__}: {error}); see eval/cases.jsonl for the form") from error
    if case.answerable == (case.kind in UNANSWERABLE_KINDS):
        raise InputError(f"{where}: a case of kind {case.kind!r} with {len(spans)} spans; correct one of them")
    return case


def _text(value: Any) -> str:
    if not isinstance(value, str) or not value:
        raise TypeError(f"{value!r} is not text")
    return value
