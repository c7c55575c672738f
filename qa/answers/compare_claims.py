"""Comparing claims: the values that the candidate sentences claim, in tables, each claim on a quote."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

from articles_qa.index.articles.span import Span, without_gaps
from articles_qa.index.entries.entry import StoredSentence
from articles_qa.index.opened.index import Index
from articles_qa.qa.answers.comparison import QuotedClaim, QuotedTable
from articles_qa.qa.answers.make_quotes import make_quote
from articles_qa.qa.answers.neighbours import Neighbours
from articles_qa.qa.answers.quote import Quote
from articles_qa.qa.claims.asked_figure import AskedFigure, asked_figure, named_stems
from articles_qa.qa.claims.claim_tables import ClaimTable, TableValue, tabulate_claims
from articles_qa.qa.claims.find_claims import Claim, read_values
from articles_qa.qa.claims.related_words import unified
from articles_qa.qa.claims.statement import SentenceValue, Statement, Voice
from articles_qa.qa.claims.story import Stories
from articles_qa.qa.questions.question import AnswerType, Question
from articles_qa.qa.ranking.candidates import CandidatePassages
from articles_qa.qa.ranking.reading import BESIDE, Judge
from articles_qa.qa.ranking.scoring import ScoredSentence, SentenceScores
from articles_qa.qa.speakers.identities import Identities
from articles_qa.qa.speakers.speaker import ResolvedAttribution

PASSAGES_COMPARED = 20  # Other speakers' claims may rank below the best passages. A passage costs some .2 ms.
LEAST_CLAIMS = 2  # One claim has nothing to be compared with.
COMPARED = frozenset((AnswerType.DATE, AnswerType.WHO))  # Beside figures.
READ_MORE = 8  # Sentences with values that are read for a table alone.
# Logits against "nothing here answers" from which the first quote opens a table, and another sentence may stand in it.
OPENS, ANSWERS = -3.0, -5.0
MOST_TIMES = 10  # A figure that is so many times the first quote's own, or its share, counts something else.
ANYBODY = "sources"  # Stands in a question for the speaker whom it names.


@dataclass(frozen=True, slots=True)
class ComparedClaims:
    """Tables of claims, and the quotes in the tables that the answer does not show yet; their ranks follow the answer's."""

    tables: tuple[QuotedTable, ...] = ()
    beside: tuple[Quote, ...] = ()


@dataclass(frozen=True, slots=True)
class _ReadSentence:
    """A sentence as a statement, its speakers in the order of the statement's voices, and its values."""

    scored: ScoredSentence
    statement: Statement
    attributions: tuple[ResolvedAttribution, ...]
    values: tuple[SentenceValue, ...]


class ClaimComparer:
    """Lays the claims of an index's articles side by side."""

    def __init__(self, index: Index, identities: Identities) -> None:
        self._index, self._identities, self._stories = index, identities, Stories(index)

    def compare(self, found: CandidatePassages, scores: SentenceScores, shown: Sequence[Quote], judge: Judge) -> ComparedClaims:
        """Return the tables of what articles claim in answer to a question for a figure, a day or a name.

        A claim stands in a sentence that answers as the reader judges, of the
        story that the first quote tells. Tables that lack the first quote's own
        value are not shown.
        """
        question = found.judged[-1].question
        asked = asked_figure(question)
        if question.asks_for not in COMPARED and asked is None:
            return ComparedClaims()
        sentences = self._told(found, scores, question, asked)
        first = [each for each in sentences if _holds(shown[0], each, self._index)]
        if not first or sum(len(each.values) for each in sentences) < LEAST_CLAIMS:
            return ComparedClaims()
        story = first[0].scored.passage.article
        sentences = [
            each
            for each in sentences
            if self._stories.are_one(story, each.scored.passage.article, alike=_tells_all(question, each.statement))
        ]
        if max(scores.read.get(each.scored.sentence.id, 0.0) for each in first) < OPENS:
            return ComparedClaims()
        answering = self._answering(sentences, first, scores, question, judge)
        made = tabulate_claims(question, asked, [each.statement for each in answering], [each.values for each in answering])
        own = {place for place, each in enumerate(answering) if _holds(shown[0], each, self._index)}
        stated = {claim.statement for table in made for value in table.values for claim in value.claims}
        return _Quoting(self._index, answering, shown).quoted(made) if own & stated else ComparedClaims()

    def _told(
        self, found: CandidatePassages, scores: SentenceScores, question: Question, asked: AskedFigure | None
    ) -> list[_ReadSentence]:
        """Return the candidate sentences that give a value, surest first."""
        scored = {one.sentence.id: one for one in scores.sentences}
        best = found.best(PASSAGES_COMPARED)
        passages = {passage.id: passage for passage in (*best.passages, *(one.passage for one in scores.sentences))}
        told: list[_ReadSentence] = []
        before: StoredSentence | None = None
        for sentence in self._index.store.sentences(list(passages)):
            one = scored.get(sentence.id) or ScoredSentence(sentence, passages[sentence.passage], 0.0)
            statement, attributions = self._statement(one, before, question)
            if not one.only_asks and (values := read_values(question, asked, statement)):
                told.append(_ReadSentence(one, statement, attributions, values))
            before = sentence
        place = {one.sentence.id: number for number, one in enumerate(scores.sentences)}
        return sorted(told, key=lambda each: place.get(each.scored.sentence.id, len(place) + each.scored.sentence.id))

    def _answering(
        self,
        sentences: Sequence[_ReadSentence],
        first: Sequence[_ReadSentence],
        scores: SentenceScores,
        question: Question,
        judge: Judge,
    ) -> list[_ReadSentence]:
        """Return the first quote's sentences, and of the others those that answer, whoever says it."""
        logits = dict(scores.read)
        unread = [each.scored for each in sentences if logits.get(each.scored.sentence.id, -math.inf) < ANSWERS]
        if question.speaker:
            judge = replace(judge, asked=[question.text.replace(question.speaker, ANYBODY)])
        else:
            unread = [one for one in unread if one.sentence.id not in logits]
        for one, value in judge.logits(self._snippets(unread[:READ_MORE])):
            logits[one.sentence.id] = max(value, logits.get(one.sentence.id, value))
        found = [each for each in sentences if each in first or logits.get(each.scored.sentence.id, -math.inf) >= ANSWERS]
        least, most = _bounds([value for each in first for value in each.values])
        kept = (replace(each, values=tuple(value for value in each.values if _lies(value, least, most))) for each in found)
        return [each for each in kept if each.values]

    def _snippets(self, chosen: Sequence[ScoredSentence]) -> list[list[ScoredSentence]]:
        """Return each sentence with those beside it in its passage."""
        made = []
        for one in chosen:
            near = [each for each in self._index.store.sentences([one.passage.id]) if abs(each.id - one.sentence.id) <= BESIDE]
            made.append([one if each.id == one.sentence.id else replace(one, sentence=each) for each in near])
        return made

    def _statement(
        self, scored: ScoredSentence, before: StoredSentence | None, question: Question
    ) -> tuple[Statement, tuple[ResolvedAttribution, ...]]:
        """Return a sentence as a statement, and its speakers. `before` is the sentence read before it, of any passage."""
        sentence, number = scored.sentence, scored.passage.article
        article = self._index.store.article(number)
        attributions = tuple(self._identities.resolve(one, number) for one in sentence.attributions)
        follows = before and (before.id + 1, before.passage, before.paragraph) == (
            sentence.id,
            sentence.passage,
            sentence.paragraph,
        )
        statement = Statement(
            article=article.source,
            text=without_gaps(article.text, sentence.span, sentence.gaps),
            before=without_gaps(article.text, before.span, before.gaps) if before and follows else "",
            voices=tuple(
                Voice(
                    _moved(one.mention.scope, -sentence.span.start),
                    one.speaker.name,
                    self._identities.asked(question, one, number) > 0,
                )
                for one in attributions
            ),
            published=article.masthead.published,
            terms=frozenset(sentence.terms),
            title=article.title or "",
        )
        return statement, attributions


def _tells_all(question: Question, statement: Statement) -> bool:
    """Return whether a statement has all words of a question that names something: "28 people injured in Velm"."""
    wanted = unified(frozenset(question.terms) - question.speaker_terms)
    return bool(named_stems(question.text) - question.speaker_terms) and wanted <= unified(statement.terms)


def _bounds(values: Sequence[SentenceValue]) -> tuple[float, float]:
    """Return the least and the largest figure that may dispute one of these."""
    figures = [bound for value in values for bound in (value.low, value.high) if isinstance(bound, int | float)]
    if not figures:
        return -math.inf, math.inf
    # "Nobody" may dispute a few.
    return min(figures) / MOST_TIMES if min(figures) > MOST_TIMES else min(0, *figures), max(1, *figures) * MOST_TIMES


def _lies(value: SentenceValue, least: float, most: float) -> bool:
    """Return whether a value is no figure, or one within bounds."""
    return not isinstance(value.low, int | float) or not isinstance(value.high, int | float) or least <= value.low <= most


def _holds(quote: Quote, each: _ReadSentence, index: Index) -> bool:
    """Return whether a quote holds a sentence."""
    source = index.store.article(each.scored.passage.article).source
    return quote.source == source and quote.span.holds(each.scored.sentence.span)


class _Quoting:
    """Puts claims on quotes: on a quote that is shown, else on a new quote."""

    def __init__(self, index: Index, sentences: Sequence[_ReadSentence], shown: Sequence[Quote]) -> None:
        self._index, self._sentences, self._shown = index, sentences, shown
        self._made: dict[int, Quote] = {}  # By the statement's place.

    def quoted(self, made: Sequence[ClaimTable]) -> ComparedClaims:
        """Return the tables with their quotes."""
        stated = {claim.statement for table in made for value in (*table.values, *table.denied) for claim in value.claims}
        unquoted = [self._sentences[place].scored.passage for place in stated if self._existing(place) is None]
        neighbours = Neighbours(self._index, unquoted)

        def on_quotes(values: Sequence[TableValue]) -> tuple[tuple[QuotedClaim, ...], ...]:
            return tuple(tuple(self._claim(claim, neighbours) for claim in value.claims) for value in values)

        tables = tuple(QuotedTable(table, on_quotes(table.values), on_quotes(table.denied)) for table in made)
        return ComparedClaims(tables, tuple(self._made.values()))

    def _claim(self, claim: Claim, neighbours: Neighbours) -> QuotedClaim:
        found, value = self._sentences[claim.statement], claim.value
        sentence = found.scored.sentence
        start = sentence.span.start
        attribution = found.attributions[found.statement.voices.index(claim.voice)] if claim.voice else None
        quote = self._existing(claim.statement)
        if quote is None:
            quote = self._made[claim.statement] = make_quote(
                self._index,
                found.scored,
                [sentence],
                rank=len(self._shown) + len(self._made) + 1,
                attribution=attribution or next(iter(found.attributions), None),
                marks=(_moved(value.span, start),),
                neighbours=neighbours,
            )
        original = None if claim.same_as is None else self._existing(claim.same_as)
        return QuotedClaim(
            quote=quote,
            value=_moved(value.span, start),
            counted=_moved(value.counted, start) if value.counted else None,
            period=_moved(value.period, start) if value.period else None,
            events=tuple(event.value for event in value.events),
            attribution=attribution,
            same_as=original.rank if original else None,
            polarity=claim.polarity,
        )

    def _existing(self, place: int) -> Quote | None:
        """Return the quote that holds a statement already."""
        each = self._sentences[place]
        return next((quote for quote in (*self._shown, *self._made.values()) if _holds(quote, each, self._index)), None)


def _moved(span: Span, by: int) -> Span:
    return Span(span.start + by, span.end + by)
