"""Corpora of any size, made of the sentences of a data set or of an index."""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path

import numpy as np

from articles_qa.eval.datasets.cases import Document
from articles_qa.index.arrays import Vectors
from articles_qa.index.articles.article import Article, Content
from articles_qa.index.articles.masthead import Masthead
from articles_qa.index.articles.sentences import sentences
from articles_qa.index.articles.span import Span
from articles_qa.index.building.collection import FoundArticle
from articles_qa.index.entries.entry import Entry, StoredSentence
from articles_qa.index.files.find_files import SourceFile
from articles_qa.index.local.segment_reader import SegmentReader

SEED = 1
PASSAGE_CHARS = 700  # A paragraph of at most this length is a passage by itself.
ARTICLE_PASSAGES = 10
MAX_POOL = 50_000  # Sentences whose vectors are mixed: 150 MB.
LEAST, MOST = 0.3, 0.9  # The share of another sentence's vector that is added to a sentence's own.


def paragraphs(lines: Sequence[str]) -> Iterator[list[int]]:
    """Yield paragraphs without end: the numbers of lines in random order, each line once before any comes again."""
    draw = np.random.default_rng(SEED)
    taken: list[int] = []
    chars = 0
    while True:
        for number in draw.permutation(len(lines)).tolist():
            if taken and chars + len(lines[number]) > PASSAGE_CHARS:
                yield taken
                taken, chars = [], 0
            taken.append(number)
            chars += len(lines[number]) + 1


def lines_of(documents: Sequence[Document]) -> list[str]:
    """Return the sentences of documents that fit into a paragraph, each once."""
    found = (line.words(document.text) for document in documents for line in sentences(document.text))
    return [line for line in dict.fromkeys(found) if len(line) <= PASSAGE_CHARS]


def write_articles(folder: Path, lines: Sequence[str], passages: int) -> None:
    """Write articles of about so many passages, a thousand articles to a folder."""
    made = paragraphs(lines)
    for number, size in enumerate(_sizes(passages)):
        path = folder / _source(number)
        path.parent.mkdir(parents=True, exist_ok=True)
        text = "\n\n".join(" ".join(lines[at] for at in paragraph) for paragraph in islice(made, size))
        path.write_text(text + "\n", "utf-8")


def _source(number: int) -> str:
    return f"{number // 1000:03}/{number:06}.txt"


def _sizes(passages: int) -> Iterator[int]:
    """Yield the number of passages of each article."""
    for at in range(0, passages, ARTICLE_PASSAGES):
        yield min(ARTICLE_PASSAGES, passages - at)


@dataclass(frozen=True, slots=True)
class SentencePool:
    """Sentences of an index with texts and vectors, from which articles are made without a model."""

    lines: tuple[str, ...]
    kept: tuple[StoredSentence, ...]
    vectors: Vectors

    @classmethod
    def of(cls, held: SegmentReader) -> "SentencePool":
        """Take the first MAX_POOL sentences of an index."""
        lines: list[str] = []
        kept: list[StoredSentence] = []
        vectors: list[Vectors] = []
        for entry in held.entries():
            lines += [" ".join(sentence.span.cut(entry.article.text).split()) for sentence in entry.sentences]
            kept += entry.sentences
            vectors.append(entry.vectors)
            if len(kept) >= MAX_POOL:
                break
        return cls(tuple(lines), tuple(kept), np.concatenate(vectors))

    def articles(self, folder: Path, passages: int) -> tuple[FoundArticle, ...]:
        """Return the articles that `entries` makes, in order, as a build would find them, unread."""
        sources = [_source(number) for number, _ in enumerate(_sizes(passages))]
        return tuple(FoundArticle(SourceFile(folder, source), Content("", "utf-8"), 0, None) for source in sources)

    def entries(self, folder: Path, passages: int) -> Iterator[Entry]:
        """Make articles of so many passages. A sentence's vector is mixed with the vector of a random other sentence.

        The articles have no speakers. Their files are written to `folder`.
        """
        made = paragraphs(self.lines)
        draw = np.random.default_rng(SEED)
        for number, size in enumerate(_sizes(passages)):
            entry = self._entry(_source(number), list(islice(made, size)), draw)
            path = folder / entry.article.source
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(entry.article.text.encode())
            yield entry

    def _entry(self, source: str, drawn: Sequence[Sequence[int]], draw: np.random.Generator) -> Entry:
        spans: list[Span] = []
        kept: list[StoredSentence] = []
        at = 0
        for place, paragraph in enumerate(drawn):
            start = at
            for number in paragraph:
                span = Span(at, at + len(self.lines[number]))
                sentence = replace(self.kept[number], id=len(kept), passage=place, paragraph=place, span=span)
                kept.append(replace(sentence, gaps=(), attributions=()))
                at = span.end + 1
            spans.append(Span(start, at - 1))
            at += 1
        text = "\n\n".join(" ".join(self.lines[number] for number in paragraph) for paragraph in drawn)
        data = text.encode()
        article = Article(source, hashlib.sha256(data).hexdigest(), len(data), "utf-8", 0, text, Masthead(None, None, None))
        return Entry(article, tuple(spans), tuple(kept), (), self._mixed([at for one in drawn for at in one], draw))

    def _mixed(self, numbers: Sequence[int], draw: np.random.Generator) -> Vectors:
        others = self.vectors[draw.integers(0, len(self.vectors), len(numbers))]
        sums = self.vectors[list(numbers)] + draw.uniform(LEAST, MOST, (len(numbers), 1)) * others
        mixed: Vectors = (sums / np.linalg.norm(sums, axis=1, keepdims=True)).astype(np.float16).astype(np.float32)
        return mixed
