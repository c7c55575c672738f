"""Entries: what an index holds of an article, made from its text."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace

import numpy as np

from index.articles.article import Article
from index.articles.passages import passages
from index.articles.sentences import Sentence, sentences
from index.entries.entry import Entry, StoredSentence
from index.grammar.parser import Parser
from index.models.embedder import Embedder, PassageText
from index.search.analyzer import terms
from index.speakers.abbreviations import aliases
from index.speakers.find_speakers import ArticleSpeakers, find_speakers
from index.speakers.surnames import surnames


@dataclass(frozen=True, slots=True)
class Draft:
    """An article split up, still without vectors, and what the model is to read of it, a passage each."""

    entry: Entry
    texts: tuple[PassageText, ...]


def make_entries(
    drafts: Sequence[Draft], embedder: Embedder, parser: Parser | None, *, done: Callable[[int], None] = lambda passages: None
) -> list[Entry]:
    """The drafts' entries; who speaks is read beside the embedding, which waits on memory half of the time."""
    with ThreadPoolExecutor(1) as beside:
        read = [beside.submit(read_speakers, made.entry, parser) for made in drafts] if parser else []
        entries = embed_drafts(drafts, embedder, done=done)
        return [with_speakers(entry, one.result()) for one, entry in zip(read, entries, strict=True)] if read else entries


def embed_drafts(drafts: Sequence[Draft], embedder: Embedder, *, done: Callable[[int], None]) -> list[Entry]:
    """The entries of these drafts, in order; `done` is told of each passage embedded."""
    embedded = iter(embedder.embed_passages([text for draft in drafts for text in draft.texts], progress=done))
    entries: list[Entry] = []
    for draft in drafts:
        parts = [next(embedded) for _ in draft.texts]
        rows = np.concatenate([part.vectors for part in parts]) if parts else np.empty((0, embedder.card.dim), np.float32)
        tokens = [sentence for part in parts for sentence in part.tokens]
        sentences = tuple(replace(sentence, tokens=kept) for sentence, kept in zip(draft.entry.sentences, tokens, strict=True))
        # As they are stored, so that an entry that is new and one that is read back are the same.
        entries.append(replace(draft.entry, sentences=sentences, vectors=rows.astype(np.float16).astype(np.float32)))
    return entries


def draft(article: Article) -> Draft:
    """Split an article up: passages, sentences, abbreviations spelt out; who speaks is still to be read."""
    text = article.text
    found = sentences(text)
    parts = passages(text, found)
    stored: list[StoredSentence] = []
    texts: list[PassageText] = []
    for number, passage in enumerate(parts):
        words = [sentence.words(text) for sentence in passage.sentences]
        texts.append(PassageText(article.title or "", tuple(words)))
        for sentence, line in zip(passage.sentences, words, strict=True):
            stored.append(
                StoredSentence(
                    id=len(stored),
                    passage=number,
                    span=sentence.span,
                    paragraph=sentence.paragraph,
                    gaps=sentence.gaps,
                    attributions=(),
                    terms=tuple(terms(line)),
                )
            )
    empty = np.empty((0, 0), np.float32)
    entry = Entry(article, tuple(passage.span for passage in parts), tuple(stored), aliases(text), empty)
    return Draft(entry, tuple(texts))


def read_speakers(entry: Entry, parser: Parser) -> ArticleSpeakers:
    """Who speaks in an entry's sentences."""
    found = [Sentence(kept.span, kept.paragraph, kept.gaps) for kept in entry.sentences]
    return find_speakers(entry.article.text, found, parser)


def with_speakers(entry: Entry, spoken: ArticleSpeakers | None) -> Entry:
    """The entry with these attributions and the names in them, in place of those that it has; None: nobody's."""
    told = spoken.attributions if spoken else ((),) * len(entry.sentences)
    attributed = zip(entry.sentences, told, strict=True)
    text = entry.article.text
    return replace(
        entry,
        sentences=tuple(replace(sentence, attributions=attributions) for sentence, attributions in attributed),
        aliases=(*aliases(text), *surnames(text, spoken.people if spoken else ())),
    )
