"""Making the entry of an article from its text: split the text, embed its passages, read who speaks."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace

import numpy as np

from articles_qa.index.articles.article import Article
from articles_qa.index.articles.passages import passages
from articles_qa.index.articles.sentences import Sentence, sentences
from articles_qa.index.articles.traits import read_traits
from articles_qa.index.entries.entry import Entry, StoredSentence, passage_texts
from articles_qa.index.grammar.parser import Parser
from articles_qa.index.models.embedder import Embedder, PassageText
from articles_qa.index.search.analyzer import terms
from articles_qa.index.search.float16_vectors import rounded
from articles_qa.index.speakers.abbreviations import aliases
from articles_qa.index.speakers.find_speakers import ArticleSpeakers, find_speakers
from articles_qa.index.speakers.surnames import surnames


@dataclass(frozen=True, slots=True)
class Draft:
    """An entry without vectors and speakers, and the model's input for each passage."""

    entry: Entry
    texts: tuple[PassageText, ...]


def make_entries(
    drafts: Sequence[Draft], embedder: Embedder, parser: Parser | None, *, done: Callable[[int], None] = lambda passages: None
) -> list[Entry]:
    """Return the drafts' entries; speakers are read beside the embedding, which waits on memory half of the time."""
    with ThreadPoolExecutor(1) as beside:
        read = [beside.submit(read_speakers, made.entry, parser) for made in drafts] if parser else []
        entries = embed_drafts(drafts, embedder, done=done)
        return [with_speakers(entry, one.result()) for one, entry in zip(read, entries, strict=True)] if read else entries


def embed_drafts(drafts: Sequence[Draft], embedder: Embedder, *, done: Callable[[int], None]) -> list[Entry]:
    """Embed these drafts, in order; `done` gets the number of passages embedded, one at a time."""
    embedded = iter(embedder.embed_passages([text for draft in drafts for text in draft.texts], progress=done))
    entries: list[Entry] = []
    for draft in drafts:
        parts = [next(embedded) for _ in draft.texts]
        rows = np.concatenate([part.vectors for part in parts]) if parts else np.empty((0, embedder.card.dim), np.float32)
        tokens = [sentence for part in parts for sentence in part.tokens]
        sentences = tuple(replace(sentence, tokens=kept) for sentence, kept in zip(draft.entry.sentences, tokens, strict=True))
        # In half precision as on disk, so that a new entry equals the same entry read back.
        entries.append(replace(draft.entry, sentences=sentences, vectors=rounded(rows)))
    return entries


def draft(article: Article) -> Draft:
    """Split an article into passages and sentences, and find its abbreviations; speakers are read later."""
    text = article.text
    found = sentences(text)
    article = replace(article, traits=read_traits(text, found))
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
                    leads=sentence.leads,
                    attributions=(),
                    terms=tuple(terms(line)),
                )
            )
    empty = np.empty((0, 0), np.float32)
    entry = Entry(article, tuple(passage.span for passage in parts), tuple(stored), aliases(text), empty)
    return Draft(entry, tuple(texts))


def draft_again(entry: Entry) -> Draft:
    """Return the draft of an entry that was stored without vectors."""
    return Draft(entry, passage_texts(entry.article, entry.sentences))


def read_speakers(entry: Entry, parser: Parser) -> ArticleSpeakers:
    """Read who speaks in an entry's sentences."""
    found = [Sentence(kept.span, kept.paragraph, kept.gaps, kept.leads) for kept in entry.sentences]
    return find_speakers(entry.article.text, found, parser)


def with_speakers(entry: Entry, spoken: ArticleSpeakers | None) -> Entry:
    """Replace an entry's attributions and surnames; None removes them."""
    told = spoken.attributions if spoken else ((),) * len(entry.sentences)
    attributed = zip(entry.sentences, told, strict=True)
    text = entry.article.text
    return replace(
        entry,
        sentences=tuple(replace(sentence, attributions=attributions) for sentence, attributions in attributed),
        aliases=(*aliases(text), *surnames(text, spoken.people if spoken else ())),
    )
