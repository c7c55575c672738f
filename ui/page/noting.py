"""The stars, tags and notes of the page's readers: kept, shown and exported."""

import json
from collections.abc import Sequence
from typing import Any

from articles_qa.index import InputError, Span
from articles_qa.index.backends import backend_at
from articles_qa.index.files.printable import one_line, printable
from articles_qa.ui.notes.export_notes import note_records, to_csv
from articles_qa.ui.notes.note import Note
from articles_qa.ui.notes.note_file import MAX_BYTES, NoteFile, now
from articles_qa.ui.notes.placed_notes import note_at
from articles_qa.ui.page.html import fill_template
from articles_qa.ui.page.live_index import LiveIndex, OpenGeneration
from articles_qa.ui.page.requests import ExportRequest, NoteRequest, read_request
from articles_qa.ui.server.quota import VISITOR, Quota


class Noting:
    """Answers the page's requests for notes; used by several threads."""

    def __init__(self, live: LiveIndex) -> None:
        self._live = live
        self._file = NoteFile(lambda: backend_at(live.directory).judgements_folder())
        self._kept = Quota(MAX_BYTES // 4)

    def all(self) -> Sequence[Note]:
        """Return the notes to show; none where they cannot be read."""
        try:
            return self._file.all()
        except InputError:
            return ()

    def save(self, request: object) -> dict[str, Any]:
        """Keep a note in place of the one before, and return its row; one that is empty takes that back.

        Raises:
            InputError: the index has another version of the article, the note cannot be kept, or the visitor has kept enough
                for today.
        """
        wanted = read_request(NoteRequest, request)
        visitor = VISITOR.get()
        if self._kept.used_up(visitor):
            raise InputError("notes: yours of today take all the room there is for you; go on tomorrow")
        notes = self._live.call(lambda opened: self._changed(opened, wanted))
        self._kept.use(visitor, self._file.keep(notes))
        shown = None if notes[-1].is_empty else notes[-1]
        place = {name: getattr(wanted, name) for name in ("source", "sha256", "start", "end", "what")}
        return {"html": fill_template("noting_row.html", {**place, "note": shown})}

    def _changed(self, opened: OpenGeneration, wanted: NoteRequest) -> list[Note]:
        """Return the note that is wanted, after one that takes back the note made where these words stood before."""
        article = opened.index.article_named(wanted.source)
        standing = [note for note in self._file.all() if note.source == wanted.source]
        exact = next((note for note in standing if (note.start, note.end) == (wanted.start, wanted.end)), None)
        tags = list(dict.fromkeys(one_line(tag) for tag in wanted.tags if tag.strip()))
        values: dict[str, Any] = {"at": now(), "star": wanted.star, "tags": tags, "words": wanted.words.strip()}
        if article is None or not article.sha256.startswith(wanted.sha256):
            if exact and not (wanted.star or tags or values["words"]):
                return [exact.model_copy(update=values)]
            raise InputError(f"{printable(wanted.source)}: has changed since it was quoted; ask again")
        span = Span(wanted.start, wanted.end)
        if span.end > len(article.text):
            raise InputError(f"{printable(wanted.source)}: has no such place; ask again")
        made = Note(
            source=article.source, sha256=article.sha256, start=span.start, end=span.end, text=span.cut(article.text), **values
        )
        moved = note_at(standing, article, article.source, span, made.text)
        if moved is None or moved.place == made.place:
            return [made]
        return [moved.model_copy(update={"star": False, "tags": [], "words": ""}), made]

    def export(self, request: object) -> dict[str, Any]:
        """Return all notes as JSON or CSV.

        Raises:
            InputError: the notes cannot be read.
        """
        wanted = read_request(ExportRequest, request)
        notes = self._file.all()
        records = self._live.call(lambda opened: note_records(notes, opened.index.article_named))
        if wanted.form == "csv":
            return {"text": to_csv(records["notes"])}
        return {"text": json.dumps(records, ensure_ascii=False, indent=1)}
