"""Notes for other programs: a record, or a table for a spreadsheet."""

import csv
import io
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from articles_qa.index import Article
from articles_qa.ui.notes.note import Note
from articles_qa.ui.text.spreadsheet import cell_text

SCHEMA = "notes/1"
HEAD = ("star", "tags", "note", "quote", "outlet", "day", "title", "file", "line", "at")


def note_records(notes: Iterable[Note], article_named: Callable[[str], Article | None]) -> dict[str, Any]:
    """Return the notes as a record, each with its place in the articles now."""
    return {"schema": SCHEMA, "notes": [note.to_dict(article_named(note.source)) for note in notes]}


def to_csv(records: Sequence[Mapping[str, Any]]) -> str:
    """Return the notes as CSV (RFC 4180), a row each; the line is empty for a note without a place."""
    made = io.StringIO()
    csv.writer(made).writerows((HEAD, *(_row(record) for record in records)))
    return made.getvalue()


def _row(record: Mapping[str, Any]) -> list[str]:
    line = record["place"]["first_line"] if record["place"] else None
    noted = ("yes" if record["star"] else "", ", ".join(record["tags"]), record["words"], record["text"])
    named = (record["outlet"], record["published"], record["title"], record["source"])
    return [cell_text(value) for value in (*noted, *named, line, record["at"])]
