"""MTRAG: turns of conversations, and passages, some of which are relevant to a turn.

Source: Katsis et al. 2025, TACL.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from eval.datasets.cases import Case, DataSet, Document, Gold, GoldDocument
from eval.datasets.document_files import FileNames, titled
from eval.datasets.json_records import Ids, Record, first_record, read_records
from index import InputError
from index.files.printable import printable_name
from qa.questions.history import Turn

FORM = "MTRAG"
TURN_KEYS = ("question", "relevant")
PASSAGE_KEYS = ("id", "title", "text")
_ROLES = ("user", "assistant")


def load_mtrag(turns: Sequence[Path], passages: Sequence[Path], name: str) -> DataSet:
    """The turns as cases, each with the conversation before it; each passage is a document.

    Raises:
        InputError: a file cannot be read, or is not as the form wants it.
    """
    left_out = Counter[str]()
    documents = _documents(passages, left_out)
    ids = Ids()
    cases: list[Case] = []
    for path in turns:
        for record in read_records(path):
            case = _case(record, ids.new(record, "id"), documents, left_out)
            if case.documents or not case.answerable:
                cases.append(case)
            else:
                left_out["answerable questions without a relevant passage"] += 1
    notes = tuple(f"{what}, left out: {count:,}" for what, count in left_out.items())
    return DataSet(name, FORM, Gold.DOCUMENTS, (*turns, *passages), tuple(cases), tuple(documents.values()), notes)


def passages_beside(turns: Path) -> Path:
    """The file of passages in the same folder: X-passages.jsonl beside X-turns.jsonl, else the only one of their form.

    Raises:
        InputError: there is none, or several.
    """
    twin = turns.with_name(turns.name.replace("-turns", "-passages"))
    if twin != turns and twin.is_file():
        return twin
    found = []
    for path in sorted(turns.parent.glob("[!.]*.jsonl")):
        with suppress(InputError):  # Some other file, which nobody named.
            if set(PASSAGE_KEYS) <= first_record(path).fields.keys():
                found.append(path)
    if len(found) == 1:
        return found[0]
    several = f"several files of passages beside it ({', '.join(printable_name(path.name) for path in found[:3])})"
    raise InputError(
        f"{printable_name(turns)}: {several if found else 'no file of passages beside it'}; name the right one too"
    )


def _documents(paths: Sequence[Path], left_out: Counter[str]) -> dict[str, Document]:
    """The passages that hold text, by id."""
    names = FileNames()
    documents: dict[str, Document] = {}
    for path in paths:
        for record in read_records(path):
            name, text = record.filled("id"), _text(record)
            document = Document(f"{names.name(name)}.txt", text)
            if documents.setdefault(name, document) != document:
                raise InputError(f"{record.where}: the id {name[:80]!a} comes twice; give each passage its own")
    blank = [name for name, document in documents.items() if not document.text.strip()]
    if blank:
        left_out["passages without text"] = len(blank)
    return {name: document for name, document in documents.items() if document.text.strip()}


def _text(record: Record) -> str:
    """A passage after its title, unless it begins with that itself."""
    title, text = record.text("title", default=""), record.text("text")
    return text if text == title or text.startswith(f"{title}\n") else titled(title, text)


def _case(record: Record, name: str, documents: Mapping[str, Document], left_out: Counter[str]) -> Case:
    relevant, answerable = tuple(dict.fromkeys(record.texts("relevant"))), _answerable(record)
    there = tuple(passage for passage in relevant if passage in documents)
    if len(there) < len(relevant):
        left_out["relevant passages that are not there"] += len(relevant) - len(there)
    history = _history(record)
    return Case(
        id=name,
        kind="follow-up" if history else "first turn",
        question=record.text("question"),
        answerable=answerable,
        history=history,
        documents=() if answerable is False else tuple(GoldDocument(documents[passage].source) for passage in there),
    )


def _history(record: Record) -> tuple[Turn, ...]:
    turns = []
    for turn in record.records("history", default=()):
        role = turn.text("role")
        if role not in _ROLES:
            raise InputError(f'{turn.where}: "role" is {role[:40]!a}, neither user nor assistant; correct it')
        turns.append({"role": role, "content": turn.text("content")})
    return tuple(turns)


def _answerable(record: Record) -> bool | None:
    """Whether the passages answer, at least in part; None for small talk, and where it is not said."""
    key = "answerability"
    said = (record.text(key),) if isinstance(record.fields.get(key), str) else record.texts(key, default=())
    if {"ANSWERABLE", "PARTIAL"} & set(said):
        return True
    return False if "UNANSWERABLE" in said else None
