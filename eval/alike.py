"""Whether questions get the same first quote however the index is kept: as one part, as many, or at another place.

    python -m eval.alike [FILE…] [--parts 20] [--questions 400] [--at PLACE …] [--fail-under 0.99]

A data set's documents (of seeds/ where none is named) are indexed at once, in
so many steps, each of which adds a part that stays, and once more at each
PLACE, where no index may be yet. Prints for each the share of the questions
whose first quote is that of the index of one part, word for word at the same
place, or that get none there either; then those that differ.
"""

import argparse
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import inf
from pathlib import Path

import numpy as np

from eval.datasets.cases import DataSet, Document
from eval.datasets.load_dataset import sampled
from eval.running.scratch_index import scratch_index, write_documents
from index import BuildSettings, InputError, QaError, build
from index.backends import is_indexed, open_index
from qa import Retriever

PARTS, DIFFERING_SHOWN = 20, 10


@dataclass(frozen=True, slots=True)
class FirstQuote:
    """What a question gets first: where it stands, and its words; nothing where the articles do not answer."""

    source: str = ""
    start: int = -1
    text: str = ""

    @classmethod
    def of(cls, retriever: Retriever, question: str) -> "FirstQuote":
        """The first quote that is shown."""
        return next((cls(quote.source, quote.start, quote.text) for quote in retriever.ask(question).quotes), cls())


@dataclass(frozen=True, slots=True)
class IndexVariant:
    """One way to keep the index: how many parts it has, and each question with what it gets from one part and here."""

    name: str
    parts: int
    answers: tuple[tuple[str, FirstQuote, FirstQuote], ...]

    @property
    def alike(self) -> float:
        """The share of the questions that get the same."""
        return sum(one == other for _, one, other in self.answers) / len(self.answers)

    def lines(self) -> Iterator[str]:
        """The share, then what differs."""
        differing = [(question, one, other) for question, one, other in self.answers if one != other]
        same = len(self.answers) - len(differing)
        yield f"{self.name} ({self.parts} part{'s' * (self.parts != 1)}): {self.alike:.4f} ({same:,} of {len(self.answers):,})"
        for question, one, other in differing[:DIFFERING_SHOWN]:
            yield f"  {question}\n    one part: {one.text or '-'}\n    here: {other.text or '-'}"


def build_in_parts(folder: Path, documents: Sequence[Document], parts: int) -> Path:
    """An index of so many parts, each added by a build of its own and none made one with others."""
    settings = BuildSettings(max_file_mb=inf, min_segment_passages=1, merged_at=parts + 1)
    for numbers in np.array_split(np.arange(len(documents)), parts):
        write_documents(folder / "articles", [documents[number] for number in numbers.tolist()])
        build([folder / "articles"], folder / "index", settings)
    return folder / "index"


def measure(data: DataSet, folder: Path, *, parts: int, places: Sequence[str] = ()) -> Iterator[IndexVariant]:
    """Each way to keep an index of the documents against an index of one part.

    Raises:
        InputError: there are fewer documents than parts, or an index stands at a place already or cannot be built there.
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
        index = open_index(place)
        retriever = Retriever(index)
        got = [FirstQuote.of(retriever, question) for question in questions]
        return IndexVariant(name, index.info.segments, tuple(zip(questions, wanted, got, strict=True)))

    yield compared("in parts", build_in_parts(folder / "parts", documents, parts))
    write_documents(folder / "articles", documents)
    for place in places:
        build([folder / "articles"], place, BuildSettings(max_file_mb=inf))
        yield compared(place, place)


def main(arguments: Sequence[str] | None = None) -> int:
    """Compare the ways and print what differs; status 1 where one of them is under --fail-under, 2 for bad input."""
    parser = argparse.ArgumentParser(prog="python -m eval.alike", description=main.__doc__)
    parser.add_argument("files", metavar="FILE", nargs="*", type=Path, help="a data set with documents (default: seeds/)")
    parser.add_argument("--parts", metavar="N", type=int, help=f"default: {PARTS}, or one a document where those are fewer")
    parser.add_argument("--questions", metavar="N", type=int, default=400, help="so many, evenly drawn")
    parser.add_argument("--at", metavar="PLACE", action="append", default=[], help="an index at this place too")
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
