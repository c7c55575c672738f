"""SQuAD: questions on paragraphs of encyclopedia articles, answered by stretches of them or, from 2.0 on, not at all."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from eval.datasets.cases import Case, DataSet, Document, Gold, GoldSpan
from eval.datasets.document_files import TitledDocuments
from eval.datasets.json_records import Ids, Record, read_record
from index import Span

FORM = "SQuAD"
KEYS = ("data",)
_KIND = re.compile(r"\b(?:(how (?:many|much))|who(?:m|se)?|when|where|why|how|which|what)\b", re.IGNORECASE)


def load_squad(paths: Sequence[Path], name: str) -> DataSet:
    """The questions of SQuAD 1.1 and 2.0 files; each paragraph is a document, under its article's title.

    Raises:
        InputError: a file cannot be read, or is not as the form wants it.
    """
    shelf, ids, left_out = TitledDocuments(), Ids(), Counter[str]()
    cases: list[Case] = []
    for path in paths:
        for article in read_record(path).records("data"):
            title = article.text("title", default="").replace("_", " ")
            for paragraph in article.records("paragraphs"):
                context = paragraph.filled("context")
                document = shelf.put(title, context)
                for qa in paragraph.records("qas"):
                    home, question = document.source, qa.text("question")
                    case = Case(ids.new(qa, "id"), "unanswerable", question, answerable=False, home=home)
                    if not qa.flag("is_impossible", default=False):
                        spans = _answers(qa, document, context, left_out)
                        case = replace(case, kind=question_word(question), answerable=True, spans=spans)
                    cases.append(case)
    usable = tuple(case for case in cases if case.spans or not case.answerable)
    if len(usable) < len(cases):
        left_out["questions without a usable answer"] = len(cases) - len(usable)
    notes = tuple(f"{what}, left out: {count:,}" for what, count in left_out.items())
    return DataSet(name, FORM, Gold.ANSWERS, tuple(paths), usable, shelf.documents, notes)


def question_word(question: str) -> str:
    """The word that a question asks with: who, when, where, why, how, how many, which or what; else "other"."""
    match = _KIND.search(question)
    if match is None:
        return "other"
    word = match[0].lower()
    return "how many" if match[1] else "who" if word.startswith("who") else word


def _answers(qa: Record, document: Document, context: str, left_out: Counter[str]) -> tuple[GoldSpan, ...]:
    """The distinct answers that stand in the paragraph where the question says."""
    shift = len(document.text) - len(context)
    given = dict.fromkeys((answer.text("text"), answer.whole("answer_start")) for answer in qa.records("answers"))
    stand = [(text, start) for text, start in given if text and start >= 0 and context.startswith(text, start)]
    if len(stand) < len(given):
        left_out["answers that do not stand at their answer_start"] += len(given) - len(stand)
    return tuple(GoldSpan(document.source, Span(shift + start, shift + start + len(text))) for text, start in stand)
