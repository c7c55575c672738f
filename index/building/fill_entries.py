"""EntryMaker: the entries of a build's articles, taken from where they are or embedded now."""

from collections.abc import Callable, Container, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from dataclasses import dataclass, replace
from typing import Protocol, TypeAlias, TypeVar

from index.articles.article import Article, Content, read_article
from index.building.checkpoints import Checkpoints
from index.building.collection import FoundArticle
from index.entries.entry import Entry
from index.entries.make_entry import Draft, draft, make_entries, read_speakers, with_speakers
from index.errors import ArticleRefused
from index.grammar.parser import Parser, loaded_parser
from index.models.embedder import Embedder
from index.workers.worker import BATCH_BYTES, Batch, StartWorkers, Workers, work_through

T = TypeVar("T")


def prefetch(made: Iterator[T]) -> Iterator[T]:
    """The same items in the same order, one prefetch and no more; what making one raises is raised where it is due."""
    with ThreadPoolExecutor(1, thread_name_prefix="prefetch") as beside:
        coming = beside.submit(next, made, None)
        while (item := coming.result()) is not None:
            coming = beside.submit(next, made, None)
            yield item


_Now: TypeAlias = dict[Content, Content | ArticleRefused]
"""What files hold by now, or why they cannot be read any more, by what they previous when they were found."""

# Embedded together and then kept on disk, so that a build that is stopped loses some seconds of work.
BATCH_PASSAGES = 512


@dataclass(frozen=True, slots=True)
class Progress:
    """Told while a build runs: `embedding` of the number of passages, again as it is better known, then `done` for each."""

    embedding: Callable[[int], None] = lambda total: None
    done: Callable[[int], None] = lambda count: None
    note: Callable[[str], None] = lambda text: None


@dataclass(frozen=True, slots=True)
class ArticlesRead:
    """The articles as they were when their text was read, and those that could not be read then."""

    articles: tuple[FoundArticle, ...]
    refused: tuple[ArticleRefused, ...]


class PreviousEntries(Protocol):
    """What the build before holds, wherever that lies; `speakers` says what read who speaks in it."""

    speakers: str

    @property
    def contents(self) -> Mapping[str, Content]:
        """What each source's article was made from."""
        ...

    def __contains__(self, content: object, /) -> bool: ...

    def entry(self, content: Content) -> Entry:
        """The entry of an article of this content."""
        ...


def _read(article: FoundArticle, now: _Now) -> Iterator[Article]:
    """The article as its file has it now, or none; what has become of it goes into `now`."""
    try:
        read = read_article(article.file.path, article.source, encoding=article.encoding)
    except ArticleRefused as refusal:
        now[article.content] = refusal
        return
    if read.content != article.content:
        now[article.content] = read.content
    yield read


def _filled(articles: Sequence[FoundArticle], now: _Now) -> ArticlesRead:
    """The articles with what their files hold by now; files of one content are taken to have changed together."""
    if not now:
        return ArticlesRead(tuple(articles), ())
    kept: list[FoundArticle] = []
    refused: list[ArticleRefused] = []
    for article in articles:
        previous = now.get(article.content)
        if isinstance(previous, ArticleRefused):
            refused.append(ArticleRefused(article.source, previous.reason))
        elif previous is None:
            kept.append(article)
        else:  # How it looked belongs to what it previous then.
            kept.append(article._replace(content=previous, file=article.file._replace(stat=None)))
    return ArticlesRead(tuple(kept), tuple(refused))


class EntryMaker:
    """Gives every article its entry: of the build before, of one that was stopped, or embedded now. Call under `writer`."""

    def __init__(
        self,
        previous: PreviousEntries | None,
        checkpoints: Checkpoints,
        embedder: Embedder,
        progress: Progress,
        *,
        speakers: str,
        start_workers: StartWorkers | None = None,
    ) -> None:
        self._previous, self._checkpoints, self._embedder, self._progress = previous, checkpoints, embedder, progress
        self._speakers = speakers  # What reads who speaks; "" where nothing does.
        self._start_workers = start_workers  # Starts others who embed; None: nobody but this process does.
        self._last: dict[Content, Entry] = {}  # Of the last batch, which no build that is stopped after it would need.
        self._embedded = 0

    def embed(self, articles: Sequence[FoundArticle]) -> ArticlesRead:
        """Embed what has no entry yet, batch by batch; one content once, however many files have it."""
        previous: Container[Content] = self._previous or ()
        fresh = {one.content: one for one in articles if one.content not in previous and one.content not in self._checkpoints}
        now: _Now = {}
        size_bytes = sum(article.size_bytes for article in fresh.values())
        with self._start_workers(size_bytes) if self._start_workers and fresh else nullcontext() as workers:
            new = list(fresh.values())
            for entries, rest_bytes in self._by(workers, new, now) if workers else self._alone(new, now):
                if rest_bytes:
                    self._checkpoints.keep(entries)
                else:
                    self._last = {entry.article.content: entry for entry in entries}
        return _filled(articles, now)

    def entries(self, articles: Sequence[FoundArticle]) -> Iterator[Entry]:
        """The entry of each article, one at a time."""
        for article in articles:
            entry = self._entry(article.content)
            yield replace(entry, article=replace(entry.article, source=article.source))

    def _alone(self, articles: Sequence[FoundArticle], now: _Now) -> Iterator[tuple[list[Entry], int]]:
        """Entries of some BATCH_PASSAGES passages, embedded here, each with the bytes of articles still to come."""
        # Reading and splitting leave cores idle, as does the end of a batch: each is done while the other is.
        for drafts, rest_bytes in prefetch(self._batches(articles, now)):
            read_bytes = sum(made.entry.article.size_bytes for made in drafts)
            self._foretell(sum(len(made.texts) for made in drafts), read_bytes, rest_bytes)
            # Loaded here, since that keeps torch out for a moment, which the embedder may want; never for nothing.
            parser = self._parser() if drafts else None
            yield make_entries(drafts, self._embedder, parser, done=self._progress.done), rest_bytes

    def _by(self, workers: Workers, articles: Sequence[FoundArticle], now: _Now) -> Iterator[tuple[list[Entry], int]]:
        """As `_alone`, embedded by others."""
        rest_bytes = sum(article.size_bytes for article in articles)
        entries: list[Entry] = []
        passages = 0
        for batch, made in work_through(workers, prefetch(self._readings(articles, now))):
            rest_bytes -= batch.size_bytes
            count = sum(len(entry.passages) for entry in made)
            self._foretell(count, sum(entry.article.size_bytes for entry in made), rest_bytes)
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

    def _batches(self, articles: Sequence[FoundArticle], now: _Now) -> Iterator[tuple[list[Draft], int]]:
        """Drafts of some BATCH_PASSAGES passages, each with the bytes of articles still to come."""
        drafts: list[Draft] = []
        passages = 0
        rest_bytes = sum(article.size_bytes for article in articles)
        for article in articles:
            rest_bytes -= article.size_bytes
            for read in _read(article, now):
                drafts.append(draft(read))
                passages += len(drafts[-1].texts)
            if rest_bytes and passages >= BATCH_PASSAGES:
                yield drafts, rest_bytes
                drafts, passages = [], 0
        yield drafts, 0

    def _readings(self, articles: Sequence[FoundArticle], now: _Now) -> Iterator[Batch]:
        """Articles of some BATCH_BYTES."""
        read: list[Article] = []
        size_bytes = 0
        for article in articles:
            size_bytes += article.size_bytes
            read += _read(article, now)
            if size_bytes >= BATCH_BYTES:
                yield Batch(tuple(read), size_bytes)
                read, size_bytes = [], 0
        if size_bytes:
            yield Batch(tuple(read), size_bytes)

    def _foretell(self, passages: int, read_bytes: int, rest_bytes: int) -> None:
        """Tell how many passages there are: those known, and those of the rest if it is like this batch."""
        self._embedded += passages
        self._progress.embedding(self._embedded + -(-rest_bytes * passages // max(1, read_bytes)))
