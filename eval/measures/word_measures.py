"""Words of the gold sentences that are quoted, and other words that are quoted.

The cases with gold spans are scored, in data sets whose sentences answer
together (Gold.SENTENCES). Quotes where nothing answers concern the measures of
abstention. A refused case quotes no words.
"""

import re
from collections import Counter
from collections.abc import Iterable

from articles_qa.eval.datasets.cases import Gold
from articles_qa.eval.measures.measure import Better, Measure, Rows
from articles_qa.eval.running.run_cases import CaseOutcome

WORD = re.compile(r"\w+")
SOURCE = "words in common as in SQuAD's F1 (Rajpurkar et al. 2016, section 6.1), counts added up over the cases"


def _word_counts(outcome: CaseOutcome, gold: Gold) -> tuple[float, float, float] | None:
    """Return the numbers of words in common, words quoted, and words in the gold sentences."""
    case = outcome.case
    if gold is not Gold.SENTENCES or not case.spans:
        return None
    quoted = _words((quote.source, quote.start, quote.text) for quote in outcome.quotes)
    wanted = _words((gold.source, gold.span.start, text) for gold, text in zip(case.spans, outcome.wanted, strict=True))
    return (quoted & wanted).total(), quoted.total(), wanted.total()


def _words(stretches: Iterable[tuple[str, int, str]]) -> Counter[str]:
    """Return the words of stretches of text, in lower case. A word at the same place in two stretches counts once."""
    places = {
        (source, start + match.start()): match[0].lower() for source, start, text in stretches for match in WORD.finditer(text)
    }
    return Counter(places.values())


def _precision(rows: Rows) -> float | None:
    """Return the gold share of the quoted words. None where nothing is quoted."""
    common, quoted, _ = rows.sum(axis=0)
    return float(common / quoted) if quoted else None


def _recall(rows: Rows) -> float | None:
    """Return the quoted share of the gold words."""
    common, _, wanted = rows.sum(axis=0)
    return float(common / wanted) if wanted else None


def _f1(rows: Rows) -> float | None:
    """Return the harmonic mean of both. 0 where nothing is quoted."""
    common, quoted, wanted = rows.sum(axis=0)
    return float(2 * common / (quoted + wanted)) if wanted else None


WORD_MEASURES = (
    Measure("word precision", Better.HIGHER, SOURCE, _word_counts, _precision),
    Measure("word recall", Better.HIGHER, SOURCE, _word_counts, _recall),
    Measure("word F1", Better.HIGHER, SOURCE, _word_counts, _f1),
)
