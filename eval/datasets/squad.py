"""SQuAD: questions on paragraphs of encyclopedia articles. Stretches of a paragraph answer, or, from 2.0 on, nothing does."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from pydantic import Field

from articles_qa.eval.datasets.cases import Case, DataSet, Document, Gold, GoldSpan
from articles_qa.eval.datasets.document_files import TitledDocuments
from articles_qa.eval.datasets.json_records import FilledText, Ids, JsonRecord, Text, read_json_file
from articles_qa.index import Span
from articles_qa.index.files.printable import printable_name

FORM = "SQuAD"
KEYS = ("data",)
_KIND = re.compile(r"\b(?:(how (?:many|much))|who(?:m|se)?|when|where|why|how|which|what)\b", re.IGNORECASE)


class _SquadAnswer(JsonRecord):
    text: Text
    answer_start: int


class _SquadQuestion(JsonRecord):
    id: FilledText
    question: Text
    is_impossible: bool = False
    answers: list[_SquadAnswer] = Field(default_factory=list)


class _SquadParagraph(JsonRecord):
    context: FilledText
    qas: list[_SquadQuestion]


class _SquadArticle(JsonRecord):
    title: Text = ""
    paragraphs: list[_SquadParagraph]


class _SquadFile(JsonRecord):
    data: list[_SquadArticle]


def load_squad(paths: Sequence[Path], name: str) -> DataSet:
    """Return the questions of SQuAD 1.1 and 2.0 files; each paragraph is a document, under its article's title.

    Raises:
        InputError: a file cannot be read, or is not in this form.
    """
    files, ids, left_out = TitledDocuments(), Ids(), Counter[str]()
    cases: list[Case] = []
    for path in paths:
        for article in read_json_file(path, _SquadFile).data:
            title = article.title.replace("_", " ")
            for paragraph in article.paragraphs:
                document = files.put(title, paragraph.context)
                for asked in paragraph.qas:
                    ids.add(asked.id, printable_name(path))
                    case = Case(asked.id, "unanswerable", asked.question, answerable=False, home=document.source)
                    if not asked.is_impossible:
                        spans = _answers(asked, document, paragraph.context, left_out)
                        case = replace(case, kind=question_word(asked.question), answerable=True, spans=spans)
                    cases.append(case)
    usable = tuple(case for case in cases if case.spans or not case.answerable)
    if len(usable) < len(cases):
        left_out["questions without a usable answer"] = len(cases) - len(usable)
    notes = tuple(f"{what}, left out: {count:,}" for what, count in left_out.items())
    return DataSet(name, FORM, Gold.ANSWERS, tuple(paths), usable, files.documents, notes)


def question_word(question: str) -> str:
    """Return the word that a question asks with: who, when, where, why, how, how many, which or what; else "other"."""
    match = _KIND.search(question)
    if match is None:
        return "other"
    word = match[0].lower()
    return "how many" if match[1] else "who" if word.startswith("who") else word


def _answers(asked: _SquadQuestion, document: Document, context: str, left_out: Counter[str]) -> tuple[GoldSpan, ...]:
    """Return the distinct answers that stand in the paragraph where the question says."""
    shift = len(document.text) - len(context)
    given = dict.fromkeys((answer.text, answer.answer_start) for answer in asked.answers)
    stand = [(text, start) for text, start in given if text and start >= 0 and context.startswith(text, start)]
    if len(stand) < len(given):
        left_out["answers that do not stand at their answer_start"] += len(given) - len(stand)
    return tuple(GoldSpan(document.source, Span(shift + start, shift + start + len(text))) for text, start in stand)
