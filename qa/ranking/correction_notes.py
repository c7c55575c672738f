"""Correction notes: which of an article's notes touch a sentence, and how they rank.

“A gas leak sent 140 pupils to hospital.”   touched by “An earlier version said 140 pupils. The figure is 14.”
“Classes resume on Monday.”                 not touched: the note has neither its figures nor its names
"""

import re
from collections.abc import Iterator, Set
from dataclasses import replace
from functools import lru_cache

from articles_qa.index.articles.article import Article
from articles_qa.index.articles.forms.live_entries import find_entries
from articles_qa.index.articles.mended import legible
from articles_qa.index.articles.span import Span, line_spans
from articles_qa.index.english import MONTH
from articles_qa.index.opened.index import Index
from articles_qa.index.search.analyzer import terms
from articles_qa.qa.questions.question import Question, stop_terms
from articles_qa.qa.ranking.scoring import ScoredSentence, SentenceScores

ENOUGH = 2  # Words in common; a figure or a name counts as much.
_ASKS = re.compile(
    r"\b(?:correct(?:s|ed|ion|ions)?|clarif\w+|amend\w*|retract\w*|wrong(?:ly)?|mistaken?\w*|mistakes?|errors?|"
    r"(?:earlier|previous|original|first) versions?|editor['’]?s['’]? note|tak(?:e|en|es) back|taken? back)\b",
    re.IGNORECASE,
)
_DAY = re.compile(rf"\b(?:{MONTH}\s+\d{{1,2}}|\d{{1,2}}\s+{MONTH})(?:,?\s+\d{{4}})?|\b(?:19|20)\d\d\b", re.IGNORECASE)
# Words that every note has.
_USUAL = (
    "earlier previous original version article story report piece headline caption correction corrections clarification amend "
    "correct incorrect incorrectly wrong wrongly error mistake misstated misspelled update note editor figure state statement "
    "contain name give number post entry"
)
_NAME = re.compile(r"(?<![.!?:]\s)(?<!^)\b[A-Z][\w’'-]+")


def asks_for_correction(question: str) -> bool:
    """Return whether a question asks what an article corrected."""
    return _ASKS.search(question) is not None


def note_around(article: Article, span: Span) -> Span | None:
    """Return the correction note that holds a sentence."""
    return next((note for note in article.traits.corrections if note.holds(span)), None)


def touching(article: Article, span: Span) -> tuple[Span, ...]:
    """Return the correction notes that touch a stretch of their article; none for a stretch of a note."""
    notes = article.traits.corrections
    if not notes or any(note.overlaps(span) for note in notes):
        return ()
    said = set(terms(legible(span.cut(article.text))))
    title = frozenset(terms(article.title or ""))
    return tuple(note for note in notes if _weight(note.cut(article.text), said, title) >= ENOUGH)


def _weight(note: str, said: set[str], title: frozenset[str]) -> int:
    """Return how much of a note a sentence says, without the words of every note, the days and the title."""
    plain = _DAY.sub(" ", legible(note))
    names = {term for name in _NAME.findall(plain) for term in terms(name)}
    shared = (set(terms(plain)) & said) - stop_terms() - _usual() - title
    return sum(ENOUGH if term in names or any(char.isdigit() for char in term) else 1 for term in shared)


@lru_cache(1)
def _usual() -> frozenset[str]:
    return frozenset(terms(_USUAL))


def notes_after(index: Index, question: Question, scores: SentenceScores, *, least_share: float) -> SentenceScores:
    """Return the same sentences, correction notes after the best other one.

    A note stays where it is if the question asks for a correction, if the note
    touches the best other sentence, or if no other sentence answers nearly as
    surely: `least_share` of the best probability. In a live blog a note on the
    best other sentence, in another entry and about what is asked, comes first.
    """
    noted = {one.sentence.id for one in scores.sentences if _note_of(index, one)}
    best = next((one for one in scores.sentences if one.sentence.id not in noted), None)
    if not noted or best is None or best.probability < least_share * scores.sentences[0].probability:
        return scores
    if asks_for_correction(question.text):
        return scores
    kept = set(touching(index.store.article(best.passage.article), best.sentence.span))
    later = _taking_back(index, question, best, kept)

    def ranked() -> Iterator[tuple[float, int, ScoredSentence]]:
        for one in scores.sentences:
            note = _note_of(index, one) if one.sentence.id in noted else None
            if note in later and one.passage.article == best.passage.article:
                most = max(one.probability, best.probability)
                yield most, -1, replace(one, probability=most)
            elif note is None or (one.passage.article == best.passage.article and note in kept):
                yield one.probability, 0, one
            else:
                most = min(one.probability, best.probability)
                yield most, 1, replace(one, probability=most)

    ordered = sorted(ranked(), key=lambda each: (-each[0], each[1]))
    return replace(scores, sentences=[one for _, _, one in ordered])


def _taking_back(index: Index, question: Question, best: ScoredSentence, notes: Set[Span]) -> set[Span]:
    """Return the notes on a sentence of a live blog that stand in another entry and have a word of the question."""
    text = index.store.article(best.passage.article).text
    entries = find_entries(text, line_spans(text)) if notes else ()
    stretches = [Span(entry.time.start, entry.end) for entry in entries]
    own = next((stretch for stretch in stretches if stretch.holds(best.sentence.span)), None)
    if own is None:
        return set()
    asked = set(question.terms) - stop_terms()
    return {note for note in notes if not own.overlaps(note) and asked & set(terms(legible(note.cut(text))))}


def _note_of(index: Index, one: ScoredSentence) -> Span | None:
    return note_around(index.store.article(one.passage.article), one.sentence.span)
