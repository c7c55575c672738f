"""Giving every article of a build its entry: from the generation before, from a checkpoint, or embedded now."""

from collections.abc import Callable, Container, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from dataclasses import dataclass, replace
from typing import Protocol, TypeAlias, TypeVar

from articles_qa.index.articles.article import Article, Content
from articles_qa.index.building.checkpoints import Checkpoints
from articles_qa.index.building.collection import FoundArticle
from articles_qa.index.entries.entry import Entry
from articles_qa.index.entries.make_entry import Draft, draft, draft_again, make_entries, read_speakers, with_speakers
from articles_qa.index.errors import ArticleRefused
from articles_qa.index.files.find_files import SourceFile
from articles_qa.index.files.source_files import CheckSize, Sources
from articles_qa.index.formats.article_reader import ArticleReader
from articles_qa.index.grammar.parser import Parser, loaded_parser
from articles_qa.index.models.embedder import Embedder
from articles_qa.index.workers.worker import BATCH_BYTES, Batch, StartWorkers, Workers, work_through

T = TypeVar("T")
# Passages embedded together and then kept in a checkpoint, so that a stopped build loses only seconds of work.
BATCH_PASSAGES = 512

_Changed: TypeAlias = dict[Content, Content | ArticleRefused]
"""By the content that a file had when it was found: its content when its text was read, or why it could not be read."""


@dataclass(frozen=True, slots=True)
class Progress:
    """Callbacks of a running build: `embedding` takes each new estimate of all passages, `done` each number embedded."""

    embedding: Callable[[int], None] = lambda total: None
    done: Callable[[int], None] = lambda count: None
    note: Callable[[str], None] = lambda text: None


class PreviousEntries(Protocol):
    """The entries of the generation before; `speakers` names the parser that read who speaks in them."""

    speakers: str

    @property
    def contents(self) -> Mapping[str, Content]:
        """The content of each source's article."""
        ...

    def __contains__(self, content: object, /) -> bool: ...

    def entry(self, content: Content) -> Entry:
        """Return the entry of an article with this content."""
        ...


class EntryMaker:
    """Gives every article its entry; only the holder of the writer lock may use it.

    `check_size` refuses a file that has grown too large since it was found.
    `speakers` names the parser that reads who speaks, "" for none.
    `start_workers` starts other processes that embed; None: only this process
    embeds. `drafts` are entries without vectors, whose articles this process
    need not read and split again.
    """

    def __init__(
        self,
        previous: PreviousEntries | None,
        checkpoints: Checkpoints,
        embedder: Embedder,
        progress: Progress,
        *,
        check_size: CheckSize,
        reader: ArticleReader,
        speakers: str,
        start_workers: StartWorkers | None = None,
        drafts: PreviousEntries | None = None,
    ) -> None:
        self._previous, self._checkpoints, self._embedder, self._progress = previous, checkpoints, embedder, progress
        self._check_size, self._speakers, self._start_workers = check_size, speakers, start_workers
        self._reader = reader
        self.drafts = drafts
        self._last_file: tuple[SourceFile, bytes] | None = None  # The articles of one file come one after another.
        self._last: dict[Content, Entry] = {}  # The last batch needs no checkpoint: the build is nearly done.
        self._embedded = 0

    def drafted(self, articles: Sequence[FoundArticle]) -> Iterator[Entry]:
        """Yield the entry of each article, one at a time, without vectors and speakers.

        Raises:
            ArticleRefused: a file changed since it was found, or cannot be read.
        """
        changed: _Changed = {}
        for article in articles:
            for made in self._draft(article, changed):
                yield replace(made.entry, article=replace(made.entry.article, source=article.source))
            if changed:
                raise ArticleRefused(article.source, "changed while it was read")

    def embed(
        self, articles: Sequence[FoundArticle], kept: Callable[[], None] = lambda: None
    ) -> tuple[list[FoundArticle], list[ArticleRefused]]:
        """Embed the articles that have no entry yet, batch by batch; files of one content are embedded once.

        `kept` is called after each new checkpoint. Returns the articles as they were when
        their text was read, and the files that could not be read then.
        """
        known: Container[Content] = self._previous or ()
        fresh = {one.content: one for one in articles if one.content not in known and one.content not in self._checkpoints}
        changed: _Changed = {}
        size_bytes = sum(article.size_bytes for article in fresh.values())
        with self._start_workers(size_bytes) if self._start_workers and fresh else nullcontext() as workers:
            new = list(fresh.values())
            batches = self._embedded_by(workers, new, changed) if workers else self._embedded_here(new, changed)
            for entries, rest_bytes in batches:
                if rest_bytes:
                    self._checkpoints.keep(entries)
                    kept()
                else:
                    self._last = {entry.article.content: entry for entry in entries}
        return _as_read(articles, changed)

    def entries(self, articles: Sequence[FoundArticle]) -> Iterator[Entry]:
        """Yield the entry of each article, one at a time."""
        for article in articles:
            entry = self._entry(article.content)
            yield replace(entry, article=replace(entry.article, source=article.source))

    def _embedded_here(self, articles: Sequence[FoundArticle], changed: _Changed) -> Iterator[tuple[list[Entry], int]]:
        """Embed batches of some BATCH_PASSAGES passages; yield their entries, and the bytes of articles still to come."""
        # Reading and splitting leave cores idle, and so does the end of a batch: the two overlap.
        for drafts, rest_bytes in prefetch(self._drafts(articles, changed)):
            read_bytes = sum(made.entry.article.text_bytes for made in drafts)
            self._estimate(sum(len(made.texts) for made in drafts), read_bytes, rest_bytes)
            # Loading the parser keeps torch out for a moment, and the embedder may want torch: so it is loaded here.
            parser = self._parser() if drafts else None
            yield make_entries(drafts, self._embedder, parser, done=self._progress.done), rest_bytes

    def _embedded_by(
        self, workers: Workers, articles: Sequence[FoundArticle], changed: _Changed
    ) -> Iterator[tuple[list[Entry], int]]:
        """Yield what `_embedded_here` yields, embedded by workers."""
        rest_bytes = sum(article.size_bytes for article in articles)
        entries: list[Entry] = []
        passages = 0
        for batch, made in work_through(workers, prefetch(self._texts(articles, changed))):
            rest_bytes -= batch.size_bytes
            count = sum(len(entry.passages) for entry in made)
            self._estimate(count, sum(entry.article.text_bytes for entry in made), rest_bytes)
            self._progress.done(count)
            entries += made
            passages += count
            if rest_bytes and passages >= BATCH_PASSAGES:
                yield entries, rest_bytes
                entries, passages = [], 0
        yield entries, 0

    def _entry(self, content: Content) -> Entry:
        if content in self._last:
            return self._last[content]
        if content in self._checkpoints or self._previous is None:
            return self._checkpoints.entry(content)
        kept = self._previous.entry(content)
        if self._previous.speakers == self._speakers:
            return kept
        parser = self._parser()
        return with_speakers(kept, read_speakers(kept, parser) if parser else None)

    def _parser(self) -> Parser | None:
        return loaded_parser() if self._speakers else None

    def _drafts(self, articles: Sequence[FoundArticle], changed: _Changed) -> Iterator[tuple[list[Draft], int]]:
        """Split articles; yield drafts of some BATCH_PASSAGES passages, and the bytes of articles still to come."""
        drafts: list[Draft] = []
        passages = 0
        rest_bytes = sum(article.size_bytes for article in articles)
        for article in articles:
            rest_bytes -= article.size_bytes
            for made in self._draft(article, changed):
                drafts.append(made)
                passages += len(made.texts)
            if rest_bytes and passages >= BATCH_PASSAGES:
                yield drafts, rest_bytes
                drafts, passages = [], 0
        yield drafts, 0

    def _draft(self, article: FoundArticle, changed: _Changed) -> Iterator[Draft]:
        """Split an article; a stored draft is taken as it is."""
        if self.drafts is not None and article.content in self.drafts:
            yield draft_again(self.drafts.entry(article.content))
        else:
            yield from map(draft, self._read(article, changed))

    def _texts(self, articles: Sequence[FoundArticle], changed: _Changed) -> Iterator[Batch]:
        """Read articles; yield batches of some BATCH_BYTES."""
        read: list[Article] = []
        size_bytes = 0
        for article in articles:
            size_bytes += article.size_bytes
            read += self._read(article, changed)
            if size_bytes >= BATCH_BYTES:
                yield Batch(tuple(read), size_bytes)
                read, size_bytes = [], 0
        if size_bytes:
            yield Batch(tuple(read), size_bytes)

    def _read(self, article: FoundArticle, changed: _Changed) -> Iterator[Article]:
        """Read an article's file, if it can still be read; a changed or unreadable file is noted in `changed`."""
        try:
            data = self._data(article.file)
            read = self._reader.article(data, article.file.source, article.content.member, encoding=article.encoding)
        except ArticleRefused as refusal:
            changed[article.content] = refusal
            return
        if read.content != article.content:
            changed[article.content] = read.content
        yield read

    def _data(self, file: SourceFile) -> bytes:
        """Return the bytes of an article's file; those of the file before are still there."""
        if self._last_file is None or self._last_file[0] != file:
            self._last_file = file, Sources.under(file.root).read(file.source, check_size=self._check_size)
        return self._last_file[1]

    def _estimate(self, passages: int, read_bytes: int, rest_bytes: int) -> None:
        """Report the number of all passages: the known ones, and those of the rest if it is like this batch."""
        self._embedded += passages
        self._progress.embedding(self._embedded + -(-rest_bytes * passages // max(1, read_bytes)))


def prefetch(made: Iterator[T]) -> Iterator[T]:
    """Yield the same items in the same order, with the next one made meanwhile; errors are raised in their turn."""
    with ThreadPoolExecutor(1, thread_name_prefix="prefetch") as beside:
        coming = beside.submit(next, made, None)
        while (item := coming.result()) is not None:
            coming = beside.submit(next, made, None)
            yield item


def _as_read(articles: Sequence[FoundArticle], changed: _Changed) -> tuple[list[FoundArticle], list[ArticleRefused]]:
    """Return the articles with the contents that were read; files of one content are taken to have changed together."""
    if not changed:
        return list(articles), []
    kept: list[FoundArticle] = []
    refused: list[ArticleRefused] = []
    for article in articles:
        read = changed.get(article.content)
        if isinstance(read, ArticleRefused):
            refused.append(ArticleRefused(article.source, read.reason))
        elif read is None:
            kept.append(article)
        else:  # The stat signature belongs to the earlier content.
            kept.append(article._replace(content=read, file=article.file._replace(stat=None)))
    return kept, refused
