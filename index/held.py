"""What the generation before holds: its articles' entries by their content, wherever they lie."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from index.article import Content
from index.folder import SourceFile
from index.generation import Generation, speakers_read_by
from index.holdings import Holdings
from index.look import is_look
from index.stored import Entry


@dataclass(frozen=True, slots=True)
class Place:
    """Where an article lies: its segment's place among those of its generation, and its number there."""

    segment: int
    number: int


class Held:
    """A generation as a build reads it; `speakers` says what read who speaks in its articles."""

    def __init__(self, generation: Generation) -> None:
        self.generation = generation
        self.speakers = speakers_read_by(generation.manifest)
        self._encoding, self._added = generation.manifest["encoding"], frozenset(generation.manifest["added"])
        holdings = Holdings.of(generation)
        self._numbering = holdings.numbering
        self._looks = generation.looks(self._numbering.counts[0])
        self.segments = holdings.segments
        self.contents: dict[str, Content] = {}
        self._sources: dict[str, Place] = {}
        self._places: dict[Content, Place] = {}
        for segment, number, here, source, content in holdings.contents():
            self._places.setdefault(content, Place(segment, number))  # What is gone may come back.
            if here >= 0:
                self.contents[source] = content
                self._sources[source] = Place(segment, number)

    def __contains__(self, content: object) -> bool:
        return content in self._places

    def entry(self, content: Content) -> Entry:
        """The entry of an article of this content."""
        place = self._places[content]
        return self.segments[place.segment].entry(place.number)

    def seen(self, file: SourceFile, encoding: str | None) -> Content | None:
        """What a file holds, where it looks as it did when it was read for this generation, in this encoding."""
        place = self._sources.get(file.source)
        if place is None or file.look is None or encoding != (None if file.source in self._added else self._encoding):
            return None
        number = self._numbering.article(place.segment, place.number)
        return self.contents[file.source] if is_look(self._looks, number, file.look) else None

    def staying(self, articles: Mapping[str, Content]) -> dict[str, Place]:
        """Where those articles lie that are here by this source and content, by source."""
        return {source: self._sources[source] for source, content in articles.items() if self.contents.get(source) == content}

    def passages_of(self, place: Place) -> int:
        """How many passages an article has."""
        first = self.segments[place.segment].first_passages
        return int(np.diff(first[place.number : place.number + 2])[0])
