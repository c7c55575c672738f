"""Making quotes of scored sentences. A quotation is quoted whole, and a pronoun with the sentence before it."""

import re
from collections.abc import Sequence

from index.articles.span import Span, without_gaps
from index.entries.entry import StoredSentence
from index.opened.index import Index
from qa.answers.neighbours import Neighbours
from qa.answers.quote import Quote
from qa.claims.topic import is_copy
from qa.questions.question import Question
from qa.ranking.answer_spans import answering, refers_back, shared_words
from qa.ranking.scoring import ScoredSentence
from qa.speakers.identities import Identities
from qa.speakers.speaker import ResolvedAttribution

MAX_JOINED = 4  # Sentences in one quote. A longer quotation is quoted in part.
COMPLETES = 0.75  # Share of the probability from which the next sentence is joined, if it refers back.
_PARAGRAPH_END = re.compile(r"\n\s*\n")


def quotes(
    index: Index, identities: Identities, question: Question, scored: Sequence[ScoredSentence], *, least: float, top_k: int
) -> tuple[Quote, ...]:
    """Return the sentences of at least this probability as quotes. A sentence is in one quote at most."""
    chosen = _chosen(index, scored, least=least, top_k=top_k)
    neighbours = Neighbours(index, [candidate.passage for candidate, _ in chosen])
    made: list[Quote] = []
    wordings: dict[int, set[str]] = {}  # The words of each quote that is no copy, by its rank.
    for candidate, parts in chosen:
        wording = {term for part in parts for term in part.terms}
        same_as = next((rank for rank, other in wordings.items() if is_copy(wording, other)), None)
        marks = _marks(index.store.article(candidate.passage.article).text, candidate.sentence, question)
        made.append(
            make_quote(
                index,
                candidate,
                parts,
                rank=len(made) + 1,
                attribution=identities.speaker_of(candidate.sentence, candidate.passage.article, question, marks),
                marks=marks,
                neighbours=neighbours,
                same_as=same_as,
            )
        )
        if same_as is None:
            wordings[len(made)] = wording
    return tuple(made)


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
    return Quote(
        article=article,
        span=Span(parts[0].span.start, parts[-1].span.end),
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
    )


def _chosen(
    index: Index, scored: Sequence[ScoredSentence], *, least: float, top_k: int
) -> list[tuple[ScoredSentence, list[StoredSentence]]]:
    """Return the sentences to quote, best first, each with the sentences of its quote in order."""
    used: set[int] = set()
    chosen: list[tuple[ScoredSentence, list[StoredSentence]]] = []
    for candidate in scored:
        if len(chosen) == top_k or candidate.probability < least:
            break
        if candidate.sentence.id in used:
            continue
        free = {other.sentence.id: other for other in scored if other.sentence.id not in used}
        parts = _joined(candidate, free, index.store.article(candidate.passage.article).text)
        used |= {part.id for part in parts}
        chosen.append((candidate, parts))
    return chosen


def _joined(candidate: ScoredSentence, free: dict[int, ScoredSentence], text: str) -> list[StoredSentence]:
    """Return the sentence with the sentences that it needs, in order, of one paragraph and passage."""
    core = candidate.sentence
    parts = [core]

    def neighbour(number: int) -> StoredSentence | None:
        if number not in free or len(parts) == MAX_JOINED:
            return None
        other = free[number].sentence
        return other if (other.passage, other.paragraph) == (core.passage, core.paragraph) else None

    def opened() -> int:
        cut = text[parts[0].span.start : parts[-1].span.end]
        if cut.count('"') % 2:  # Straight marks look alike. Inside a quotation an odd one closes it.
            before = _PARAGRAPH_END.split(text[candidate.passage.span.start : parts[0].span.start])[-1]
            return -1 if before.count('"') % 2 else 1
        return cut.count("“") - cut.count("”")

    while opened() > 0 and (after := neighbour(parts[-1].id + 1)):
        parts.append(after)
    while opened() < 0 and (before := neighbour(parts[0].id - 1)):
        parts.insert(0, before)
    if refers_back(core.span.cut(text)) and parts[0] is core and (before := neighbour(core.id - 1)):
        parts.insert(0, before)
    after = neighbour(core.id + 1) if parts[-1] is core else None
    if after and refers_back(after.span.cut(text)) and free[after.id].probability >= COMPLETES * candidate.probability:
        parts.append(after)
    return parts


def _marks(text: str, sentence: StoredSentence, question: Question) -> tuple[Span, ...]:
    """Return the answering words: the spans of the kind asked for, else the words that the question has too."""
    start, cut = sentence.span.start, without_gaps(text, sentence.span, sentence.gaps)
    spans = tuple(answering(cut, question)) or shared_words(cut, question)
    return tuple(Span(start + span.start, start + span.start + len(span.cut(cut).rstrip())) for span in spans)
