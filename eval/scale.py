"""Growth of building, disk use, memory, opening and answering with the number of passages.

    python -m eval.scale [FILE…] [--passages 1000 10000 100000] [--real 10000] [--questions 200] [--json FILE] [--into DIR]

The passages are sentences of a data set in random order. FILE is any data set
that `qa eval` reads and that brings documents; without FILE, the articles of
seeds/ are taken. The data set's questions are asked.

Up to --real passages, the articles are written and indexed as people's
articles are. For more passages the model would need hours. Their vectors are
mixed from the vectors of the largest index that the model made, so building
them is only writing. Each index is built in one process, and opened and asked
in another process. Files just written are still in the system's memory when
the index is opened.

Recall is the share of the passages of the exact ten nearest sentences that the
index finds, by the vectors as they were embedded.
"""

import argparse
import json
import sys
import tempfile
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import asdict, dataclass
from multiprocessing import get_context
from pathlib import Path
from typing import TypeVar

from articles_qa.eval.datasets.cases import DataSet
from articles_qa.eval.datasets.load_dataset import sampled
from articles_qa.eval.reports.provenance import provenance
from articles_qa.eval.scaling.size_benchmark import BuildCost, ChangeCost, ServingCost, build_mixed, build_real, change, serve
from articles_qa.index import InputError, QaError

T = TypeVar("T")

SCHEMA = "scale/1"
PASSAGES, REAL, QUESTIONS = (1_000, 10_000, 100_000), 10_000, 200
_HEAD = (
    *("passages", "sentences", "model", "lists searched", "build s", "peak MB", "disk MB"),
    *("open s", "first s", "serve MB", "search p50/95/99 ms", "ask p50/95/99 ms", "recall", "add/change/remove s"),
)
_WIDTHS = (9, 10, 5, 14, 8, 7, 8, 6, 7, 8, 22, 22, 6, 19)


@dataclass(frozen=True, slots=True)
class SizeFigures:
    """The figures of one size."""

    built: BuildCost
    served: ServingCost
    changed: ChangeCost

    def line(self) -> str:
        """Return the row that the terminal shows."""
        built, served = self.built, self.served
        vectors = f"{served.nprobe} of {served.lists:,}" if served.lists else "all"
        cells = (
            *(f"{served.passages:,}", f"{served.sentences:,}", "mixed" if built.mixed else "real", vectors),
            *(f"{built.build_s:,.1f}", f"{built.peak_mb:,.0f}", f"{served.disk_mb:,.0f}"),
            *(f"{served.open_s:.2f}", f"{served.first_answer_s:.2f}", f"{served.memory_mb:,.0f}"),
            *(f"{times.p50_ms:.1f} / {times.p95_ms:.1f} / {times.p99_ms:.1f}" for times in (served.search, served.ask)),
            f"{served.recall:.3f}",
            " / ".join(f"{took:.1f}" for took in (self.changed.add_s, self.changed.change_s, self.changed.remove_s)),
        )
        return _aligned(cells)


def _aligned(cells: Sequence[str]) -> str:
    return "  ".join(f"{cell:>{width}}" for cell, width in zip(cells, _WIDTHS, strict=True))


def measure(data: DataSet, sizes: Sequence[int], folder: Path, *, real: int, show: Callable[[str], None]) -> list[SizeFigures]:
    """Build and ask an index of each size, smallest first, each in its own processes. Tell `show` each row.

    Raises:
        InputError: a process ended early.
    """
    questions = [case.question for case in data.cases]
    show(_aligned(_HEAD))
    rows: list[SizeFigures] = []
    stock = folder
    for passages in sorted({*sizes, *([] if min(sizes) <= real else [real])}):
        place = folder / f"passages-{passages}"
        if passages <= real:
            built, stock = _alone(build_real, place, data.documents or (), passages), place
        else:
            built = _alone(build_mixed, place, stock, passages)
        rows.append(SizeFigures(built, _alone(serve, place, questions), _alone(change, place)))
        show(rows[-1].line())
    return rows


def _alone(act: Callable[..., T], folder: Path, *arguments: object) -> T:
    """Call a function in a process of its own, and return its result."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as one:
        try:
            return one.submit(act, folder, *arguments).result()
        except BrokenProcessPool as error:
            raise InputError(f"{folder}: its process was stopped; there may be too little memory") from error


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure each size and print a row for each."""
    parser = argparse.ArgumentParser(prog="python -m eval.scale", description=main.__doc__)
    parser.add_argument("files", metavar="FILE", nargs="*", type=Path, help="a data set with documents (default: seeds/)")
    parser.add_argument("--passages", metavar="N", nargs="+", type=int, default=list(PASSAGES))
    parser.add_argument("--real", metavar="N", type=int, default=REAL, help="the model embeds up to so many passages")
    parser.add_argument("--questions", metavar="N", type=int, default=QUESTIONS)
    parser.add_argument("--json", metavar="FILE", type=Path, help="save the figures")
    parser.add_argument("--into", metavar="DIR", type=Path, help="keep the articles and indexes there (default: nowhere)")
    chosen = parser.parse_args(arguments)
    if min(*chosen.passages, chosen.real, chosen.questions) < 1:
        parser.error("--passages, --real and --questions: must be 1 or more")
    try:
        data = sampled(chosen.files, chosen.questions)
        with tempfile.TemporaryDirectory() as scratch:
            folder = chosen.into or Path(scratch)
            rows = measure(data, chosen.passages, folder, real=chosen.real, show=lambda line: print(line, flush=True))
        if chosen.json:
            made = {"schema": SCHEMA, "data": data.name, "questions": len(data.cases), "measured": asdict(provenance())}
            record = {**made, "rows": [asdict(row) for row in rows]}
            chosen.json.write_text(json.dumps(record, indent=1) + "\n", "utf-8")
    except (QaError, OSError) as error:
        print(f"eval.scale: {error}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
