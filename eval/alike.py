"""Comparison of first quotes from an index of one part, an index of many parts, and indexes at other places.

    python -m eval.alike [FILE…] [--parts 20] [--questions 400] [--at PLACE …] [--fail-under 0.99]

The documents of a data set (without FILE, of seeds/) are indexed three ways: at
once; in steps, each of which adds a part that stays; and once more at each PLACE,
which must hold no index yet. For each way the command prints the share of
questions with the same first quote as the index of one part, word for word at
the same place, or with no quote in both; then the questions that differ.
"""

import argparse
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import inf
from pathlib import Path

import numpy as np

from articles_qa.eval.datasets.cases import DataSet, Document
from articles_qa.eval.datasets.load_dataset import sampled
from articles_qa.eval.running.scratch_index import scratch_index, write_documents
from articles_qa.index import BuildSettings, Index, InputError, QaError, build
from articles_qa.index.backends import is_indexed
from articles_qa.qa import Retriever

PARTS, DIFFERING_SHOWN = 20, 10


@dataclass(frozen=True, slots=True)
class FirstQuote:
    """The first quote of an answer: its place and words; empty where the articles do not answer."""

    source: str = ""
    start: int = -1
    text: str = ""

    @classmethod
    def of(cls, retriever: Retriever, question: str) -> "FirstQuote":
        """Ask the question."""
        return next((cls(quote.source, quote.start, quote.text) for quote in retriever.ask(question).quotes), cls())


@dataclass(frozen=True, slots=True)
class IndexVariant:
    """One way to keep the index: its number of parts, and each question with the first quotes of one part and of this way."""

    name: str
    parts: int
    answers: tuple[tuple[str, FirstQuote, FirstQuote], ...]

    @property
    def alike(self) -> float:
        """The share of questions with the same first quote."""
        return sum(one == other for _, one, other in self.answers) / len(self.answers)

    def lines(self) -> Iterator[str]:
        """Yield the share, then the questions that differ."""
        differing = [(question, one, other) for question, one, other in self.answers if one != other]
        same = len(self.answers) - len(differing)
        yield f"{self.name} ({self.parts} part{'s' * (self.parts != 1)}): {self.alike:.4f} ({same:,} of {len(self.answers):,})"
        for question, one, other in differing[:DIFFERING_SHOWN]:
            yield f"  {question}\n    one part: {one.text or '-'}\n    here: {other.text or '-'}"


def build_in_parts(folder: Path, documents: Sequence[Document], parts: int) -> Path:
    """Build an index of so many parts, each added by its own build and none merged."""
    settings = BuildSettings(max_file_mb=inf, min_segment_passages=1, merged_at=parts + 1)
    for numbers in np.array_split(np.arange(len(documents)), parts):
        write_documents(folder / "articles", [documents[number] for number in numbers.tolist()])
        build([folder / "articles"], folder / "index", settings)
    return folder / "index"


def measure(data: DataSet, folder: Path, *, parts: int, places: Sequence[str] = ()) -> Iterator[IndexVariant]:
    """Compare each way to keep an index of the documents with an index of one part.

    Raises:
        InputError: there are fewer documents than parts, or a place holds an index or cannot hold one.
    """
    documents = data.documents or ()
    for place in places:
        if is_indexed(place):
            raise InputError(f"{place}: an index is there, which would be lost; name a place without one")
    if len(documents) < parts:
        raise InputError(f"--parts {parts}: {data.name} has {len(documents)} documents; ask for no more parts than that")
    questions = [case.question for case in data.cases]
    one = Retriever(scratch_index(data))
    wanted = [FirstQuote.of(one, question) for question in questions]

    def compared(name: str, place: str | Path) -> IndexVariant:
        index = Index.open(place)
        retriever = Retriever(index)
        got = [FirstQuote.of(retriever, question) for question in questions]
        return IndexVariant(name, index.info.segments, tuple(zip(questions, wanted, got, strict=True)))

    yield compared("in parts", build_in_parts(folder / "parts", documents, parts))
    write_documents(folder / "articles", documents)
    for place in places:
        build([folder / "articles"], place, BuildSettings(max_file_mb=inf))
        yield compared(place, place)


def main(arguments: Sequence[str] | None = None) -> int:
    """Compare the ways and print the differences. Status 1: a share is under --fail-under. Status 2: bad input."""
    parser = argparse.ArgumentParser(prog="python -m eval.alike", description=main.__doc__)
    parser.add_argument("files", metavar="FILE", nargs="*", type=Path, help="a data set with documents (default: seeds/)")
    parser.add_argument("--parts", metavar="N", type=int, help=f"default: {PARTS}, or the number of documents if less")
    parser.add_argument("--questions", metavar="N", type=int, default=400, help="ask an even sample of so many")
    parser.add_argument("--at", metavar="PLACE", action="append", default=[], help="compare an index at this place too")
    parser.add_argument("--fail-under", metavar="SHARE", type=float, default=0.0)
    chosen = parser.parse_args(arguments)
    if chosen.questions < 1 or (chosen.parts is not None and chosen.parts < 1):
        parser.error("--parts and --questions: must be 1 or more")
    least = 1.0
    try:
        with tempfile.TemporaryDirectory() as folder:
            data = sampled(chosen.files, chosen.questions)
            parts = chosen.parts or min(PARTS, len(data.documents or ()))
            for way in measure(data, Path(folder), parts=parts, places=chosen.at):
                print("\n".join(way.lines()), flush=True)
                least = min(least, way.alike)
    except (QaError, OSError) as error:
        print(f"eval.alike: {error}", file=sys.stderr)
        return 2
    return 1 if least < chosen.fail_under else 0


if __name__ == "__main__":
    sys.exit(main())
