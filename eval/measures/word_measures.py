"""How much of the gold sentences is quoted, word by word, and how much else.

Scored are the cases with gold spans, in data sets whose sentences answer together
(Gold.SENTENCES); what is quoted where nothing answers is the abstention
measures' matter. A refused case quoted no words.
"""

import re
from collections import Counter
from collections.abc import Iterable

from eval.datasets.cases import Gold
from eval.measures.measure import Better, Measure, Rows
from eval.running.run_cases import CaseOutcome

WORD = re.compile(r"\w+")
SOURCE = "words in common as in SQuAD's F1 (Rajpurkar et al. 2016, section 6.1), counts added up over the cases"


def _word_counts(outcome: CaseOutcome, gold: Gold) -> tuple[float, float, float] | None:
    """Words in common, words quoted, words in the gold sentences."""
    case = outcome.case
    if gold is not Gold.SENTENCES or not case.spans:
        return None
    quoted = _words((quote.source, quote.start, quote.text) for quote in outcome.quotes)
    wanted = _words((gold.source, gold.span.start, text) for gold, text in zip(case.spans, outcome.wanted, strict=True))
    return (quoted & wanted).total(), quoted.total(), wanted.total()


def _words(stretches: Iterable[tuple[str, int, str]]) -> Counter[str]:
    """The words of stretches of text, in lower case; a word that two of them hold at the same place counts once."""
    places = {
        (source, start + match.start()): match[0].lower() for source, start, text in stretches for match in WORD.finditer(text)
    }
    return Counter(places.values())


def _precision(rows: Rows) -> float | None:
    """The share of the quoted words that are gold; None where nothing is quoted."""
    common, quoted, _ = rows.sum(axis=0)
    return float(common / quoted) if quoted else None


def _recall(rows: Rows) -> float | None:
    """The share of the gold words that are quoted."""
    common, _, wanted = rows.sum(axis=0)
    return float(common / wanted) if wanted else None


def _f1(rows: Rows) -> float | None:
    """The harmonic mean of both; 0 where nothing is quoted."""
    common, quoted, wanted = rows.sum(axis=0)
    return float(2 * common / (quoted + wanted)) if wanted else None


WORD_MEASURES = (
    Measure("word precision", Better.HIGHER, SOURCE, _word_counts, _precision),
    Measure("word recall", Better.HIGHER, SOURCE, _word_counts, _recall),
    Measure("word F1", Better.HIGHER, SOURCE, _word_counts, _f1),
)
