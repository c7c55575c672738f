"""What the generation before holds: its articles' entries by their content, wherever they lie."""

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np

from index.articles.article import Content
from index.entries.entry import Entry
from index.files.file_stat import has_stat
from index.files.find_files import SourceFile
from index.local.generation import Generation
from index.local.segment_reader import SegmentReader


class ArticlePlace(NamedTuple):
    """Where an article lies: its segment's place among those of its generation, and its number there."""

    segment: int
    number: int


class PreviousGeneration:
    """A generation as a build reads it; `speakers` says what read who speaks in its articles."""

    def __init__(self, generation: Generation) -> None:
        self.generation = generation
        record = generation.manifest.build
        self.speakers = record.speakers_read_by
        self._encoding, self._added = record.encoding, frozenset(record.added)
        holdings = SegmentReader.of(generation)
        self._looks = generation.looks(holdings.article_count())
        self.segments = holdings.segments
        self._sizes = [np.diff(segment.first_passages).tolist() for segment in self.segments]
        self.contents: dict[str, Content] = {}
        self._sources: dict[str, tuple[int, ArticlePlace]] = {}  # Its number here, and where it lies.
        self._places: dict[Content, ArticlePlace] = {}
        for segment, number, here, source, content in holdings.contents():
            place = ArticlePlace(segment, number)
            self._places.setdefault(content, place)  # What is gone may come back.
            if here >= 0:
                self.contents[source] = content
                self._sources[source] = here, place

    def __contains__(self, content: object) -> bool:
        return content in self._places

    def entry(self, content: Content) -> Entry:
        """The entry of an article of this content."""
        place = self._places[content]
        return self.segments[place.segment].entry(place.number)

    def known_content(self, file: SourceFile, encoding: str | None) -> Content | None:
        """What a file holds, where it looks as it did when it was read for this generation, in this encoding."""
        known = self._sources.get(file.source)
        if known is None or file.stat is None or encoding != (None if file.source in self._added else self._encoding):
            return None
        return self.contents[file.source] if has_stat(self._looks, known[0], file.stat) else None

    def staying(self, articles: Mapping[str, Content]) -> dict[str, ArticlePlace]:
        """Where those articles lie that are here by this source and content, by source."""
        return {
            source: self._sources[source][1] for source, content in articles.items() if self.contents.get(source) == content
        }

    def passages_of(self, place: ArticlePlace) -> int:
        """How many passages an article has."""
        return int(self._sizes[place.segment][place.number])
