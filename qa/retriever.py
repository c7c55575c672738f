"""The retriever: a question in, an answer or ranked passages out."""

import time
from collections.abc import Sequence
from pathlib import Path

from index.errors import InputError
from index.model import ModelSettings
from index.opened import Index, IndexInfo
from qa.answer import Answer, FoundPassage
from qa.candidates import find_candidates
from qa.conversation import Turn, variants
from qa.naming import bodies
from qa.quoting import quotes
from qa.scoring import PASSAGES_SCORED, score_sentences
from qa.settings import AskSettings

MAX_TOP_K = 100


class Retriever:
    """Answers questions from one opened index; holds no conversation, and may be used from several threads."""

    def __init__(self, index: Index, settings: AskSettings | None = None) -> None:
        self._index = index
        self._settings = settings or AskSettings()
        self._bodies = bodies(index.aliases)

    @classmethod
    def open(
        cls, directory: str | Path, *, model: ModelSettings | None = None, settings: AskSettings | None = None
    ) -> "Retriever":
        """Open an index folder; never writes to it.

        Raises:
            InputError: the folder holds something else.
            IndexDamagedError: there is no index, or it is not what was published.
            IndexMismatchError: the index is of another format, or another model than `model`.
        """
        return cls(Index.open(directory, model=model), settings)

    @property
    def info(self) -> IndexInfo:
        """What the index holds."""
        return self._index.info

    def ask(self, question: str, history: Sequence[Turn] = (), top_k: int = 5) -> Answer:
        """The sentences that answer the question, at most `top_k` quotes, or that none does.

        `history` is earlier turns, oldest first: `{"role", "content"}` or
        answer records.

        Raises:
            InputError: the question or the history cannot be used, or `top_k` is out of range.
        """
        began = time.perf_counter()
        check_top_k(top_k)
        asked = variants(question, history)
        found = find_candidates(self._index, asked, self._bodies).best(max(PASSAGES_SCORED, top_k))
        scored = score_sentences(self._index, asked[-1], found, self._bodies, self._settings.weights)
        best = scored[0].probability if scored else 0.0
        answered = best >= self._settings.min_answer
        least = max(self._settings.min_quote, self._settings.min_quote_share * best) if answered else 0.0
        shown = quotes(
            self._index,
            asked[-1],
            scored,
            least=least,
            top_k=top_k if answered else min(top_k, self._settings.closest),
        )
        return Answer(
            question=question,
            searched=tuple(variant.text for variant in asked),
            answered=answered,
            confidence=best,
            reason=None if answered else _reason(self.info),
            quotes=shown if answered else (),
            closest=() if answered else shown,
            index=self.info,
            took_ms=(time.perf_counter() - began) * 1e3,
        )

    def search(self, question: str, history: Sequence[Turn] = (), top_k: int = 10) -> tuple[FoundPassage, ...]:
        """The passages closest to the question, best first.

        Scores lie in 0..1 within one question and do not compare across
        questions. Fewer than `top_k` come back from a smaller index. Ties keep
        article order.

        Raises:
            InputError: as `ask`.
        """
        check_top_k(top_k)
        best = find_candidates(self._index, variants(question, history), self._bodies).best(top_k)
        return tuple(
            FoundPassage(self._index.store.article(passage.article), passage.span, score, ranks.by_meaning, ranks.by_words)
            for passage, score, ranks in zip(best.passages, best.scores.tolist(), best.ranks, strict=True)
        )


def check_top_k(top_k: int) -> None:
    """Whether so many quotes or passages may be asked for.

    Raises:
        InputError: it is no whole number from 1 to MAX_TOP_K.
    """
    if isinstance(top_k, bool) or not isinstance(top_k, int) or not 1 <= top_k <= MAX_TOP_K:
        raise InputError(f"top_k: {top_k!r} is not a whole number; ask for 1 to {MAX_TOP_K} of them")


def _reason(info: IndexInfo) -> str:
    count = "The one article does" if info.articles == 1 else f"The {info.articles:,} articles do"
    return f"{count} not answer this."
