"""Neighbours: the sentences just before and just after a quote in its article."""

from collections.abc import Iterable

from articles_qa.index.articles.span import Span
from articles_qa.index.entries.entry import StoredPassage, StoredSentence
from articles_qa.index.opened.index import Index


class Neighbours:
    """The sentences of some passages and of the passages beside them, read in two calls of the store."""

    def __init__(self, index: Index, passages: Iterable[StoredPassage]) -> None:
        # Passages and sentences are numbered in order, and each passage has a sentence.
        beside = {passage.id + step for passage in passages for step in (-1, 0, 1)}
        numbers = sorted(number for number in beside if 0 <= number < index.info.passages)
        self._articles = {passage.id: passage.article for passage in index.store.passages(numbers)}
        self._sentences = {sentence.id: sentence for sentence in index.store.sentences(numbers)}

    def before(self, sentence: StoredSentence) -> Span | None:
        """Return the span of the sentence before, of whatever paragraph; None for the first of its article."""
        return self._beside(sentence, sentence.id - 1)

    def after(self, sentence: StoredSentence) -> Span | None:
        """Return the span of the sentence after, of whatever paragraph; None for the last of its article."""
        return self._beside(sentence, sentence.id + 1)

    def _beside(self, sentence: StoredSentence, number: int) -> Span | None:
        other = self._sentences.get(number)
        if other is None or self._articles[other.passage] != self._articles[sentence.passage]:
            return None
        return other.span
