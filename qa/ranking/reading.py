"""Reading: the sentences that the scorer finds best, and those beside them, are read and judged by the trained reader."""

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from articles_qa.index.articles.sentences import read_with
from articles_qa.index.models.embedder import PassageText
from articles_qa.index.models.reader import UNREAD, Reader
from articles_qa.index.opened.index import Index
from articles_qa.qa.questions.time_asked import Order, TimeAsked
from articles_qa.qa.ranking.candidates import CandidatePassages
from articles_qa.qa.ranking.event_fit import in_event_order
from articles_qa.qa.ranking.scoring import PASSAGES_SCORED, ScoredSentence, SentenceScores
from articles_qa.qa.ranking.time_fit import OTHER_TIME, in_order, is_secondary, other_time
from articles_qa.qa.ranking.weights import ReadingWeights

NEAREST = 8  # Passages nearest by meaning; their sentences are scored too, where they are not among the best of all.
# Sentences that are read, in snippets with those BESIDE them. Of 2,770 news questions .89 have their answer in these (20
# sentences, 640 tokens). Of 700 of them .87 in as many of the scorer's best alone, .84 in the four best passages (670 tokens).
SENTENCES_READ, BESIDE = 12, 1
FUSED = 10  # The constant of reciprocal rank fusion; 5 to 30 differ by .001.
AT_ONCE = 2  # Snippets; the same on every machine, so that all machines read as many.
SURE = 0.8  # Reading stops at a sentence with this share of the probability.
OFF_TOPIC = 0.01  # Below this the scorer's confidence counts: with it .77 of questions on other stories are refused, else .70.
_HOW_MANY = re.compile(r"how many (?P<noun>[\w'’ -]{3,40}?) (?P<verb>were|are|have|had|died)\b", re.IGNORECASE)
_NOBODY = re.compile(r"\b(?:nobody|no[ -]one|none)\b", re.IGNORECASE)
_LEAST = 1e-9  # Of a probability whose logit is taken.


@dataclass(frozen=True, slots=True)
class _Judged:
    """A candidate and its logit against "nothing here answers"."""

    candidate: ScoredSentence
    logit: float


@dataclass(frozen=True, slots=True)
class Judge:
    """Judges sentences for one question. Of the wordings of the question that are `asked` the surer one counts.

    `confidence` is the scorer's. Where the question asks about a `time`, the
    reader is told the day of each article.
    """

    index: Index
    asked: Sequence[str]
    reader: Reader
    weights: ReadingWeights
    confidence: float
    time: TimeAsked | None = None

    def reads_on(self, best: ScoredSentence) -> bool:
        """Tell whether reading goes on though a sentence is sure: another report may be the one asked for."""
        if self.time is None or self.time.order is None:
            return False
        return self.time.order is not Order.PRESENT or is_secondary(self.index, best)

    def logits(self, snippets: Sequence[Sequence[ScoredSentence]]) -> Iterator[tuple[ScoredSentence, float]]:
        """Yield the sentences of snippets, each with its logit against "nothing here answers".

        It is linear in the reader's and the scorer's logit; that of "nothing" in the scorer's confidence.
        """
        texts = [snippet_text(self.index, part, dated=self.time is not None and self.time.names_it) for part in snippets]
        whether = asked_whether(self.asked[0])
        nothing = self.weights.nothing(logit(self.confidence))
        found = zip(*(self.reader.read(question, texts) for question in self.asked), strict=True)
        for part, text, each in zip(snippets, texts, found, strict=True):
            logits = np.max(each, axis=0)
            if whether and (nobody := np.array([bool(_NOBODY.search(sentence)) for sentence in text.sentences])).any():
                logits = np.where(nobody, np.maximum(logits, self.reader.read(whether, [text])[0]), logits)
            for one, value in zip(part, logits.tolist(), strict=True):
                known = self.weights.sentence(UNREAD if one.only_asks else value, logit(one.probability)) - nothing
                yield one, known - (OTHER_TIME if self.time and other_time(self.index, one, self.time) else 0.0)


def wordings(question: str, names: Mapping[str, str]) -> tuple[str, ...]:
    """Return the question as it was asked, and with the other name of the first name in it that has one.

    "How many dead did NIS report?" is also "How many dead did National Intelligence Service report?".
    """
    for name, other in names.items():
        if name in question and (found := re.compile(rf"\b{re.escape(name)}\b").search(question)):
            return question, f"{question[: found.start()]}{other}{question[found.end() :]}"
    return (question,)


def asked_whether(question: str) -> str:
    """Return "how many" asked as whether any, "" for another question: "Nobody was killed" answers both."""
    match = _HOW_MANY.match(question)
    if match is None:
        return ""
    verb, rest = match["verb"].lower(), question[match.end() :]
    verb, rest = ("have", f" died{rest}") if verb == "died" else (verb, rest)
    return f"{verb.capitalize()} any {match['noun']}{rest}"


def read(judge: Judge, scores: SentenceScores) -> SentenceScores:
    """Return the same sentences, surest first, judged by the reader, and the probability that the articles answer.

    The logits of all sentences and that of "nothing answers" compete in one
    softmax. Snippets are read in order until a sentence is surer than SURE.
    Sentences that were not read follow in their order, none surer than the last
    read one.
    """
    if not scores.sentences:
        return scores
    order = snippets(scores)
    judged: list[_Judged] = []
    for at in range(0, len(order), AT_ONCE):
        judged += [_Judged(one, value) for one, value in judge.logits(order[at : at + AT_ONCE])]
        if max(softmax([one.logit for one in judged])[1:]) >= SURE and not judge.reads_on(
            max(judged, key=lambda one: one.logit).candidate
        ):
            break
    if judge.time:
        dealt = in_order(judge.index, [one.candidate for one in judged], [one.logit for one in judged], judge.time)
        judged = [replace(one, logit=value) for one, value in zip(judged, dealt, strict=True)]
    fitting = in_event_order(judge.index, [one.candidate for one in judged], [one.logit for one in judged], judge.asked[0])
    judged = [replace(one, logit=value) for one, value in zip(judged, fitting, strict=True)]
    return _scores(judged, scores, judge.weights)


def _scores(judged: list[_Judged], scores: SentenceScores, weights: ReadingWeights) -> SentenceScores:
    """Return the sentences with calibrated probabilities, surest first; those that were not read come after."""
    shares = softmax([one.logit for one in judged])
    best = max(one.logit for one in judged)
    sure = [
        replace(one.candidate, probability=weights.right(one.logit, one.logit - best, logit(float(share))))
        for one, share in zip(judged, shares[1:], strict=True)
    ]
    place = {one.candidate.sentence.id: one.logit for one in judged}
    sure.sort(key=lambda one: (-round(place[one.sentence.id], 9), one.sentence.id))
    least = sure[-1].probability
    rest = [replace(one, probability=min(one.probability, least)) for one in scores.sentences if one.sentence.id not in place]
    confidence = weights.answerable(logit(1 - float(shares[0])))
    confidence = confidence if scores.confidence >= OFF_TOPIC else min(confidence, scores.confidence)
    return SentenceScores([*sure, *rest], confidence, place)


def to_read(found: CandidatePassages) -> CandidatePassages:
    """Return the passages whose sentences are scored for reading."""
    best = found.best(PASSAGES_SCORED).passages
    near = (p for p, r in zip(found.passages, found.ranks, strict=True) if r.by_meaning and r.by_meaning <= NEAREST)
    return found.among({passage.id for passage in (*best, *near)})


def snippets(scores: SentenceScores) -> list[list[ScoredSentence]]:
    """Return what is read of each passage: its share of the best sentences and those beside them, in order.

    The best are those that the scorer or the cosine ranks high: an answer may
    share no word with the question. The passage of the best one comes first.

    Source: reciprocal rank fusion, Cormack et al. 2009.
    """
    by_cosine = sorted(scores.sentences, key=lambda one: (-one.cosine, one.sentence.id))
    second = {one.sentence.id: 1 / (FUSED + place) for place, one in enumerate(by_cosine)}
    fused = [(1 / (FUSED + place) + second[one.sentence.id], one) for place, one in enumerate(scores.sentences)]
    best = [one for _, one in sorted(fused, key=lambda pair: -pair[0])[:SENTENCES_READ]]
    chosen = [(one.passage.id, one.sentence.id) for one in best]
    wanted = {(passage, number + step) for passage, number in chosen for step in range(-BESIDE, BESIDE + 1)}
    made: dict[int, list[ScoredSentence]] = {passage: [] for passage, _ in chosen}
    for one in sorted(scores.sentences, key=lambda one: one.sentence.id):
        if (one.passage.id, one.sentence.id) in wanted:
            made[one.passage.id].append(one)
    return list(made.values())


def snippet_text(index: Index, sentences: Sequence[ScoredSentence], *, dated: bool = False) -> PassageText:
    """Return a snippet as the reader gets it; with `dated` the day of publication follows the title."""
    article = index.store.article(sentences[0].passage.article)
    day = article.masthead.published if dated else None
    title = ", ".join(part for part in (article.title, f"{day.day} {day:%B} {day.year}" if day else "") if part)
    read_as = (read_with(article.text, one.sentence.span, one.sentence.gaps, one.sentence.leads) for one in sentences)
    return PassageText(title, tuple(read_as))


def softmax(logits: Sequence[float]) -> npt.NDArray[np.float64]:
    """Return the shares of "nothing", whose logit is 0, and of these logits. (1 + n,)"""
    powers = np.exp(np.array([0.0, *logits]) - max(0.0, *logits))
    shares: npt.NDArray[np.float64] = powers / powers.sum()
    return shares


def logit(probability: float) -> float:
    """Return the logit of a probability, and of 0 and 1 a large one."""
    kept = min(max(probability, _LEAST), 1 - _LEAST)
    return math.log(kept / (1 - kept))
