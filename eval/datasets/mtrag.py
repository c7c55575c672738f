"""MTRAG: turns of conversations, and passages. Some passages are relevant to a turn.

Source: Katsis et al. 2025, TACL.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Literal

from pydantic import Field

from articles_qa.eval.datasets.cases import Case, DataSet, Document, Gold, GoldDocument
from articles_qa.eval.datasets.document_files import FileNames, titled
from articles_qa.eval.datasets.json_records import FilledText, Ids, JsonRecord, Text, first_object, read_json_lines
from articles_qa.index import InputError
from articles_qa.index.files.printable import printable_name

FORM = "MTRAG"
TURN_KEYS = ("question", "relevant")
PASSAGE_KEYS = ("id", "title", "text")


class _MtragHistoryTurn(JsonRecord):
    role: Literal["user", "assistant"]
    content: Text


class _MtragTurn(JsonRecord):
    id: FilledText
    question: Text
    relevant: list[Text]
    answerability: Text | list[Text] = Field(default_factory=list)
    history: list[_MtragHistoryTurn] = Field(default_factory=list)


class _MtragPassage(JsonRecord):
    id: FilledText
    title: Text = ""
    text: Text

    @property
    def titled(self) -> str:
        """The passage after its title, unless it begins with the title itself."""
        begins_so = self.text == self.title or self.text.startswith(f"{self.title}\n")
        return self.text if begins_so else titled(self.title, self.text)


def load_mtrag(turns: Sequence[Path], passages: Sequence[Path], name: str) -> DataSet:
    """Return the turns as cases, each with the conversation before it. Each passage is a document.

    Raises:
        InputError: a file cannot be read, or is not in this form.
    """
    left_out = Counter[str]()
    documents = _documents(passages, left_out)
    ids = Ids()
    cases: list[Case] = []
    for path in turns:
        for where, turn in read_json_lines(path, _MtragTurn):
            ids.add(turn.id, where)
            case = _case(turn, documents, left_out)
            if case.documents or not case.answerable:
                cases.append(case)
            else:
                left_out["answerable questions without a relevant passage"] += 1
    notes = tuple(f"{what}, left out: {count:,}" for what, count in left_out.items())
    return DataSet(name, FORM, Gold.DOCUMENTS, (*turns, *passages), tuple(cases), tuple(documents.values()), notes)


def passages_beside(turns: Path) -> Path:
    """Return the file of passages in the same folder: X-passages.jsonl beside X-turns.jsonl, else the only one of their form.

    Raises:
        InputError: the folder holds no such file, or several.
    """
    twin = turns.with_name(turns.name.replace("-turns", "-passages"))
    if twin != turns and twin.is_file():
        return twin
    found = []
    for path in sorted(turns.parent.glob("[!.]*.jsonl")):
        with suppress(InputError):  # Another file, which nobody named.
            if set(PASSAGE_KEYS) <= first_object(path).keys():
                found.append(path)
    if len(found) == 1:
        return found[0]
    several = f"several files of passages beside it ({', '.join(printable_name(path.name) for path in found[:3])})"
    raise InputError(
        f"{printable_name(turns)}: {several if found else 'no file of passages beside it'}; name the right one too"
    )


def _documents(paths: Sequence[Path], left_out: Counter[str]) -> dict[str, Document]:
    """Return the passages that hold text, by id."""
    names = FileNames()
    documents: dict[str, Document] = {}
    for path in paths:
        for where, passage in read_json_lines(path, _MtragPassage):
            document = Document(f"{names.name(passage.id)}.txt", passage.titled)
            if documents.setdefault(passage.id, document) != document:
                raise InputError(f"{where}: the id {passage.id[:80]!a} comes twice; give each passage its own")
    blank = [name for name, document in documents.items() if not document.text.strip()]
    if blank:
        left_out["passages without text"] = len(blank)
    return {name: document for name, document in documents.items() if document.text.strip()}


def _case(turn: _MtragTurn, documents: Mapping[str, Document], left_out: Counter[str]) -> Case:
    relevant, answerable = tuple(dict.fromkeys(turn.relevant)), _answerable(turn)
    there = tuple(passage for passage in relevant if passage in documents)
    if len(there) < len(relevant):
        left_out["relevant passages that are not there"] += len(relevant) - len(there)
    return Case(
        id=turn.id,
        kind="follow-up" if turn.history else "first turn",
        question=turn.question,
        answerable=answerable,
        history=tuple({"role": said.role, "content": said.content} for said in turn.history),
        documents=() if answerable is False else tuple(GoldDocument(documents[passage].source) for passage in there),
    )


def _answerable(turn: _MtragTurn) -> bool | None:
    """Tell whether the passages answer, at least in part. None for small talk, and where the turn does not say."""
    said = {turn.answerability} if isinstance(turn.answerability, str) else {*turn.answerability}
    if {"ANSWERABLE", "PARTIAL"} & said:
        return True
    return False if "UNANSWERABLE" in said else None
