"""Cases: questions, each with the spans or documents that answer it, or none; and data sets of cases."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from itertools import chain
from pathlib import Path
from typing import Any

from pydantic import Field, model_validator

from articles_qa.eval.datasets.json_records import FilledText, Ids, JsonRecord, SpanRecord, read_json_lines
from articles_qa.index import Article, InputError, Span
from articles_qa.qa.questions.history import Turn

OWN_CASES = Path(__file__).with_name("cases.jsonl")
UNANSWERABLE_KINDS = ("off-topic", "unanswerable")


@dataclass(frozen=True, slots=True)
class GoldSpan:
    """A stretch of an article that answers the question, or a part of the answer."""

    source: str
    span: Span


@dataclass(frozen=True, slots=True)
class GoldDocument:
    """A document that answers the question; a higher `grade` is a better answer."""

    source: str
    grade: int = 1


@dataclass(frozen=True, slots=True)
class Case:
    """One evaluation question. `answerable` is None where the data set does not say.

    `spans` are the stretches that answer it; `documents` are the documents that
    answer it, where whole documents are judged. Both are empty where nothing
    answers. `home` is the document that the question is about, "" where the
    data set does not say.
    """

    id: str
    kind: str
    question: str
    answerable: bool | None
    history: tuple[Turn, ...] = ()
    spans: tuple[GoldSpan, ...] = ()
    documents: tuple[GoldDocument, ...] = ()
    home: str = ""


class _CaseRecord(JsonRecord):
    """A line of a file of cases."""

    id: FilledText
    kind: FilledText = "question"
    question: FilledText
    spans: list[SpanRecord]
    home: str = ""
    history: list[dict[str, Any]] = Field(default_factory=list)

    @model_validator(mode="after")
    def _spans_fit_the_kind(self) -> "_CaseRecord":
        if bool(self.spans) == (self.kind in UNANSWERABLE_KINDS):
            raise ValueError(f"a case of kind {self.kind!r} with {len(self.spans)} spans")
        return self


def load_cases(paths: Sequence[Path] = (OWN_CASES,)) -> tuple[Case, ...]:
    """Return the cases of JSONL files in the project's own form.

    A line is `{"id", "kind", "question", "spans": [{"source", "start", "end"}]}`
    and may have a `"history"` of earlier turns. A case without spans is one
    that the articles do not answer.

    Raises:
        InputError: a file cannot be read, a line is not a case, or an id comes twice.
    """
    ids, cases = Ids(), []
    for where, record in chain.from_iterable(read_json_lines(path, _CaseRecord) for path in paths):
        ids.add(record.id, where)
        spans, history = tuple(GoldSpan(gold.source, gold.span) for gold in record.spans), tuple(record.history)
        cases.append(Case(record.id, record.kind, record.question, bool(spans), history, spans, home=record.home))
    return tuple(cases)


def check_spans(cases: Sequence[Case], articles: Sequence[Article]) -> None:
    """Refuse cases with spans that are no whole words of their articles.

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


class Gold(Enum):
    """The kind of right answer that the cases of a data set name."""

    ANSWERS = "answers"  # Any one of a case's spans answers it.
    SENTENCES = "sentences"  # A case's spans answer it together.
    DOCUMENTS = "documents"  # Whole documents only.


@dataclass(frozen=True, slots=True)
class Document:
    """A text of a data set. `source` is the name of its file, `text` the whole content."""

    source: str
    text: str


@dataclass(frozen=True, slots=True)
class DataSet:
    """Cases in one form. `documents` is None where the cases are about an existing index.

    `paths` are the files read. `notes` say in a line each what was left out and
    why.
    """

    name: str
    form: str
    gold: Gold
    paths: tuple[Path, ...]
    cases: tuple[Case, ...]
    documents: tuple[Document, ...] | None
    notes: tuple[str, ...] = ()
