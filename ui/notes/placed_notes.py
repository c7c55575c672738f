"""Notes laid on the articles of an index: each at its place now, and those that have none."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from articles_qa.index import Article, Index, Span
from articles_qa.ui.notes.note import Note


@dataclass(frozen=True, slots=True)
class PlacedNote:
    """A note and its stretch of the article; an empty one for the article as a whole."""

    note: Note
    span: Span


@dataclass(frozen=True, slots=True)
class PlacedNotes:
    """Notes by the number of their article in the index; `lost` are those whose article or words are gone."""

    by_article: dict[int, list[PlacedNote]] = field(default_factory=dict)
    lost: Sequence[Note] = ()

    def of_article(self, number: int) -> Note | None:
        """Return the note on an article as a whole."""
        return next((one.note for one in self.by_article.get(number, ()) if one.note.is_of_article), None)

    def of_quotes(self, number: int) -> list[PlacedNote]:
        """Return the notes on stretches of an article, in its order."""
        return sorted(
            (one for one in self.by_article.get(number, ()) if not one.note.is_of_article), key=lambda one: one.span.start
        )

    def marks(self, number: int) -> set[str]:
        """Return the marks of all notes on an article."""
        return {mark for one in self.by_article.get(number, ()) for mark in one.note.marks}


NO_NOTES = PlacedNotes()


def place_notes(index: Index, notes: Sequence[Note]) -> PlacedNotes:
    """Lay the notes on an index's articles."""
    if not notes:
        return PlacedNotes()
    wanted = {note.source for note in notes}
    numbers = {source: number for number, source in enumerate(index.store.sources()) if source in wanted}
    placed, lost = defaultdict[int, list[PlacedNote]](list), list[Note]()
    for note in notes:
        number = numbers.get(note.source)
        span = note.span_in(index.store.article(number)) if number is not None else None
        if number is None or span is None:
            lost.append(note)
        else:
            placed[number].append(PlacedNote(note, span))
    return PlacedNotes(dict(placed), lost)


def note_at(notes: Iterable[Note], article: Article | None, source: str, span: Span, text: str) -> Note | None:
    """Return the note on a stretch of an article with this text; without the article, one that was made just there."""
    for note in notes:
        if note.source != source or note.text != text:
            continue
        if (note.span_in(article) if article else Span(note.start, note.end)) == span:
            return note
    return None
