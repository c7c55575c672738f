"""Filling: the entries of a build's articles, taken from where they are or embedded now."""

from collections.abc import Callable, Container, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import Protocol

from index.article import Content, read_article
from index.collection import FoundArticle
from index.embedding import Embedder
from index.entries import Draft, draft, embed_drafts, spoken_in, with_speakers
from index.errors import ArticleRefused
from index.parsing import Parser, loaded_parser
from index.pending import Pending
from index.stored import Entry

# Embedded together and then kept on disk, so that a build that is stopped loses some seconds of work.
BATCH_PASSAGES = 512


@dataclass(frozen=True, slots=True)
class Progress:
    """Told while a build runs: `embedding` of the number of passages, again as it is better known, then `done` for each."""

    embedding: Callable[[int], None] = lambda total: None
    done: Callable[[int], None] = lambda count: None
    note: Callable[[str], None] = lambda text: None


@dataclass(frozen=True, slots=True)
class Filled:
    """The articles as they were when their text was read, and those that could not be read then."""

    articles: tuple[FoundArticle, ...]
    refused: tuple[ArticleRefused, ...]


class HeldEntries(Protocol):
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


class Filling:
    """Gives every article its entry: of the build before, of one that was stopped, or embedded now. Call under `writer`."""

    def __init__(
        self, held: HeldEntries | None, pending: Pending, embedder: Embedder, progress: Progress, *, speakers: str
    ) -> None:
        self._held, self._pending, self._embedder, self._progress = held, pending, embedder, progress
        self._speakers = speakers  # What reads who speaks; "" where nothing does.
        self._last: dict[Content, Entry] = {}  # Of the last batch, which no build that is stopped after it would need.
        self._embedded = 0

    def embed(self, articles: Sequence[FoundArticle]) -> Filled:
        """Embed what has no entry yet, batch by batch; one content once, however many files have it."""
        known: list[Container[Content]] = [self._pending, *([self._held] if self._held else [])]
        fresh = {article.content: article for article in articles if not any(article.content in place for place in known)}
        now: dict[Content, Content | ArticleRefused] = {}
        for drafts, rest_bytes in self._batches(list(fresh.values()), now):
            self._foretell(drafts, rest_bytes)
            entries = self._entries_of(drafts)
            if rest_bytes:
                self._pending.keep(entries)
            else:
                self._last = {entry.article.content: entry for entry in entries}
        return _filled(articles, now)

    def entries(self, articles: Sequence[FoundArticle]) -> Iterator[Entry]:
        """The entry of each article, one at a time."""
        for article in articles:
            entry = self._entry(article.content)
            yield replace(entry, article=replace(entry.article, source=article.source))

    def _entries_of(self, drafts: Sequence[Draft]) -> list[Entry]:
        """The drafts' entries; who speaks is read beside the embedding, which waits on memory half of the time."""
        # Loaded here, since that keeps torch out for a moment, which the embedder may want; never for nothing.
        parser = self._parser() if drafts else None
        with ThreadPoolExecutor(1) as beside:
            read = [beside.submit(spoken_in, made.entry, parser) for made in drafts] if parser else []
            entries = embed_drafts(drafts, self._embedder, done=self._progress.done)
            return [with_speakers(entry, one.result()) for one, entry in zip(read, entries, strict=True)] if read else entries

    def _entry(self, content: Content) -> Entry:
        if content in self._last:
            return self._last[content]
        if content in self._pending or self._held is None:
            return self._pending.entry(content)
        kept = self._held.entry(content)
        if self._held.speakers == self._speakers:
            return kept
        parser = self._parser()
        return with_speakers(kept, spoken_in(kept, parser) if parser else None)

    def _parser(self) -> Parser | None:
        return loaded_parser() if self._speakers else None

    def _batches(
        self, articles: Sequence[FoundArticle], now: dict[Content, Content | ArticleRefused]
    ) -> Iterator[tuple[list[Draft], int]]:
        """Drafts of some BATCH_PASSAGES passages, each with the bytes of articles still to come.

        What a file holds by now, or why it can no more be read, goes into `now`.
        """
        drafts: list[Draft] = []
        passages = 0
        rest_bytes = sum(article.size_bytes for article in articles)
        for article in articles:
            rest_bytes -= article.size_bytes
            try:
                read = read_article(article.file.path, article.source, encoding=article.encoding)
            except ArticleRefused as refusal:
                now[article.content] = refusal
            else:
                if read.content != article.content:
                    now[article.content] = read.content
                drafts.append(draft(read))
                passages += len(drafts[-1].texts)
            if rest_bytes and passages >= BATCH_PASSAGES:
                yield drafts, rest_bytes
                drafts, passages = [], 0
        yield drafts, 0

    def _foretell(self, drafts: Sequence[Draft], rest_bytes: int) -> None:
        """Tell how many passages there are: those known, and those of the rest if it is like this batch."""
        passages = sum(len(made.texts) for made in drafts)
        read_bytes = sum(made.entry.article.size_bytes for made in drafts)
        self._embedded += passages
        self._progress.embedding(self._embedded + -(-rest_bytes * passages // max(1, read_bytes)))


def _filled(articles: Sequence[FoundArticle], now: dict[Content, Content | ArticleRefused]) -> Filled:
    """The articles with what their files hold by now; files of one content are taken to have changed together."""
    kept: list[FoundArticle] = []
    refused: list[ArticleRefused] = []
    for article in articles:
        held = now.get(article.content, article.content)
        if isinstance(held, ArticleRefused):
            refused.append(ArticleRefused(article.source, held.reason))
        else:
            kept.append(replace(article, content=held))
    return Filled(tuple(kept), tuple(refused))
