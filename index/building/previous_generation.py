"""The generation before, as a build reads it: the entries of its articles by their content, in whichever segment."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np

from articles_qa.index.articles.article import Content
from articles_qa.index.entries.entry import Entry
from articles_qa.index.files.file_stat import has_stat
from articles_qa.index.files.find_files import SourceFile
from articles_qa.index.local.generation import Generation
from articles_qa.index.local.segment_reader import SegmentReader


class ArticlePlace(NamedTuple):
    """An article's segment, as an index into the generation's segments, and its number in that segment."""

    segment: int
    number: int


class PreviousGeneration:
    """A generation as a build reads it; `speakers` names the parser that read who speaks in its articles."""

    def __init__(self, generation: Generation) -> None:
        self.generation = generation
        record = generation.manifest.build
        self.speakers = record.speakers_read_by
        self._encoding, self._added = record.encoding, frozenset(record.added)
        reader = SegmentReader.of(generation)
        self._stats = generation.looks(reader.ids.counts[0])
        self.segments = reader.segments
        self._sizes = [np.diff(segment.first_passages).tolist() for segment in self.segments]
        self.contents: dict[str, Content] = {}
        self._sources: dict[str, tuple[int, ArticlePlace]] = {}  # Its global number, and its place.
        self._inside: dict[str, list[str]] = {}  # The sources of the articles inside a file that holds many.
        self._places: dict[Content, ArticlePlace] = {}
        for segment, number, here, source, content in reader.contents():
            place = ArticlePlace(segment, number)
            self._places.setdefault(content, place)  # A deleted article may come back.
            if here >= 0:
                self.contents[source] = content
                self._sources[source] = here, place
                if content.member:
                    self._inside.setdefault(source.removesuffix(f"/{content.member}"), []).append(source)

    def __contains__(self, content: object) -> bool:
        return content in self._places

    def entry(self, content: Content) -> Entry:
        """Return the entry of an article with this content."""
        place = self._places[content]
        return self.segments[place.segment].entry(place.number)

    def known_contents(self, file: SourceFile, encoding: str | None, sha256: str | None = None) -> Sequence[Content]:
        """Return the contents of a file's articles, where its encoding and its stat signature are unchanged.

        With the `sha256` of its bytes, that is compared in place of the signature.
        """
        if encoding != (None if file.source in self._added else self._encoding):
            return ()
        sources = [file.source] if file.source in self._sources else []
        sources += self._inside.get(file.source, ())
        for source in sources:
            seen = file.stat is not None and has_stat(self._stats, self._sources[source][0], file.stat)
            if not (seen if sha256 is None else self.contents[source].sha256 == sha256):
                return ()
        return [self.contents[source] for source in sources]

    def staying(self, articles: Mapping[str, Content]) -> dict[str, ArticlePlace]:
        """Return, by source, the places of the articles that this generation has with the same source and content."""
        return {
            source: self._sources[source][1] for source, content in articles.items() if self.contents.get(source) == content
        }

    def passages_of(self, place: ArticlePlace) -> int:
        """Return how many passages an article has."""
        return int(self._sizes[place.segment][place.number])
