"""Comparing claims: the values that the candidate sentences claim, in tables, each claim on a quote."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from index.articles.span import Span, without_gaps
from index.opened.index import Index
from qa.answers.comparison import QuotedClaim, QuotedTable
from qa.answers.make_quotes import make_quote
from qa.answers.neighbours import Neighbours
from qa.answers.quote import Quote
from qa.claims.asked_figure import asked_figure
from qa.claims.claim_tables import ClaimTable, tabulate_claims
from qa.claims.find_claims import Claim, read_values
from qa.claims.statement import Reading, Statement, Voice
from qa.questions.question import AnswerType, Question
from qa.ranking.candidates import CandidatePassages, SearchedQuestion
from qa.ranking.scoring import ScoredSentence, score_sentences
from qa.ranking.weights import Weights
from qa.speakers.identities import Identities
from qa.speakers.name_match import Organisation, named_in
from qa.speakers.speaker import ResolvedAttribution

PASSAGES_COMPARED = 20  # Other speakers' claims may rank below the best passages. A passage costs some .2 ms.
LEAST_CLAIMS = 2  # One claim has nothing to be compared with.
COMPARED = frozenset((AnswerType.DATE, AnswerType.WHO))  # Beside figures.


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
    values: Reading


class ClaimComparer:
    """Lays the claims of an index's articles side by side."""

    def __init__(self, index: Index, identities: Identities, organisations: Sequence[Organisation], weights: Weights) -> None:
        self._index, self._identities, self._organisations, self._weights = index, identities, organisations, weights

    def compare(self, found: CandidatePassages, shown: Sequence[Quote]) -> ComparedClaims:
        """Return the tables of what the candidates claim in answer to a question for a figure, a day or a name.

        A sentence is scored as if the question named no speaker, so that the
        claims of others stand beside those of the speaker asked for. Each
        sentence is read once. Only passages with a claim are scored.
        """
        searched = found.judged[-1]
        question, asked = searched.question, asked_figure(searched.question)
        if question.asks_for not in COMPARED and asked is None:
            return ComparedClaims()
        best = replace(found.best(PASSAGES_COMPARED), judged=(_without_speaker(searched),))
        sentences: list[_ReadSentence] = []
        passages = {passage.id: (passage, ranks) for passage, ranks in zip(best.passages, best.ranks, strict=True)}
        for sentence in self._index.store.sentences(list(passages)):
            passage, ranks = passages[sentence.passage]
            unscored = ScoredSentence(sentence, passage, 0.0, ranks)
            before = sentences[-1] if sentences else None
            statement, attributions = self._statement(unscored, before, question)
            sentences.append(_ReadSentence(unscored, statement, attributions, read_values(question, asked, statement)))
        if sum(len(each.values.on_topic) for each in sentences) < LEAST_CLAIMS:
            return ComparedClaims()
        claiming = {each.scored.passage.id for each in sentences if each.values.on_topic}
        ordered = self._nearest_first(best.among(claiming), sentences)
        made = tabulate_claims(question, asked, [each.statement for each in ordered], [each.values for each in ordered])
        return _Quoting(self._index, ordered, shown).quoted(made)

    def _nearest_first(self, found: CandidatePassages, sentences: Sequence[_ReadSentence]) -> list[_ReadSentence]:
        """Return the sentences of the candidates with their scores, best first; after them the other sentences."""
        scores = score_sentences(self._index, found, self._organisations, self._weights)
        rest = {each.scored.sentence.id: each for each in sentences}
        nearest = []
        for scored in scores.sentences:
            each = rest.pop(scored.sentence.id)
            nearest.append(replace(each, scored=scored, statement=replace(each.statement, relevance=scored.probability)))
        return [*nearest, *rest.values()]

    def _statement(
        self, scored: ScoredSentence, before: _ReadSentence | None, question: Question
    ) -> tuple[Statement, tuple[ResolvedAttribution, ...]]:
        """Return a sentence as a statement, and its speakers. `before` is the sentence read before it, of any passage."""
        sentence, number = scored.sentence, scored.passage.article
        article = self._index.store.article(number)
        attributions = tuple(self._identities.resolve(one, number) for one in sentence.attributions)
        last = before.scored.sentence if before else None
        follows = last and (last.id + 1, last.passage, last.paragraph) == (sentence.id, sentence.passage, sentence.paragraph)
        statement = Statement(
            article=article.source,
            text=without_gaps(article.text, sentence.span, sentence.gaps),
            before=before.statement.text if before and follows else "",
            relevance=scored.probability,
            voices=tuple(
                Voice(
                    _moved(one.mention.scope, -sentence.span.start),
                    one.speaker.name,
                    self._identities.asked(question, one, number) > 0,
                    " ".join(named_in([one.mention], article.text)),
                )
                for one in attributions
            ),
            published=article.masthead.published,
            terms=frozenset(sentence.terms),
            title=article.title or "",
        )
        return statement, attributions


class _Quoting:
    """Puts claims on quotes: on a quote that is shown, else on a new quote."""

    def __init__(self, index: Index, sentences: Sequence[_ReadSentence], shown: Sequence[Quote]) -> None:
        self._index, self._sentences, self._shown = index, sentences, shown
        self._made: dict[int, Quote] = {}  # By the statement's place.

    def quoted(self, made: Sequence[ClaimTable]) -> ComparedClaims:
        """Return the tables with their quotes."""
        stated = {claim.statement for table in made for value in table.values for claim in value.claims}
        unquoted = [self._sentences[place].scored.passage for place in stated if self._existing(place) is None]
        neighbours = Neighbours(self._index, unquoted)
        tables = tuple(
            QuotedTable(table, tuple(tuple(self._claim(claim, neighbours) for claim in value.claims) for value in table.values))
            for table in made
        )
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
        )

    def _existing(self, place: int) -> Quote | None:
        """Return the quote that holds a statement already."""
        scored = self._sentences[place].scored
        source = self._index.store.article(scored.passage.article).source
        for quote in (*self._shown, *self._made.values()):
            if quote.source == source and quote.span.holds(scored.sentence.span):
                return quote
        return None


def _without_speaker(searched: SearchedQuestion) -> SearchedQuestion:
    """Return a question that asks for nobody's word."""
    question = searched.question
    rest = tuple(term for term in question.terms if term not in question.speaker_terms)
    return replace(searched, question=replace(question, terms=rest or question.terms, speaker="", speaker_terms=frozenset()))


def _moved(span: Span, by: int) -> Span:
    return Span(span.start + by, span.end + by)
