"""Training the reader again: its weights, and the weights of reading.

    python -m eval.train reader FILE… --asked QUESTIONS ARTICLES… --state DIR [--judge FOLD…] [--into FILE]

FILE is a public data set (SQuAD, CLAP NQ), learnt first; QUESTIONS are in the
project's own form, about the folder ARTICLES, and are learnt last. A stopped
training goes on from `--state`. With `--judge` the articles of a fold are left
out and their questions judge; the weights of reading are learnt from them.
"""

import argparse
import json
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import torch

from eval.datasets.load_dataset import load_dataset
from eval.reports.provenance import provenance
from eval.running.scratch_index import scratch_index
from eval.training.fit_reading import ReadQuestion, fit_reading, read_questions
from eval.training.network import ReaderNetwork
from eval.training.reading_measures import measured
from eval.training.samples import ReaderSample, fold_of, reader_samples
from eval.training.train_reader import TrainingProgress, TrainingSettings, train_reader
from index import BuildSettings, Index, InputError, QaError, build
from index.files.checksums import sha256_of
from index.models.reader_weights import READER_WEIGHTS, write_reader_weights
from qa.ranking.weights import READING_WEIGHTS

FOLDS = 3


@dataclass(frozen=True, slots=True)
class ReaderMaterial:
    """The samples of both stages of a training, and the files that they come from."""

    public: list[ReaderSample]
    asked: list[ReaderSample]
    files: tuple[Path, ...]

    def without(self, fold: int | None) -> tuple[list[ReaderSample], list[ReaderSample]]:
        """Return both stages without the articles of a fold."""
        kept = [[s for s in stage if fold_of(s.home, FOLDS) != fold] for stage in (self.public, self.asked)]
        return kept[0], kept[1]


def reader_material(public: Sequence[Path], asked: Sequence[tuple[Path, Path]], state: Path) -> ReaderMaterial:
    """Load and index all data sets, and find the passages for their questions.

    Raises:
        InputError: a file or folder cannot be used.
    """
    first: list[ReaderSample] = []
    for path in public:
        data = load_dataset([path])
        first += reader_samples(data.cases, scratch_index(data))
    last: list[ReaderSample] = []
    for number, (questions, articles) in enumerate(asked):
        folder = state / "indexes" / str(number)  # Two folders may have one name.
        build([articles], folder, BuildSettings())
        last += reader_samples(load_dataset([questions]).cases, Index.open(folder))
    if not last:
        raise InputError("--asked: holds no question about these articles; name the file of questions and their folder")
    return ReaderMaterial(first, last, (*public, *(questions for questions, _ in asked)))


def judge(material: ReaderMaterial, fold: int, settings: TrainingSettings, state: Path) -> list[ReadQuestion]:
    """Train without the articles of a fold, and read the questions on them."""
    network = train_reader(material.without(fold), settings, state / f"fold-{fold}", report=_report)
    held = [sample for sample in material.asked if fold_of(sample.home, FOLDS) == fold]
    return read_questions(network, held)


def write_network(
    network: ReaderNetwork, into: Path, material: ReaderMaterial, settings: TrainingSettings, command: str
) -> None:
    """Write a trained network's weights, with the record of what made them."""
    record = {
        "command": command,
        "commit": provenance().commit,
        "data_sha256": {path.name: sha256_of(path) for path in material.files},
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
    command = " ".join(["python -m eval.train reader", *(path.name for path in chosen.public)])
    command += "".join(f" --asked {questions.name} {articles.name}" for questions, articles in chosen.asked)
    settings = TrainingSettings(seed=chosen.seed)
    try:
        material = reader_material(chosen.public, chosen.asked, chosen.state)
        if not chosen.judge:
            network = train_reader(material.without(None), settings, chosen.state / "all", report=_report)
            write_network(network, chosen.into, material, settings, command)
            return 0
        folds = [judge(material, fold, settings, chosen.state) for fold in chosen.judge]
        print(measured(folds))
        weights = fit_reading([question for fold in folds for question in fold])
        made_by = {"command": f"{command} --judge {' '.join(map(str, chosen.judge))}", "commit": provenance().commit}
        READING_WEIGHTS.write_text(json.dumps({"made_by": made_by, "weights": asdict(weights)}, indent=1) + "\n", "utf-8")
    except (QaError, OSError) as error:
        print(f"eval.train: {error}", file=sys.stderr)
        return 2
    return 0


def _report(progress: TrainingProgress) -> None:
    hours, minutes = divmod(round(progress.left_s / 60), 60)
    left = f"{hours} h {minutes} min" if hours else f"{minutes} min"
    print(f"step {progress.step:,} of {progress.steps:,}, loss {progress.loss:.3f}, {left} left", file=sys.stderr, flush=True)
