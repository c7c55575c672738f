"""Training the reader again: its weights, and the weights of reading.

    python -m eval.train reader FILE… --asked QUESTIONS ARTICLES… --state DIR [--judge FOLD…] [--into FILE]

FILE is a public data set (SQuAD, CLAP NQ); QUESTIONS are in the project's own
form, about the folder ARTICLES. All are learnt together. A stopped training goes
on from `--state`. With `--judge` the articles of a fold are left out and their
QUESTIONS judge; the weights of reading are learnt from them.
"""

import argparse
import json
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from itertools import chain
from pathlib import Path

import torch

from articles_qa.eval.datasets.cases import Case
from articles_qa.eval.datasets.load_dataset import load_dataset
from articles_qa.eval.reports.provenance import provenance
from articles_qa.eval.running.scratch_index import scratch_index
from articles_qa.eval.training.fit_reading import ReadQuestion, fit_reading, read_questions
from articles_qa.eval.training.network import ReaderNetwork
from articles_qa.eval.training.reading_measures import measured
from articles_qa.eval.training.samples import ReaderSample, fold_of, reader_samples, strangers
from articles_qa.eval.training.train_reader import TrainingProgress, TrainingSettings, train_reader
from articles_qa.index import BuildSettings, Index, InputError, QaError, build
from articles_qa.index.files.checksums import sha256_of
from articles_qa.index.models.reader_weights import READER_WEIGHTS, write_reader_weights
from articles_qa.qa.ranking.weights import READING_WEIGHTS

FOLDS = 3
STRANGERS = 0.06  # For a set's questions so many of the other sets' are asked of its articles, which do not answer them.


@dataclass(frozen=True, slots=True)
class ReaderMaterial:
    """The samples of a training, and the files that they come from.

    `asked` are of questions in the project's own form, by their file's name;
    `others` are of public data sets, and strangers.
    """

    asked: dict[str, list[ReaderSample]]
    others: list[ReaderSample]
    files: tuple[Path, ...]

    def all(self) -> list[ReaderSample]:
        """Return all samples."""
        return [*chain.from_iterable(self.asked.values()), *self.others]

    def without(self, fold: int) -> list[ReaderSample]:
        """Return all samples without the articles of a fold: neither their questions nor their text."""
        return [sample.without(fold, FOLDS) for sample in self.all() if fold_of(sample.home, FOLDS) != fold]


def reader_material(public: Sequence[Path], asked: Sequence[tuple[Path, Path]], state: Path) -> ReaderMaterial:
    """Load and index all data sets, and find the passages for their questions.

    Raises:
        InputError: a file or folder cannot be used.
    """
    sets: list[tuple[Path, Sequence[Case], Index]] = []
    for path in public:
        data = load_dataset([path])
        sets.append((path, data.cases, scratch_index(data)))
    for number, (questions, articles) in enumerate(asked):
        folder = state / "indexes" / str(number)  # Two folders may have one name.
        build([articles], folder, BuildSettings())
        sets.append((articles, load_dataset([questions]).cases, Index.open(folder)))
    learnt = [reader_samples(cases, index) for _, cases, index in sets]
    own = {_name(questions): samples for (questions, _), samples in zip(asked, learnt[len(public) :], strict=True)}
    if not any(own.values()):
        raise InputError("--asked: holds no question about these articles; name the file of questions and their folder")
    others = list(chain.from_iterable(learnt[: len(public)]))
    for documents, cases, index in sets:
        foreign = [case for other, theirs, _ in sets if other != documents for case in theirs]
        others += reader_samples(strangers(foreign, round(STRANGERS * len(cases))), index)
    return ReaderMaterial(own, others, (*public, *(questions for questions, _ in asked)))


def judge(network: ReaderNetwork, material: ReaderMaterial, fold: int) -> dict[str, list[ReadQuestion]]:
    """Read the questions on the articles of a fold, which the network has not seen; by the file's name."""
    return {
        name: read_questions(network, [sample for sample in samples if fold_of(sample.home, FOLDS) == fold])
        for name, samples in material.asked.items()
    }


def write_network(
    network: ReaderNetwork, into: Path, material: ReaderMaterial, settings: TrainingSettings, command: str
) -> None:
    """Write a trained network's weights, with the record of what made them."""
    record = {
        "command": command,
        "commit": provenance().commit,
        "data_sha256": {_name(path): sha256_of(path) for path in material.files},
        "settings": asdict(settings),
        "torch": torch.__version__,
    }
    write_reader_weights(into, network.layers(), network.head(), record)


def main(arguments: Sequence[str]) -> int:
    """Train the reader on all data, or judge it on articles left out."""
    parser = argparse.ArgumentParser(prog="python -m eval.train reader", description=main.__doc__)
    parser.add_argument("public", metavar="FILE", nargs="*", type=Path)
    parser.add_argument("--asked", nargs=2, action="append", type=Path, metavar=("QUESTIONS", "ARTICLES"), default=[])
    parser.add_argument("--state", type=Path, required=True, metavar="DIR")
    parser.add_argument("--judge", nargs="+", type=int, choices=range(FOLDS), default=[], metavar="FOLD")
    parser.add_argument("--seed", type=int, default=TrainingSettings().seed)
    parser.add_argument("--into", type=Path, default=READER_WEIGHTS, metavar="FILE")
    chosen = parser.parse_args(arguments)
    command = " ".join(["python -m eval.train reader", *map(_name, chosen.public)])
    command += "".join(f" --asked {_name(questions)} {_name(articles)}" for questions, articles in chosen.asked)
    command += f" --judge {' '.join(map(str, chosen.judge))}" if chosen.judge else ""
    settings = TrainingSettings(seed=chosen.seed)
    try:
        material = reader_material(chosen.public, chosen.asked, chosen.state)
        if not chosen.judge:
            network = train_reader(material.all(), settings, chosen.state / "all", report=_report)
            write_network(network, chosen.into, material, settings, command)
            return 0
        judged: dict[str, list[ReadQuestion]] = {name: [] for name in material.asked}
        for fold in chosen.judge:
            folder = chosen.state / f"fold-{fold}"
            network = train_reader(material.without(fold), settings, folder, report=_report)
            write_network(network, folder / READER_WEIGHTS.name, material, settings, command)
            for name, questions in judge(network, material, fold).items():
                judged[name] += questions
        for name, questions in judged.items():
            print(f"{name}\n{measured(questions)}")
        weights = fit_reading(list(chain.from_iterable(judged.values())))
        made_by = {"command": command, "commit": provenance().commit}
        READING_WEIGHTS.write_text(json.dumps({"made_by": made_by, "weights": asdict(weights)}, indent=1) + "\n", "utf-8")
    except (QaError, OSError) as error:
        print(f"eval.train: {error}", file=sys.stderr)
        return 2
    return 0


def _name(path: Path) -> str:
    """Return a file's name with that of its folder: two files of questions may have one name."""
    return f"{path.absolute().parent.name}/{path.name}"


def _report(progress: TrainingProgress) -> None:
    hours, minutes = divmod(round(progress.left_s / 60), 60)
    left = f"{hours} h {minutes} min" if hours else f"{minutes} min"
    print(f"step {progress.step:,} of {progress.steps:,}, loss {progress.loss:.3f}, {left} left", file=sys.stderr, flush=True)
