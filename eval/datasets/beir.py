"""BEIR: a folder with documents (corpus.jsonl), questions (queries.jsonl) and judgements (qrels/*.tsv)."""

from collections import Counter, defaultdict
from collections.abc import Mapping
from pathlib import Path

from pydantic import Field

from articles_qa.eval.datasets.cases import Case, DataSet, Document, Gold, GoldDocument
from articles_qa.eval.datasets.document_files import FileNames, titled
from articles_qa.eval.datasets.json_records import FilledText, Ids, JsonRecord, Text, read_json_lines, read_lines
from articles_qa.index import InputError
from articles_qa.index.files.printable import printable_name

FORM = "BEIR"
CORPUS, QUERIES, JUDGEMENTS = "corpus.jsonl", "queries.jsonl", "qrels"


class _BeirQuery(JsonRecord):
    id: FilledText = Field(alias="_id")
    text: Text


class _BeirDocument(_BeirQuery):
    title: Text = ""


def is_beir(folder: Path) -> bool:
    """Tell whether a folder looks like a BEIR folder, complete or not."""
    return (folder / CORPUS).is_file() or (folder / JUDGEMENTS).is_dir()


def load_beir(folder: Path, name: str) -> DataSet:
    """Return the questions that have judgements, and every document that holds text.

    Raises:
        InputError: a file is missing, cannot be read, or is not in this form.
    """
    judgements, choice = _judgements_file(folder)
    notes, left_out = [choice], Counter[str]()
    grades = _grades(judgements, left_out)
    documents = _documents(folder / CORPUS, left_out)
    ids, cases = Ids(), []
    for where, query in read_json_lines(folder / QUERIES, _BeirQuery):
        ids.add(query.id, where)
        judged = grades.pop(query.id, None)
        gold = _gold(judged or {}, documents, left_out)
        if gold:
            cases.append(Case(query.id, "question", query.text, answerable=True, documents=gold))
        else:
            left_out["questions without judgements" if judged is None else "questions without a relevant document"] += 1
    if grades:
        left_out[f"judged questions that {QUERIES} lacks"] = len(grades)
    notes += [f"{what}, left out: {count:,}" for what, count in left_out.items()]
    paths = (folder / CORPUS, folder / QUERIES, judgements)
    return DataSet(name, FORM, Gold.DOCUMENTS, paths, tuple(cases), tuple(documents.values()), tuple(notes))


def _judgements_file(folder: Path) -> tuple[Path, str]:
    """Return test.tsv, else dev.tsv, else the first file by name; and a note that names the choice."""
    found = {path.name: path for path in sorted((folder / JUDGEMENTS).glob("[!.]*.tsv"))}
    if not found:
        raise InputError(f"{printable_name(folder)}: a BEIR folder without {JUDGEMENTS}/*.tsv; add the judgements")
    chosen = next((name for name in ("test.tsv", "dev.tsv") if name in found), next(iter(found)))
    others = [printable_name(name) for name in found if name != chosen]
    return found[chosen], f"judgements: {JUDGEMENTS}/{printable_name(chosen)}{', not ' if others else ''}{', '.join(others)}"


def _grades(path: Path, left_out: Counter[str]) -> dict[str, dict[str, int]]:
    """Return the grade of each judged document, by question."""
    grades: dict[str, dict[str, int]] = defaultdict(dict)
    for place, (where, line) in enumerate(read_lines(path)):
        columns = line.rstrip("\r\n").split("\t")
        if len(columns) != 3:
            raise InputError(f"{where}: {len(columns)} columns, not query-id, corpus-id and score; correct it")
        query, document, score = columns
        try:
            grade = int(score)
        except ValueError:
            if place == 0:  # The header.
                continue
            raise InputError(f"{where}: the score {score[:40]!a} is no whole number; correct it") from None
        if document in grades[query]:
            left_out["earlier judgements of the same question and document"] += 1
        grades[query][document] = grade
    return grades


def _documents(path: Path, left_out: Counter[str]) -> dict[str, Document]:
    """Return the documents that hold text, by id."""
    ids, names, documents = Ids(), FileNames(), {}
    for where, document in read_json_lines(path, _BeirDocument):
        ids.add(document.id, where)
        name, text = names.name(document.id), titled(document.title, document.text)
        if text.strip():
            documents[document.id] = Document(f"{name}.txt", text)
        else:
            left_out["documents without text"] += 1
    return documents


def _gold(judged: Mapping[str, int], documents: Mapping[str, Document], left_out: Counter[str]) -> tuple[GoldDocument, ...]:
    """Return the relevant documents among the judged documents."""
    relevant = {name: grade for name, grade in judged.items() if grade > 0}
    there = {name: grade for name, grade in relevant.items() if name in documents}
    if len(there) < len(relevant):
        left_out[f"judgements of documents that {CORPUS} lacks"] += len(relevant) - len(there)
    return tuple(GoldDocument(documents[name].source, grade) for name, grade in there.items())
