"""The command `qa notes`: the readers' stars, tags and notes, each with its place in the articles now."""

from argparse import Namespace
from collections.abc import Iterator, Mapping
from typing import Any

from articles_qa.index.backends import backend_at
from articles_qa.index.english import count
from articles_qa.index.files.printable import one_line, printable
from articles_qa.index.opened.index import Index
from articles_qa.ui.commands.output import ExitStatus, show, show_json
from articles_qa.ui.notes.export_notes import note_records, to_csv
from articles_qa.ui.notes.note_file import NoteFile
from articles_qa.ui.text.wording import about_line


def notes(chosen: Namespace) -> ExitStatus:
    """Print the notes.

    Raises:
        InputError: the notes cannot be read.
        IndexUnusableError: the index cannot be opened.
    """
    index = Index.open(chosen.index)
    records = note_records(NoteFile(lambda: backend_at(chosen.index).judgements_folder()).all(), index.article_named)
    if chosen.json:
        show_json(records)
    elif chosen.csv:
        show(to_csv(records["notes"]), end="")
    else:
        show("\n".join([*(line for record in records["notes"] for line in _lines(record)), _tally(records["notes"])]))
    return ExitStatus.DONE


def _lines(record: Mapping[str, Any]) -> Iterator[str]:
    """Yield a note's place, its words, and what it is on."""
    place, source = record["place"], printable(record["source"])
    where = source if not record["text"] else f"{source}:{place['first_line']}" if place else source
    gone = "" if place else "without a place: the article, or its words, are gone"
    tags = " ".join(f"#{one_line(tag)}" for tag in record["tags"])
    yield about_line(f"{'★ ' if record['star'] else ''}{where}", record["outlet"], record["published"], tags, gone)
    if record["text"]:
        yield f"  “{one_line(record['text'])}”"
    if record["words"]:
        yield f"  {one_line(record['words'])}"


def _tally(records: list[dict[str, Any]]) -> str:
    lost = sum(record["place"] is None for record in records)
    return count(len(records), "note") + (f", {lost} without a place" if lost else "")
