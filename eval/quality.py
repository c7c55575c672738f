"""How often the project's own questions are answered rightly.

    python -m eval.quality [--precision int8|fp32] [-v]

Builds an index of the bundled articles in a temporary folder and prints a
line a kind. A quote is right when it holds all of a span that answers.
"""

import argparse
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from eval.cases import UNANSWERABLE_KINDS, Case, check_spans, load_cases
from index import BuildSettings, ModelSettings, Precision, QaError, build
from index.article import read_article
from qa import Answer, Quote, Retriever


@dataclass(frozen=True, slots=True)
class Result:
    """A case with its answer. `right_rank` is that of the first right quote, from 1; None where there is none."""

    case: Case
    answer: Answer
    right_rank: int | None

    @property
    def exact(self) -> bool:
        """Every quote equals its slice of the file, in code points and in bytes."""
        return all(_exact(quote, self.answer.index.root) for quote in (*self.answer.quotes, *self.answer.closest))


def run(cases: Sequence[Case], retriever: Retriever) -> list[Result]:
    """Ask every case."""
    results = []
    for case in cases:
        answer = retriever.ask(case.question)
        rank = next((quote.rank for quote in answer.quotes if is_right(quote, case)), None)
        results.append(Result(case, answer, rank))
    return results


def is_right(quote: Quote, case: Case) -> bool:
    """Whether the quote holds all of one of the case's spans."""
    return any(quote.source == gold.source and quote.span.holds(gold.span) for gold in case.spans)


def share_right(results: Sequence[Result], within: int) -> float | None:
    """The share of answerable cases with a right quote among the first `within`; None where there is no such case."""
    answerable = [result for result in results if result.case.answerable]
    right = [result for result in answerable if result.right_rank is not None and result.right_rank <= within]
    return len(right) / len(answerable) if answerable else None


def share_refused(results: Sequence[Result]) -> float | None:
    """The share of unanswerable cases that got no answer; None where there is no such case."""
    unanswerable = [result for result in results if not result.case.answerable]
    refused = [result for result in unanswerable if not result.answer.answered]
    return len(refused) / len(unanswerable) if unanswerable else None


def _exact(quote: Quote, root: Path) -> bool:
    record, data = quote.to_dict(), (root / quote.source).read_bytes()
    cut = data[record["byte_start"] : record["byte_end"]].decode(record["encoding"])
    return bool(quote.text == quote.article.text[quote.start : quote.end] == cut)


def _table(results: Sequence[Result]) -> str:
    kinds = list(dict.fromkeys(result.case.kind for result in results))
    rows = [(kind, [result for result in results if result.case.kind == kind]) for kind in kinds]
    rows.append(("all answerable", [result for result in results if result.case.answerable]))
    lines = [f"{'kind':<18}{'cases':>6}{'first':>8}{'first 3':>9}{'refused':>9}"]
    for kind, part in rows:
        figures = (share_right(part, 1), share_right(part, 3), share_refused(part) if kind in UNANSWERABLE_KINDS else None)
        cells = ["–" if figure is None else f"{figure:.3f}" for figure in figures]
        lines.append(f"{kind:<18}{len(part):>6}{cells[0]:>8}{cells[1]:>9}{cells[2]:>9}")
    exact = sum(result.exact for result in results)
    return "\n".join([*lines, f"every quote equals its slice of the file: {exact} of {len(results)} answers"])


def _failures(results: Sequence[Result]) -> str:
    lines = []
    for result in results:
        case, answer = result.case, result.answer
        if result.right_rank == 1 or (not case.answerable and not answer.answered):
            continue
        lines.append(f"{case.id}: {case.question} (confidence {answer.confidence:.2f})")
        for quote in (*answer.quotes, *answer.closest)[:3]:
            lines.append(f"  {quote.rank}{'*' if is_right(quote, case) else ' '} {' '.join(quote.text.split())[:140]}")
    return "\n".join(lines)


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the table; with -v, each case that failed."""
    parser = argparse.ArgumentParser(prog="python -m eval.quality", description=main.__doc__)
    parser.add_argument("--precision", choices=[precision.value for precision in Precision], default="int8")
    parser.add_argument("-v", "--verbose", action="store_true")
    chosen = parser.parse_args(arguments)
    seeds = Path(__file__).parents[1] / "seeds"
    try:
        with tempfile.TemporaryDirectory() as folder:
            build([seeds], folder, BuildSettings(model=ModelSettings(precision=Precision(chosen.precision))))
            cases = load_cases()
            check_spans(cases, [read_article(path, path.name) for path in seeds.glob("*.txt")])
            results = run(cases, Retriever.open(folder))
    except QaError as error:
        print(f"eval.quality: {error}", file=sys.stderr)
        return 2
    if chosen.verbose:
        print(_failures(results))
    print(_table(results))
    return 0


if __name__ == "__main__":
    sys.exit(main())
