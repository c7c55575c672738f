"""Entries: what an index holds of an article, made from its text."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

import numpy as np

from index.article import Article
from index.embedding import Embedder, PassageText
from index.names import aliases
from index.passages import passages
from index.sentences import sentences
from index.span import without_gaps
from index.speakers import speakers
from index.store import Entry, StoredSentence
from index.words import terms


def make_entries(
    articles: Sequence[Article], embedder: Embedder, *, total: Callable[[int], None], done: Callable[[int], None]
) -> Iterator[Entry]:
    """Split up and embed articles, in order. `total` is told the number of passages, `done` of each one embedded."""
    drafts = [_draft(article) for article in articles]
    texts = [text for _, read in drafts for text in read]
    total(len(texts))
    embedded = iter(embedder.embed_passages(texts, progress=done))
    for entry, read in drafts:
        parts = [next(embedded) for _ in read]
        rows = np.concatenate([part.vectors for part in parts]) if parts else np.empty((0, embedder.card.dim), np.float32)
        tokens = [sentence for part in parts for sentence in part.tokens]
        sentences = tuple(replace(sentence, tokens=kept) for sentence, kept in zip(entry.sentences, tokens, strict=True))
        # As they are stored, so that an entry that is new and one that is read back are the same.
        yield replace(entry, sentences=sentences, vectors=rows.astype(np.float16).astype(np.float32))


def passage_words(entry: Entry) -> list[str]:
    """Each passage's words for the word index: its sentences without furniture."""
    text = entry.article.text
    lines: list[list[str]] = [[] for _ in entry.passages]
    for sentence in entry.sentences:
        lines[sentence.passage].append(without_gaps(text, sentence.span, sentence.gaps))
    return [" ".join(line) for line in lines]


def passage_texts(article: Article) -> list[PassageText]:
    """What the model reads of an article, a passage each."""
    return _draft(article)[1]


def _draft(article: Article) -> tuple[Entry, list[PassageText]]:
    """An article split up, still without vectors."""
    text = article.text
    found = sentences(text)
    speaker = dict(zip(found, speakers(text, found), strict=True))
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
                    speaker=speaker[sentence],
                    terms=tuple(terms(line)),
                )
            )
    empty = np.empty((0, 0), np.float32)
    return Entry(article, tuple(passage.span for passage in parts), tuple(stored), aliases(text), empty), texts
