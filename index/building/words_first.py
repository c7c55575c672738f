"""Words first: a large first build puts the articles' words in force before it embeds them, and vectors as they come.

The words of 10,000 articles take half a minute, their vectors a quarter of an hour. Until the last generation, questions
find passages by words and by those vectors that are there, and embed what they read (`index/local/late_vectors.py`).
The last generation is the one that would be written without all this.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from articles_qa.index.articles.article import Content
from articles_qa.index.building.prepare import PreparedBuild
from articles_qa.index.building.previous_generation import PreviousGeneration
from articles_qa.index.building.segment_plan import SegmentPlan
from articles_qa.index.building.write_generation import share_files, write_generation
from articles_qa.index.errors import ArticleRefused
from articles_qa.index.files.disk import Disk
from articles_qa.index.local.generation import Generation
from articles_qa.index.local.manifest import Manifest
from articles_qa.index.local.publish import publish
from articles_qa.index.local.segment import EXACT, VECTORS
from articles_qa.index.search.float16_vectors import ROW_TYPE, Float16Vectors

# Shares of the articles after which their vectors are put in force; each time all vectors so far are written.
VECTORS_AT = (1 / 8, 1 / 4, 1 / 2)


def lacks_vectors(generation: Generation) -> bool:
    """Tell whether a generation has sentences without vectors."""
    return any(segment.unembedded for segment in generation.manifest.segments)


def put_words_first(
    directory: Path,
    prepared: PreparedBuild,
    unfinished: PreviousGeneration | None,
    *,
    at_least_bytes: int,
    note: Callable[[str], None],
    disk: Disk,
) -> "GrowingVectors | None":
    """Put the articles' words in force, where no whole generation is; return the generation, to be given vectors.

    `unfinished` is the generation of a stopped build by the same model; it stays where it has just these articles. None
    is returned where the articles are few, and where a file changed while it was read.
    """
    articles = prepared.collection.articles
    if unfinished is not None and [*unfinished.contents.items()] == [(one.source, one.content) for one in articles]:
        return GrowingVectors(directory, unfinished.generation, prepared, disk)
    # An added file that is taken out is deleted with the last generation; a stopped build would find it, and take it for new.
    if sum(one.size_bytes for one in articles) < at_least_bytes or prepared.collection.to_delete:
        return None
    try:
        words = _publish_words(directory, prepared, disk)
    except ArticleRefused:
        return None
    prepared.entry_maker.drafts = PreviousGeneration(words)
    note(f"{len(articles):,} articles can be asked by their words now, while they are embedded")
    return GrowingVectors(directory, words, prepared, disk)


def _publish_words(directory: Path, prepared: PreparedBuild, disk: Disk) -> Generation:
    methods = replace(prepared.record.methods, speakers="")
    record, articles = replace(prepared.record, methods=methods), prepared.collection.articles

    def write(folder: Path) -> Manifest:
        entries, dim = prepared.entry_maker.drafted, prepared.card.dim
        return write_generation(folder, SegmentPlan(articles), None, entries, record, dim=dim, exhaustive_up_to=0, disk=disk)

    return publish(directory, write, disk=disk)


class GrowingVectors:
    """Puts vectors in force as they come: of the first articles, which are all in checkpoints."""

    def __init__(self, directory: Path, words: Generation, prepared: PreparedBuild, disk: Disk) -> None:
        self.generation = words
        self._directory, self._disk = directory, disk
        self.articles, self._checkpoints = prepared.collection.articles, prepared.checkpoints
        self._embedded = 0
        (segment,) = words.manifest.segments
        share = segment.embedded / max(1, segment.sentences)
        self._at = [each for each in VECTORS_AT if each > share]

    def publish_more(self) -> None:
        """Publish the vectors of so many articles as are embedded, where they are enough."""
        articles, checkpoints = self.articles, self._checkpoints
        while self._embedded < len(articles) and articles[self._embedded].content in checkpoints:
            self._embedded += 1
        share = self._embedded / len(articles)
        if self._at and share >= self._at[0]:
            self._at = [each for each in self._at if each > share]
            contents = [article.content for article in articles[: self._embedded]]
            self.generation = publish(self._directory, lambda folder: self._write(folder, contents), disk=self._disk)

    def _write(self, folder: Path, contents: Sequence[Content]) -> Manifest:
        """Write the vectors of the articles with these contents, and share all else."""
        from articles_qa.index.search.faiss_index import write_vectors

        before = self.generation.manifest
        (segment,), dim, disk = before.segments, before.build.model.dim, self._disk
        shared = share_files(self.generation, lambda name: None if name in (EXACT, VECTORS) else name, folder, disk)
        with disk.create(folder / EXACT) as file:
            for content in contents:
                file.write(self._checkpoints.rows(content))
        rows = (folder / EXACT).stat().st_size // (ROW_TYPE.itemsize * dim)
        vectors = Float16Vectors(folder / EXACT, rows=rows, dim=dim)
        write_vectors(folder / VECTORS, vectors.blocks, dim=dim, exhaustive_up_to=rows, disk=disk)
        segments = (replace(segment, unembedded=segment.sentences - rows),)
        return replace(before, segments=segments, files=tuple(shared.values()))
