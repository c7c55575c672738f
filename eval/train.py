"""Training: the weights of qa/ranking/weights.json, learnt again from public questions.

    python -m eval.train ANSWERS.json --sentences FILE… --off-topic FILE… [--check | --cross-validate] [--into FILE]
    python -m eval.train reader …       (eval/training/reader_command.py)

ANSWERS is a SQuAD file. Its sentences are right where they hold an answer. The
weights of the whole question are learnt from logits by sentence weights that did
not see the question's article. CLAP NQ files (--sentences) teach the weights of
the whole question too. A question asked of another set's documents is off topic.
`--check` compares with the present weights. `--cross-validate` asks every question
of ANSWERS with weights learnt without its article, and prints the measures.
"""

import argparse
import hashlib
import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from articles_qa.eval.datasets.cases import Case, DataSet, Gold
from articles_qa.eval.datasets.json_records import first_object
from articles_qa.eval.datasets.load_dataset import load_dataset
from articles_qa.eval.measures.all_measures import MEASURES
from articles_qa.eval.measures.measure import estimate
from articles_qa.eval.reports.provenance import provenance
from articles_qa.eval.running.run_cases import CaseOutcome, run_cases
from articles_qa.eval.running.scratch_index import scratch_index
from articles_qa.index import Index, InputError, QaError
from articles_qa.index.errors import packages_of
from articles_qa.qa import AskSettings
from articles_qa.qa.questions.conversation import variants
from articles_qa.qa.ranking.candidates import find_candidates
from articles_qa.qa.ranking.features import FEATURES, SPEAKER, Features, features
from articles_qa.qa.ranking.scoring import JUDGED, PASSAGES_SCORED, judged_inputs
from articles_qa.qa.ranking.token_match import MATCHES
from articles_qa.qa.ranking.weights import WEIGHTS, Linear, read_weights
from articles_qa.qa.speakers.name_match import organisations

FOLDS = 8
REGULARISATION = 0.1  # scikit-learn's C. From .01 to 1 the figures differ by less than their error.
EVERY_OFF_TOPIC = 10  # Each tenth question of ANSWERS is asked of the other sets' documents.
DIGITS = 5
# Public questions hardly name a speaker: these weights are set by hand, on the project's own cases.
SPEAKER_WEIGHTS = dict(zip(SPEAKER, (1.5, -4.0, -2.5, -2.5), strict=True))

Bits: TypeAlias = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class QuestionSample:
    """A question's candidate sentences: features and which are right; whether the question is answerable; its article."""

    rows: Features
    right: Bits
    answerable: bool
    article: str


def training_samples(cases: Sequence[Case], index: Index, *, off_topic: bool = False) -> list[QuestionSample]:
    """Return the features of each case, as the scorer sees them when it answers."""
    known = organisations(index.abbreviations)
    made = []
    for case in cases:
        found = find_candidates(index, variants(case.question, ()), known).best(PASSAGES_SCORED)
        sentences = index.sentences([passage.id for passage in found.passages])
        if sentences:
            sources = {p.id: index.store.article(p.article).source for p in found.passages}
            right = [
                not off_topic
                and any(sources[sentence.passage] == gold.source and sentence.span.holds(gold.span) for gold in case.spans)
                for sentence in sentences
            ]
            rows = features(index, found.judged[-1], found, known, sentences)
            answerable = bool(case.answerable) and not off_topic
            made.append(QuestionSample(rows, np.array(right), answerable, "" if off_topic else _article(case)))
    return made


def learn(answers: Sequence[QuestionSample], others: Sequence[QuestionSample], *, tokens: bool) -> dict[str, dict[str, Any]]:
    """Learn the weights from samples and return their record. Without `tokens`, they are for indexes without token vectors.

    The weights of the whole question are learnt from logits by sentence weights
    that did not see the question's article.
    """
    hidden = SPEAKER if tokens else (*SPEAKER, *MATCHES)
    kept = [place for place, name in enumerate(FEATURES) if name not in hidden]
    logits = _held_out(answers, kept)
    sentence = _sentence_weights(answers, kept)
    everything = [*answers, *others]
    logits += [sentence.logits(sample.rows) for sample in others]
    inputs = np.array([judged_inputs(s.rows, logit) for s, logit in zip(everything, logits, strict=True)])
    best_is_right = np.array([bool(s.right[np.argmax(logit)]) for s, logit in zip(everything, logits, strict=True)])
    answerable = np.array([sample.answerable for sample in everything])
    judged = [place for place, name in enumerate(JUDGED) if name.removeprefix("best_") not in hidden]
    return {
        "sentence": _record(FEATURES, sentence),
        "right": _record(JUDGED, _fit(inputs, best_is_right, judged)),
        "answerable": _record(JUDGED, _fit(inputs, answerable, judged)),
    }


def _held_out(answers: Sequence[QuestionSample], kept: Sequence[int]) -> list[npt.NDArray[np.float64]]:
    """Return the logits of each sample by weights learnt from other articles."""
    logits: list[npt.NDArray[np.float64]] = [np.zeros(0)] * len(answers)
    folds = _folds([sample.article for sample in answers])
    for fold in np.unique(folds).tolist():
        weights = _sentence_weights([s for s, own in zip(answers, folds, strict=True) if own != fold], kept)
        for place in np.flatnonzero(folds == fold).tolist():
            logits[place] = weights.logits(answers[place].rows)
    return logits


def _sentence_weights(answers: Sequence[QuestionSample], kept: Sequence[int]) -> Linear:
    found = _fit(np.concatenate([s.rows for s in answers]), np.concatenate([s.right for s in answers]), kept)
    values = found.values.copy()
    for name, value in SPEAKER_WEIGHTS.items():
        values[FEATURES.index(name)] = value
    return Linear(values, found.bias)


def _fit(inputs: npt.NDArray[np.float64], right: Bits, kept: Sequence[int]) -> Linear:
    """Fit a logistic regression on some of the inputs, scaled to deviation 1. The weights are for the unscaled inputs."""
    with packages_of("eval", "learning weights"):
        from sklearn.linear_model import LogisticRegression

    if len(np.unique(right)) < 2:
        raise InputError("the questions have only right answers or only wrong ones; give more of them")
    part = inputs[:, kept]
    mean, deviation = part.mean(axis=0), np.maximum(part.std(axis=0), 1e-9)
    model = LogisticRegression(C=REGULARISATION, solver="newton-cholesky", max_iter=200)
    model.fit((part - mean) / deviation, right)
    values = np.zeros(inputs.shape[1])
    values[kept] = [_rounded(value) for value in model.coef_[0] / deviation]
    return Linear(values, _rounded(model.intercept_[0] - mean @ values[kept]))


def _folds(articles: Sequence[str]) -> npt.NDArray[np.int64]:
    """Return the fold of each sample, which is that of its article."""
    order = {article: place % FOLDS for place, article in enumerate(sorted(set(articles)))}
    return np.array([order[article] for article in articles])


def _record(names: Sequence[str], weights: Linear) -> dict[str, Any]:
    return {"values": dict(zip(names, weights.values.tolist(), strict=True)), "bias": weights.bias}


def _rounded(value: float) -> float:
    return float(f"{value:.{DIGITS}g}")


def _article(case: Case) -> str:
    """Return the article of a SQuAD case: the folder of its paragraphs."""
    return case.home.rpartition("/")[0]


@dataclass(frozen=True, slots=True)
class Material:
    """The data sets of a training and their samples."""

    answers: DataSet
    index: Index
    samples: list[QuestionSample]
    others: list[QuestionSample]

    @classmethod
    def of(cls, answers: Path, sentences: Sequence[Path], off_topic: Sequence[Path]) -> "Material":
        """Load and index all data sets.

        Raises:
            InputError: a file cannot be used, or is of another form.
        """
        data = load_dataset([answers])
        if data.form != "SQuAD":
            raise InputError(f"{answers}: {data.form}, not SQuAD; name a SQuAD file first")
        articles = {_article(case) for case in data.cases}
        if len(articles) < 2:
            raise InputError(f"{answers}: one article; at least two are needed, to judge one by the other")
        if len({case.answerable for case in data.cases}) < 2:
            raise InputError(f"{answers}: no questions that cannot be answered; name a SQuAD 2.0 file")
        index = scratch_index(data)
        others: list[QuestionSample] = []
        for paths in [sentences, *([path] for path in off_topic)] if sentences else [[path] for path in off_topic]:
            other = load_dataset(paths)
            others += training_samples([case for case in other.cases if not case.history], index, off_topic=True)
            other_index = scratch_index(other)
            others += training_samples(data.cases[::EVERY_OFF_TOPIC], other_index, off_topic=True)
            if other.gold is Gold.SENTENCES:
                others += training_samples(other.cases, other_index)
        return cls(data, index, training_samples(data.cases, index), others)


def cross_validate(material: Material) -> list[CaseOutcome]:
    """Ask every case of ANSWERS with weights learnt without its article."""
    outcomes: list[CaseOutcome] = []
    folds = _folds([sample.article for sample in material.samples])
    case_folds = {sample.article: int(fold) for sample, fold in zip(material.samples, folds, strict=True)}
    for fold in np.unique(folds).tolist():
        seen = [sample for sample in material.samples if case_folds[sample.article] != fold]
        weights = read_weights(learn(seen, material.others, tokens=True))
        asked = [case for case in material.answers.cases if case_folds[_article(case)] == fold]
        outcomes += run_cases(asked, material.index, AskSettings(weights=weights))
    return outcomes


def weights_record(material: Material, paths: Sequence[Path], command: str) -> dict[str, Any]:
    """Return the weights, with the command and the data that made them."""
    data = {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in paths}
    weights = {
        "tokens": learn(material.samples, material.others, tokens=True),
        "no_tokens": learn(material.samples, material.others, tokens=False),
    }
    return {"made_by": {"command": command, "commit": provenance().commit, "data_sha256": data}, "weights": weights}


def main(arguments: Sequence[str] | None = None) -> int:
    """Train, check or cross-validate the scorer's weights; `reader` trains the reader."""
    arguments = sys.argv[1:] if arguments is None else arguments
    if arguments[:1] == ["reader"]:
        try:
            with packages_of("eval", "training the reader"):
                from articles_qa.eval.training.reader_command import main as train_reader
        except InputError as error:
            print(f"eval.train: {error}", file=sys.stderr)
            return 2
        return train_reader(arguments[1:])
    parser = argparse.ArgumentParser(prog="python -m eval.train", description=main.__doc__)
    parser.add_argument("answers", metavar="ANSWERS", type=Path)
    parser.add_argument("--sentences", nargs="+", type=Path, default=[], metavar="FILE")
    parser.add_argument("--off-topic", nargs="+", type=Path, default=[], metavar="FILE")
    parser.add_argument("--into", type=Path, default=WEIGHTS, metavar="FILE")
    parser.add_argument("--check", action="store_true")
    parser.add_argument("--cross-validate", action="store_true")
    chosen = parser.parse_args(arguments)
    try:
        material = Material.of(chosen.answers, chosen.sentences, chosen.off_topic)
        if chosen.cross_validate:
            outcomes = cross_validate(material)
            for measure in MEASURES:
                found = estimate(measure, outcomes, Gold.ANSWERS)
                if found.value is not None:
                    print(f"{measure.name:<24}{found.value:>8.3f}  {found.low:.3f} to {found.high:.3f}{found.cases:>8,}")
            return 0
        command = " ".join(_command(chosen.answers, chosen.sentences, chosen.off_topic))
        made = weights_record(material, [chosen.answers, *chosen.sentences, *chosen.off_topic], command)
        if chosen.check:
            same = first_object(chosen.into).get("weights") == made["weights"]
            print("the same weights" if same else "other weights")
            return 0 if same else 1
        chosen.into.write_text(json.dumps(made, indent=1) + "\n", "utf-8")
    except (QaError, OSError) as error:
        print(f"eval.train: {error}", file=sys.stderr)
        return 2
    return 0


def _command(answers: Path, sentences: Sequence[Path], off_topic: Sequence[Path]) -> list[str]:
    """Return the command that makes the same weights, with the files' names only."""
    named = ["python -m eval.train", answers.name]
    for option, paths in (("--sentences", sentences), ("--off-topic", off_topic)):
        named += [option, *(path.name for path in paths)] if paths else []
    return named


if __name__ == "__main__":
    sys.exit(main())
