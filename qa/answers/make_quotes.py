"""Making quotes of scored sentences. A quotation is quoted whole, and a pronoun with the sentence before it.

Asked "who was hurt?", "A nurse was hurt. A guard was hurt too." is one quote:
both sentences answer surely, and the same voice speaks in both.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from articles_qa.index.articles.sentences import read_with
from articles_qa.index.articles.span import PARAGRAPH_END, Span, without_gaps
from articles_qa.index.entries.entry import StoredSentence
from articles_qa.index.opened.index import Index
from articles_qa.index.search.analyzer import terms
from articles_qa.qa.answers.neighbours import Neighbours
from articles_qa.qa.answers.quote import Quote
from articles_qa.qa.claims.related_words import is_copy
from articles_qa.qa.questions.question import Question
from articles_qa.qa.ranking.answer_spans import answering, refers_back, shared_words
from articles_qa.qa.ranking.correction_notes import note_around, touching
from articles_qa.qa.ranking.scoring import ScoredSentence
from articles_qa.qa.speakers.identities import Identities
from articles_qa.qa.speakers.speaker import ResolvedAttribution

MAX_JOINED = 4  # Sentences in one quote. A longer quotation is quoted in part.
COMPLETES = 0.75  # Share of the probability from which the next sentence is joined, if it refers back.
JOINED, LEAST_JOINED = 0.5, 0.3  # Share of the best probability, and the probability, from which neighbours are one quote.
MAX_NOTE = 8  # Sentences of a quoted correction note.
# A sentence that takes back the one before it: a quote without it would say what the article denies.
_TAKES_BACK = re.compile(
    r"\W*(?:(?:but|however|yet),?\s)?(?:there\s(?:is|was|were|are|has\sbeen)\sno\s(?:evidence|proof|record|sign)s?\s"
    r"(?:for|of|that|to\ssupport)\s(?:this|that|it|the\sclaim)|(?:none|nothing)\sof\s(?:this|that|it)\s(?:is|was)\strue|"
    r"(?:this|that|it|the\s(?:claim|rumou?r|report|story|post|statement|allegation|figure|number|photo|video|quote)s?)\s"
    r"(?:is|was|are|were|has\sbeen|have\sbeen|(?:turned\sout|proved)(?:\sto\sbe)?)\s(?:not\s(?:true|correct|real)|false|"
    r"un(?:true|founded|proven)|incorrect|baseless|fabricated|fake|misleading|a\shoax|made\sup|debunked|retracted|denied))\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class _Chosen:
    """A sentence to quote, the sentences of its quote in order, and those of them that answer by themselves."""

    scored: ScoredSentence
    sentences: Sequence[StoredSentence]
    answering: Sequence[StoredSentence]


def quotes(
    index: Index, identities: Identities, question: Question, scored: Sequence[ScoredSentence], *, least: float, top_k: int
) -> tuple[tuple[Quote, ...], int]:
    """Return the sentences of at least this probability as quotes, and the number of quotes that `top_k` leaves out.

    A sentence is in one quote at most.
    """
    chosen = _chosen(index, identities, scored, least=least)
    shown = chosen[:top_k]
    neighbours = Neighbours(index, [one.scored.passage for one in shown])
    made: list[Quote] = []
    wordings: dict[int, set[str]] = {}  # The words of each quote that is no copy, by its rank.
    for one in shown:
        core, article = one.scored.sentence, one.scored.passage.article
        wording = {term for sentence in one.sentences for term in _own_terms(sentence, index.store.article(article).text)}
        same_as = next((rank for rank, other in wordings.items() if is_copy(wording, other)), None)
        note = note_around(index.store.article(article), core.span)
        marks = {sentence.id: _marks(index.store.article(article).text, sentence, question) for sentence in one.answering}
        made.append(
            make_quote(
                index,
                one.scored,
                one.sentences,
                rank=len(made) + 1,
                attribution=None if note else identities.speaker_of(core, article, question, marks[core.id]),
                marks=tuple(mark for found in marks.values() for mark in found),
                neighbours=neighbours,
                same_as=same_as,
            )
        )
        if same_as is None:
            wordings[len(made)] = wording
    return tuple(made), len(chosen) - len(shown)


def _own_terms(sentence: StoredSentence, text: str) -> Iterable[str]:
    """Return the terms of a sentence without those of its leads: all rows of a table share those."""
    return terms(read_with(text, sentence.span, sentence.gaps, ())) if sentence.leads else sentence.terms


def make_quote(
    index: Index,
    scored: ScoredSentence,
    parts: Sequence[StoredSentence],
    *,
    rank: int,
    attribution: ResolvedAttribution | None,
    marks: tuple[Span, ...],
    neighbours: Neighbours,
    same_as: int | None = None,
) -> Quote:
    """Return a quote of a scored sentence. `parts` are its sentences in order."""
    article = index.store.article(scored.passage.article)
    span = Span(parts[0].span.start, parts[-1].span.end)
    return Quote(
        article=article,
        span=span,
        rank=rank,
        probability=scored.probability,
        attribution=attribution,
        passage=scored.passage.span,
        marks=marks,
        gaps=tuple(gap for part in parts for gap in part.gaps),
        same_as=same_as,
        source_state=index.source_state(article),
        by_meaning=scored.ranks.by_meaning,
        by_words=scored.ranks.by_words,
        before=neighbours.before(parts[0]),
        after=neighbours.after(parts[-1]),
        read_with=tuple(dict.fromkeys(lead for part in parts for lead in part.leads if not lead.overlaps(span))),
        corrections=touching(article, span),
    )


def _chosen(index: Index, identities: Identities, scored: Sequence[ScoredSentence], *, least: float) -> list[_Chosen]:
    """Return the sentences to quote, best first, each with the sentences of its quote."""
    free = {one.sentence.id: one for one in scored}
    sure = max(LEAST_JOINED, JOINED * scored[0].probability) if scored else 1.0

    def both_answer(one: ScoredSentence, other: ScoredSentence) -> bool:
        if min(one.probability, other.probability) < sure:
            return False
        voices = _voices(identities, one)  # A quote names one speaker, who says all of it.
        return len(voices) < 2 and voices == _voices(identities, other)

    chosen: list[_Chosen] = []
    for candidate in scored:
        if candidate.probability < least:
            break
        if candidate.sentence.id in free:
            article = index.store.article(candidate.passage.article)
            if note := note_around(article, candidate.sentence.span):
                chosen.append(_whole_note(candidate, free, note))
            else:
                chosen.append(_joined(candidate, free, article.text, both_answer))
            for sentence in chosen[-1].sentences:
                del free[sentence.id]
    return chosen


def _whole_note(candidate: ScoredSentence, free: Mapping[int, ScoredSentence], note: Span) -> _Chosen:
    """Return the sentence with all of its correction note that its passage has: half a note may say what it denies."""
    core = candidate.sentence
    parts = [core]
    for step, end in ((-1, 0), (1, -1)):
        while (beside := free.get(parts[end].id + step)) and len(parts) < MAX_NOTE:
            if beside.sentence.passage != core.passage or not note.holds(beside.sentence.span):
                break
            parts.insert(0 if step < 0 else len(parts), beside.sentence)
    return _Chosen(candidate, parts, [core])


def _joined(
    candidate: ScoredSentence,
    free: Mapping[int, ScoredSentence],
    text: str,
    both_answer: Callable[[ScoredSentence, ScoredSentence], bool],
) -> _Chosen:
    """Return the sentence with the sentences that it needs and those that answer with it, of one paragraph and passage."""
    core = candidate.sentence
    parts = [core]
    answering = [core]

    def neighbour(number: int) -> StoredSentence | None:
        if number not in free or len(parts) == MAX_JOINED:
            return None
        other = free[number].sentence
        return other if (other.passage, other.paragraph) == (core.passage, core.paragraph) else None

    def opened() -> int:
        cut = text[parts[0].span.start : parts[-1].span.end]
        if cut.count('"') % 2:  # Straight marks look alike. Inside a quotation an odd one closes it.
            before = PARAGRAPH_END.split(text[candidate.passage.span.start : parts[0].span.start])[-1]
            return -1 if before.count('"') % 2 else 1
        return cut.count("“") - cut.count("”")

    def complete_quotations() -> None:
        while opened() > 0 and (after := neighbour(parts[-1].id + 1)):
            parts.append(after)
        while opened() < 0 and (before := neighbour(parts[0].id - 1)):
            parts.insert(0, before)

    complete_quotations()
    while (after := neighbour(parts[-1].id + 1)) and both_answer(free[parts[-1].id], free[after.id]):
        parts.append(after)
        answering.append(after)
    while (before := neighbour(parts[0].id - 1)) and both_answer(free[before.id], free[parts[0].id]):
        parts.insert(0, before)
        answering.insert(0, before)
    if len(answering) > 1:
        complete_quotations()
    if refers_back(parts[0].span.cut(text)) and parts[0] is answering[0] and (before := neighbour(parts[0].id - 1)):
        parts.insert(0, before)
    after = neighbour(parts[-1].id + 1) if parts[-1] is answering[-1] else None
    if after and refers_back(after.span.cut(text)) and free[after.id].probability >= COMPLETES * candidate.probability:
        parts.append(after)
    if (after := neighbour(parts[-1].id + 1)) and _TAKES_BACK.match(after.span.cut(text)):
        parts.append(after)
    return _Chosen(candidate, parts, answering)


def _voices(identities: Identities, scored: ScoredSentence) -> set[tuple[str, str]]:
    """Return the speakers of a sentence, each with the one whom they cite; none where the article itself speaks."""
    found = [identities.resolve(mention, scored.passage.article) for mention in scored.sentence.attributions]
    return {(one.speaker.name, one.cited.name if one.cited else "") for one in found}


def _marks(text: str, sentence: StoredSentence, question: Question) -> tuple[Span, ...]:
    """Return the answering words: the spans of the kind asked for, else the words that the question has too."""
    start, cut = sentence.span.start, without_gaps(text, sentence.span, sentence.gaps)
    spans = tuple(answering(cut, question)) or shared_words(cut, question)
    return tuple(Span(start + span.start, start + span.start + len(span.cut(cut).rstrip())) for span in spans)
