"""Records of answers judged: the known claims that they show, and whether each attribute is right."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from articles_qa.eval.corpora.read_corpora import AskedQuestion
from articles_qa.eval.corpora.write_corpus import EventCorpus, KnownClaim
from articles_qa.eval.judging.claim_scores import JUDGED, ClaimAttribute, Pair, match_speaker, verdicts
from articles_qa.eval.judging.name_match import NameMatch
from articles_qa.eval.judging.shown_claims import QUOTES, ShownClaim, shown_claims


@dataclass(frozen=True, slots=True)
class Mistake:
    """A mistake: the claim wanted, and the claim that came."""

    corpus: str
    question: str
    what: str
    where: str
    wanted: str
    came: str


@dataclass(frozen=True, slots=True)
class JudgedAnswer:
    """The judgement of one answer.

    `found` counts the `wanted` claims that were shown, `right` those with value,
    sense, unit and speaker right. `shown` counts all shown claims that are not
    free, `shown_right` the right claims among them. `scores` are (right, judged)
    of each attribute over the known claims shown. `nearly` counts the wrong
    speakers whose name is a longer or shorter form.
    """

    corpus: str
    question: str
    answered: bool
    wanted: int
    found: int
    right: int
    shown: int
    shown_right: int
    extra: int
    nearly: int
    scores: Mapping[ClaimAttribute, tuple[int, int]]
    mistakes: tuple[Mistake, ...]


def judge_answer(record: Mapping[str, Any], corpus: EventCorpus, question: AskedQuestion) -> JudgedAnswer:
    """Compare a record's tables with the known claims of the corpus.

    A shown claim is the known claim whose words it overlaps. A known claim that
    does not answer the question may be shown, and is then judged. Any other
    claim is extra, and so is a claim shown twice.
    """
    pairs, extra = _paired(tuple(shown_claims(record)), corpus)
    counted = [(shown, known) for shown, known in pairs if not known.free]
    judged = {known.id: verdicts(shown, known, counted, question) for shown, known in counted}
    right = {claim for claim, verdict in judged.items() if all(verdict[each] for each in JUDGED)}
    verdicts_by_attribute = {each: [verdict[each] for verdict in judged.values() if each in verdict] for each in ClaimAttribute}
    missing = [claim for claim in corpus.claims if claim.id in question.wanted and claim.id not in judged]
    return JudgedAnswer(
        corpus=corpus.name,
        question=question.text,
        answered=bool(record.get("answered")),
        wanted=len(question.wanted),
        found=len(question.wanted) - len(missing),
        right=len(right & set(question.wanted)),
        shown=len(counted) + len(extra),
        shown_right=len(right),
        extra=len(extra),
        nearly=sum(match_speaker(shown, known) is NameMatch.NEARLY for shown, known in counted),
        scores={each: (sum(found), len(found)) for each, found in verdicts_by_attribute.items()},
        mistakes=(
            *(_missing(claim, record, corpus, question) for claim in missing),
            *(_extra(shown, corpus, question) for shown in extra),
            *(
                _wrong(each, shown, known, corpus, question)
                for shown, known in counted
                for each, fine in judged[known.id].items()
                if not fine
            ),
        ),
    )


def _paired(shown: Sequence[ShownClaim], corpus: EventCorpus) -> tuple[list[Pair], list[ShownClaim]]:
    """Return each shown claim with its known claim; and the shown claims without one, or whose known claim was shown before."""
    pairs: list[Pair] = []
    extra: list[ShownClaim] = []
    taken: set[str] = set()
    for claim in shown:
        known = next((each for each in corpus.claims if each.source == claim.source and each.span.overlaps(claim.span)), None)
        if known is None or (known.id in taken and not known.free):
            extra.append(claim)
        else:
            taken.add(known.id)
            pairs.append((claim, known))
    return pairs, extra


def _missing(claim: KnownClaim, record: Mapping[str, Any], corpus: EventCorpus, question: AskedQuestion) -> Mistake:
    quotes = (quote for part in QUOTES for quote in record.get(part) or ())
    quoted = any(quote["source"] == claim.source and quote["start"] <= claim.span.start < quote["end"] for quote in quotes)
    what = "missing, though quoted" if quoted else "missing, not quoted"
    return Mistake(corpus.name, question.text, what, claim.source, f"{claim.words!r} by {_either(claim.speakers)}", "")


def _extra(shown: ShownClaim, corpus: EventCorpus, question: AskedQuestion) -> Mistake:
    never = any(source == shown.source and span.overlaps(shown.span) for source, span in corpus.never)
    known = any(each.source == shown.source and each.span.overlaps(shown.span) for each in corpus.claims)
    what = "shown twice" if known else "never to be shown" if never else "extra"
    return Mistake(corpus.name, question.text, what, shown.source, "", f"{shown.words!r} by {shown.said_by or 'nobody'}")


def _wrong(each: ClaimAttribute, shown: ShownClaim, known: KnownClaim, corpus: EventCorpus, question: AskedQuestion) -> Mistake:
    wanted, came = {
        ClaimAttribute.VALUE: (f"{known.kind} {known.low}–{known.high}", f"{shown.kind} {shown.low}–{shown.high}"),
        ClaimAttribute.SENSE: (" or ".join(known.senses), shown.sense),
        ClaimAttribute.UNIT: (known.unit or "none", shown.unit or "none"),
        ClaimAttribute.SPEAKER: (_either(known.speakers), shown.said_by or "nobody"),
        ClaimAttribute.CITING: (_either(known.citing), shown.citing or "nobody"),
        ClaimAttribute.RESOLVED: (_either(known.resolved), shown.speaker or shown.said_by or "nobody"),
        ClaimAttribute.WORDS: (known.words, shown.words),
        ClaimAttribute.TABLE: (f"a table of {known.group}", f"table {shown.table + 1}"),
        ClaimAttribute.ASKED: (str(known.id in question.asked), str(shown.asked)),
        ClaimAttribute.REPORTS: ("as many as are independent", str(shown.reports)),
    }[each]
    return Mistake(corpus.name, question.text, each.value, f"{known.source} {known.words!r}", wanted, came)


def _either(names: Sequence[str]) -> str:
    return " or ".join(name or "nobody" for name in names[:2]) or "nobody"
