"""The retriever: answers a question, or ranks passages for it, from an index."""

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache, partial
from pathlib import Path

from articles_qa.index.errors import InputError
from articles_qa.index.models.model_card import ModelSettings
from articles_qa.index.models.reader import Reader
from articles_qa.index.models.reader_graph import open_reader
from articles_qa.index.opened.index import Index, Selection
from articles_qa.index.opened.info import IndexInfo
from articles_qa.qa.answers.answer import Answer, FoundPassage
from articles_qa.qa.answers.compare_claims import ClaimComparer, ComparedClaims
from articles_qa.qa.answers.make_quotes import quotes
from articles_qa.qa.answers.parts_answer import join_parts
from articles_qa.qa.answers.same_reports import Sketches, with_same_reports
from articles_qa.qa.questions.conversation import Variants, variants
from articles_qa.qa.questions.history import Turn
from articles_qa.qa.questions.named_scope import NamedScope, named_scope
from articles_qa.qa.questions.parts import parts
from articles_qa.qa.questions.question import AnswerType, Question, check_top_k, read_question
from articles_qa.qa.questions.scope import Scope, Within, select
from articles_qa.qa.questions.spelling import respelt
from articles_qa.qa.questions.time_asked import time_asked
from articles_qa.qa.ranking.candidates import CandidatePassages, find_candidates
from articles_qa.qa.ranking.correction_notes import notes_after
from articles_qa.qa.ranking.reading import Judge, read, to_read, wordings
from articles_qa.qa.ranking.scoring import PASSAGES_SCORED, best_sentences, score_sentences
from articles_qa.qa.ranking.weights import Weights, packaged_reading_weights, packaged_weights
from articles_qa.qa.speakers.identities import Identities
from articles_qa.qa.speakers.known_names import KnownNames, known_names

MIN_ANSWER_READ, MIN_ANSWER_SCORED = 0.3, 0.1
SCOPES_KEPT = 8  # A scope over 100,000 articles takes .1 to .4 s to make; kept, a byte for each passage and sentence.


@dataclass(frozen=True, slots=True)
class AskSettings:
    """The least probabilities of an answer and of a quote, 0..1, and the number of nearest misses, `closest`.

    With `reader` the trained reader judges the passages found; without it, and
    for a follow-up that leans on the conversation, the scorer alone does.
    `min_answer` None stands for the judge's own, MIN_ANSWER_READ or
    MIN_ANSWER_SCORED. `min_quote_share` is a share of the best quote's
    probability. Without `weights` the packaged ones are used.
    """

    weights: Weights | None = None
    reader: bool = True
    min_answer: float | None = None
    min_quote: float = 0.03
    min_quote_share: float = 0.15
    closest: int = 3

    def __post_init__(self) -> None:
        if not all(0 <= value <= 1 for value in (self.min_answer or 0.0, self.min_quote, self.min_quote_share)):
            raise InputError("settings: probabilities lie in 0..1")

    def least(self, *, read: bool) -> float:
        """Return the least confidence of an answer that the reader judged, or the scorer alone."""
        if self.min_answer is not None:
            return self.min_answer
        return MIN_ANSWER_READ if read else MIN_ANSWER_SCORED


class Retriever:
    """Answers questions from one opened index. A retriever keeps no conversation. Several threads may use it."""

    def __init__(self, index: Index, settings: AskSettings | None = None, *, reader: Reader | None = None) -> None:
        self._index = index
        self._reader = reader
        self._settings = settings or AskSettings()
        self._names = known_names(index.abbreviations)
        self._identities = Identities(index)
        self._weights = self._settings.weights or packaged_weights(tokens=index.keeps_tokens)
        self._comparing = ClaimComparer(index, self._identities)
        self._select = lru_cache(SCOPES_KEPT)(partial(select, index))

    @classmethod
    def open(
        cls,
        directory: str | Path,
        *,
        model: ModelSettings | None = None,
        settings: AskSettings | None = None,
        generation: int | None = None,
    ) -> "Retriever":
        """Open an index. Opening never writes.

        `generation` is the number of an earlier generation; None opens the one in force.

        Raises:
            InputError: the folder holds no index.
            IndexDamagedError: there is no index, or its files are not those that were published.
            IndexMismatchError: the index is of another format, or another model than `model`.
        """
        index = Index.open(directory, model=model, generation=generation)
        return cls(index, settings)

    @property
    def info(self) -> IndexInfo:
        """The size, the model and the generation of the index."""
        return self._index.info

    def ask(
        self,
        question: str,
        history: Sequence[Turn] = (),
        top_k: int = 5,
        *,
        within: Scope | None = None,
        searched: str | None = None,
        named: bool = True,
    ) -> Answer:
        """Return at most `top_k` quotes that answer the question, or an answer that says that none does.

        The parts of a question that asks several things are answered one after
        the other, each by at most `top_k` quotes.

        `history` holds earlier turns, oldest first: `{"role", "content"}` or
        answer records. `within` names the articles to ask; sentences of other
        articles are not ranked. With `named`, an outlet or a file that the
        question names ("according to the Gazette") narrows it. `searched` is
        searched in place of the question with its history, and names nothing.

        Raises:
            InputError: the question, the history or `searched` cannot be used, or `top_k` is out of range.
        """
        began = time.perf_counter()
        check_top_k(top_k)
        read_question(question)  # A question that is too long is refused as a whole.
        asked = parts(question) if searched is None else (question,)
        if len(asked) == 1:
            return self._ask_one(question, history, top_k, within, searched=searched, named=named)
        answers = [self._ask_one(asked[0], history, top_k, within, named=named)]
        for number, part in enumerate(asked[1:], 1):
            turns = [*history, *({"role": "user", "content": earlier} for earlier in asked[:number])]
            answers.append(self._ask_one(part, turns, top_k, within, named=named))
        return join_parts(question, answers, took_ms=(time.perf_counter() - began) * 1e3)

    def _ask_one(
        self,
        question: str,
        history: Sequence[Turn],
        top_k: int,
        within: Scope | None,
        *,
        searched: str | None = None,
        named: bool,
    ) -> Answer:
        """Return the answer to a question as if it asked one thing."""
        began = time.perf_counter()
        told_by = self._named_scope(question, within) if named and searched is None else None
        within = told_by.scope if told_by else within
        asked = self._variants(told_by.question if told_by else question, history)
        if searched is not None:
            asked = Variants.of_equal_weight((read_question(searched),), (0,))
        chosen = self._chosen(within)
        judged_by = asked.searched[asked.judged[-1]]
        candidates, known = self._candidates(asked, chosen)
        reads = self._settings.reader and not asked.leans
        scored = to_read(candidates) if reads else candidates.best(PASSAGES_SCORED)
        scores = score_sentences(self._index, scored, known.organisations, self._weights)
        judge = self._judge(judged_by, scores.confidence, known) if self._settings.reader else None
        if judge and reads:
            scores = read(judge, scores)
        scores = notes_after(self._index, judged_by, scores, least_share=self._settings.min_quote_share)
        best = scores.sentences[0].probability if scores.sentences else 0.0
        answered = bool(scores.sentences) and scores.confidence >= self._settings.least(read=reads)
        least = max(self._settings.min_quote, self._settings.min_quote_share * best) if answered else 0.0
        least = min(least, best)  # An answer has at least one quote, however unsure.
        most = top_k if answered else min(top_k, self._settings.closest)
        shown, more = quotes(self._index, self._identities, judged_by, scores.sentences, least=least, top_k=most)
        if answered:
            among = self._sketches if chosen is None else None
            shown = with_same_reports(shown, among or Sketches.of(self._index.store.sketches(candidates.articles)))
        compared = self._comparing.compare(candidates, scores, shown, judge) if answered and judge else ComparedClaims()
        return Answer(
            question=question,
            searched=tuple(variant.text for variant in asked.searched),
            answered=answered,
            confidence=scores.confidence,
            reason=None if answered else self._reason(chosen, within, told_by.words if told_by else ""),
            quotes=shown if answered else (),
            closest=() if answered else shown,
            beside=compared.beside,
            claims=compared.tables,
            index=self.info,
            took_ms=(time.perf_counter() - began) * 1e3,
            within=Within(within, chosen.articles, told_by.words if told_by else "") if within and chosen else None,
            more=more if answered else 0,
        )

    def search(
        self, question: str, history: Sequence[Turn] = (), top_k: int = 10, *, within: Scope | None = None
    ) -> tuple[FoundPassage, ...]:
        """Return the passages that most likely answer the question, best first.

        The score of a passage is the probability that its best sentence
        answers. Passages after the few best by meaning and words are scored by
        their rank alone. After a conversation the rank counts for all passages.
        Scores lie in 0..1 and do not compare across questions. A small index, or
        a small scope, gives fewer than `top_k`.

        Raises:
            InputError: as `ask`.
        """
        check_top_k(top_k)
        candidates, known = self._candidates(self._variants(question, history), self._chosen(within))
        scores = score_sentences(self._index, candidates.best(PASSAGES_SCORED), known.organisations, self._weights)
        found = candidates.rescored(best_sentences(scores, candidates)).best(top_k)
        return tuple(
            FoundPassage(self._index.store.article(passage.article), passage.span, score, ranks.by_meaning, ranks.by_words)
            for passage, score, ranks in zip(found.passages, found.scores.tolist(), found.ranks, strict=True)
        )

    def _judge(self, question: Question, confidence: float, known: KnownNames) -> Judge:
        """Return the judge of a question; `confidence` is the scorer's."""
        published = self._index.date_range()
        is_figure = question.asks_for is AnswerType.FIGURE and not question.speaker
        time = time_asked(question.text, published[1] if published else None, figure=is_figure)
        asked = wordings(time.question if time else question.text, known.other)
        return Judge(self._index, asked, self._reader or open_reader(), packaged_reading_weights(), confidence, time)

    def _named_scope(self, question: str, within: Scope | None) -> NamedScope | None:
        """Return the scope that a question names, inside the one chosen; None where none of its articles is there."""
        named = named_scope(question, self._index.outlets())
        if named is None:
            return None
        chosen = within or Scope()
        if (named.scope.outlets and chosen.outlets) or (named.scope.sources and chosen.sources):
            return None
        scope = replace(chosen, outlets=named.scope.outlets or chosen.outlets, sources=named.scope.sources or chosen.sources)
        return replace(named, scope=scope) if self._select(scope).articles else None

    def _chosen(self, within: Scope | None) -> Selection | None:
        """Return the articles to ask; None for all of them."""
        if within is None or within == Scope():
            return None
        if not isinstance(within, Scope):
            raise InputError("within: not a Scope; give Scope(sources=…, outlets=…, since=…, until=…)")
        return self._select(within)

    def _candidates(self, asked: Variants, chosen: Selection | None) -> tuple[CandidatePassages, KnownNames]:
        """Return the candidates, and the names of bodies known for this question, initials in it among them."""
        among = None if chosen is None or chosen.articles == self.info.articles else chosen
        found = find_candidates(self._index, asked, self._names.organisations, among=among)
        known = self._names.with_initials(
            asked.searched[asked.judged[-1]].text,
            lambda: [passage.span.cut(self._index.store.article(passage.article).text) for passage in found.passages],
            lambda term: self._index.passages_with(term) > 0,
        )
        if known is not self._names:
            found = find_candidates(self._index, asked, known.organisations, among=among)
        return found, known

    def _variants(self, question: str, history: Sequence[Turn]) -> Variants:
        return variants(question, history, lambda asked: respelt(self._index, asked), is_person=self._is_person)

    def _reason(self, chosen: Selection | None, within: Scope | None, named: str) -> str:
        """Return why nothing is quoted; of all articles also how many are not in English, which may tell it unread."""
        told = _reason(self.info, chosen, within, named)
        foreign = self._foreign if chosen is None else 0
        also = f"{foreign:,} of them are" if foreign > 1 else "It is" if self.info.articles == 1 else "One of them is"
        return f"{told} {also} not in English, which is all that is read well." if foreign else told

    @cached_property
    def _sketches(self) -> Sketches | None:
        """The sketches of all articles; None where only those of the candidates are read."""
        found = self._index.store.all_sketches()
        return None if found is None else Sketches.of(found)

    @cached_property
    def _foreign(self) -> int:
        """The number of articles that are surely not in English."""
        return self._index.store.foreign()

    def _is_person(self, name: str) -> bool:
        """Return whether an article gives this name to somebody whom it also calls by the surname alone."""
        words = name.split()
        return any(self._index.full_names(word) for word in {words[0], words[-1]}) if words else False


def _reason(info: IndexInfo, chosen: Selection | None, within: Scope | None, named: str) -> str:
    """Return the sentence for people that says why nothing is quoted."""
    if chosen is not None:
        if not chosen.articles:
            undated = ", and those that show no date are left out" if within and (within.since or within.until) else ""
            return f"No article matches what was chosen{undated}."
        choice = f"of “{named}”" if named else "chosen"
        if chosen.articles == 1:
            return f"The one article {choice} does not answer this."
        return f"None of the {chosen.articles:,} articles {choice} answers this."
    count = "The one article does" if info.articles == 1 else f"The {info.articles:,} articles do"
    if info.unembedded:
        share = f"{info.embedded / info.sentences:.0%} of their sentences are found by meaning, the rest by words alone"
        return f"{count} not answer this, as far as the index is made: {share}."
    return f"{count} not answer this."
