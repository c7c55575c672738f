"""Comparing: what the sentences that were found claim of one thing, each claim on a quote."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from index.articles.span import Span, without_gaps
from index.opened.index import Index
from qa.answers.comparison import QuotedClaim, QuotedTable, QuotedValue
from qa.answers.quote import Quote
from qa.claims.asked_figure import asked_figure, asks_for_figure
from qa.claims.claim_tables import ClaimTable, TableValue, tabulate_claims
from qa.claims.find_claims import Claim, read_values
from qa.claims.statement import Statement, Voice
from qa.questions.question import AnswerType, Question
from qa.ranking.candidates import CandidatePassages, SearchedQuestion
from qa.ranking.scoring import ScoredSentence, score_sentences
from qa.ranking.weights import Weights
from qa.speakers.identities import Identities
from qa.speakers.name_match import Organisation, named_in
from qa.speakers.speaker import ResolvedAttribution

PASSAGES_COMPARED = 20  # What others say of it may rank below the best; each costs some .2 ms.
LEAST_CLAIMS = 2  # There is nothing to compare one with itself.
COMPARED = frozenset((AnswerType.DATE, AnswerType.WHO))


@dataclass(frozen=True, slots=True)
class ComparedClaims:
    """Tables, and the quotes in them that were not shown yet; their ranks go on after those."""

    tables: tuple[QuotedTable, ...] = ()
    beside: tuple[Quote, ...] = ()


@dataclass(frozen=True, slots=True)
class _Found:
    """A sentence with what it is put before the table maker as; `told` are its voices, in their order."""

    scored: ScoredSentence
    statement: Statement
    told: tuple[ResolvedAttribution, ...]


class ClaimComparer:
    """Lays side by side what an index's articles claim."""

    def __init__(self, index: Index, identities: Identities, organisations: Sequence[Organisation], weights: Weights) -> None:
        self._index, self._identities, self._bodies, self._weights = index, identities, organisations, weights

    def compare(self, found: CandidatePassages, shown: Sequence[Quote]) -> ComparedClaims:
        """What the candidates claim in answer to a question for a figure, a day or a name, beside the quotes shown.

        How near a sentence is to the question is judged whoever says it, so that
        the word of others stands beside that of the speaker who is asked for.
        """
        asked = found.judged[-1]
        question = asked.question
        if question.asks_for not in COMPARED and not asks_for_figure(question):
            return ComparedClaims()
        best = replace(found.best(PASSAGES_COMPARED), judged=(_whoever_says_it(asked),))
        unscored = self._unscored(best, question)
        counted = asked_figure(question) if asks_for_figure(question) else None
        given = [read_values(question, counted, each.statement) for each in unscored]
        if sum(given) < LEAST_CLAIMS:
            return ComparedClaims()
        claiming = {each.scored.passage.id for each, number in zip(unscored, given, strict=True) if number}
        statements = self._scored(best.among(claiming), unscored)
        made = tabulate_claims(question, [each.statement for each in statements])
        return _Writing(self._index, statements, shown).written(made)

    def _unscored(self, found: CandidatePassages, question: Question) -> list[_Found]:
        """The sentences of the candidates, in number order, before it is judged how near they are to the question."""
        passages = {passage.id: (passage, ranks) for passage, ranks in zip(found.passages, found.ranks, strict=True)}
        made: list[_Found] = []
        for sentence in self._index.store.sentences(list(passages)):
            passage, ranks = passages[sentence.passage]
            made.append(self._found(ScoredSentence(sentence, passage, 0.0, ranks), made[-1] if made else None, question))
        return made

    def _scored(self, found: CandidatePassages, unscored: Sequence[_Found]) -> list[_Found]:
        """The same, those of the candidates first, nearest first."""
        scores = score_sentences(self._index, found, self._bodies, self._weights)
        rest = {each.scored.sentence.id: each for each in unscored}
        nearest = []
        for scored in scores.sentences:
            each = rest.pop(scored.sentence.id)
            nearest.append(replace(each, scored=scored, statement=replace(each.statement, relevance=scored.probability)))
        return [*nearest, *rest.values()]

    def _found(self, scored: ScoredSentence, before: _Found | None, question: Question) -> _Found:
        """A sentence and who says it; `before` is the one before it, of whatever passage."""
        sentence, number = scored.sentence, scored.passage.article
        article = self._index.store.article(number)
        told = tuple(self._identities.told(one, number) for one in sentence.attributions)
        last = before.scored.sentence if before else None
        follows = last and (last.id + 1, last.passage, last.paragraph) == (sentence.id, sentence.passage, sentence.paragraph)
        statement = Statement(
            article=article.source,
            text=without_gaps(article.text, sentence.span, sentence.gaps),
            before=before.statement.text if before and follows else "",
            relevance=scored.probability,
            voices=tuple(
                Voice(
                    _moved(one.attribution.scope, -sentence.span.start),
                    one.speaker.name,
                    self._identities.asked(question, one, number) > 0,
                    " ".join(named_in([one.attribution], article.text)),
                )
                for one in told
            ),
            published=article.masthead.published,
            terms=frozenset(sentence.terms),
            title=article.title or "",
        )
        return _Found(scored, statement, told)


class _Writing:
    """Puts claims on quotes: on one that is shown, else on one made for it."""

    def __init__(self, index: Index, statements: Sequence[_Found], shown: Sequence[Quote]) -> None:
        self._index, self._statements, self._shown = index, statements, shown
        self._made: dict[int, Quote] = {}  # By the statement's place.

    def written(self, made: Sequence[ClaimTable]) -> ComparedClaims:
        """The tables with their quotes."""
        written = tuple(self._table(table) for table in made)
        return ComparedClaims(written, tuple(self._made.values()))

    def _table(self, table: ClaimTable) -> QuotedTable:
        values = tuple(self._value(value) for value in table.values)
        return QuotedTable(table.about, table.kind, table.unit, table.differ, values)

    def _value(self, value: TableValue) -> QuotedValue:
        claims = tuple(self._claim(claim) for claim in value.claims)
        return QuotedValue(value.low, value.high, value.sense, value.reports, value.asked, claims)

    def _claim(self, claim: Claim) -> QuotedClaim:
        found = self._statements[claim.statement]
        start, value = found.scored.sentence.span.start, claim.value
        told = found.told[found.statement.voices.index(claim.voice)] if claim.voice else None
        return QuotedClaim(
            quote=self._quote(claim),
            value=_moved(value.span, start),
            counted=_moved(value.counted, start) if value.counted else None,
            period=_moved(value.period, start) if value.period else None,
            events=tuple(event.value for event in value.events),
            told=told,
            same_as=self._rank(claim.same_as),
        )

    def _quote(self, claim: Claim) -> Quote:
        """The quote that the claim's sentence stands in."""
        return self._there(claim.statement) or self._new(claim)

    def _rank(self, place: int | None) -> int | None:
        """The rank of a statement's quote, where it has one."""
        quote = None if place is None else self._there(place)
        return quote.rank if quote else None

    def _there(self, place: int) -> Quote | None:
        """The quote that holds a statement already."""
        scored = self._statements[place].scored
        article = self._index.store.article(scored.passage.article)
        for quote in (*self._shown, *self._made.values()):
            if quote.source == article.source and quote.span.holds(scored.sentence.span):
                return quote
        return None

    def _new(self, claim: Claim) -> Quote:
        found = self._statements[claim.statement]
        scored, article = found.scored, self._index.store.article(found.scored.passage.article)
        told = found.told[found.statement.voices.index(claim.voice)] if claim.voice else next(iter(found.told), None)
        quote = self._made[claim.statement] = Quote(
            rank=len(self._shown) + len(self._made) + 1,
            article=article,
            span=scored.sentence.span,
            probability=scored.probability,
            told=told,
            passage=scored.passage.span,
            marks=(_moved(claim.value.span, scored.sentence.span.start),),
            gaps=scored.sentence.gaps,
            same_as=None,
            source_state=self._index.source_state(article),
            by_meaning=scored.ranks.by_meaning,
            by_words=scored.ranks.by_words,
        )
        return quote


def _whoever_says_it(wording: SearchedQuestion) -> SearchedQuestion:
    """A wording that asks for nobody's word."""
    question = wording.question
    rest = tuple(term for term in question.terms if term not in question.speaker_terms)
    voiceless = replace(question, terms=rest or question.terms, speaker="", speaker_terms=frozenset())
    return replace(wording, question=voiceless)


def _moved(span: Span, by: int) -> Span:
    return Span(span.start + by, span.end + by)
