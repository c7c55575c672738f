"""Tables of claims compared with the known claims of the corpora in eval/corpora/corpora.txt.

    python -m eval.claims [--seed 1] [--only flood …] [--among FILE …] [--fail-under 0.95] [--write FOLDER]

Without `--among` each corpus is asked in an index of its own. With it all
corpora lie in one index, among the articles of the data sets: what a table
shows of another event is a mistake.

The command prints a line for each corpus, the attributes, and each mistake. A
claim is right where value, sense, unit and speaker are right. `right` is the
share of the claims wanted, `precision` the share of the claims shown. A program
that shows no tables has 0 and no precision.
"""

import argparse
import sys
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import groupby
from pathlib import Path

from articles_qa.eval.corpora.write_corpus import SEED, EventCorpus, data_set, event_corpora
from articles_qa.eval.datasets.cases import DataSet, Document
from articles_qa.eval.datasets.load_dataset import load_dataset
from articles_qa.eval.judging.claim_scores import JUDGED, ClaimAttribute
from articles_qa.eval.judging.judge_claims import JudgedAnswer, judge_answer
from articles_qa.eval.judging.shown_claims import QUOTES
from articles_qa.eval.reports.report_text import figure_text
from articles_qa.eval.running.scratch_index import scratch_index
from articles_qa.index import QaError
from articles_qa.qa import Retriever


def measure(chosen: Sequence[EventCorpus], among: Sequence[Document] | None = None) -> Iterator[JudgedAnswer]:
    """Ask every question of each corpus of an index of its articles, and judge the answers.

    With documents that they lie `among`, all corpora and these share one index.
    """
    together = None if among is None else Retriever(scratch_index(_together(chosen, among)))
    for corpus in chosen:
        retriever = together or Retriever(scratch_index(data_set(corpus)))
        for question in corpus.questions:
            record = retriever.ask(question.text).to_dict()
            for quote in (quote for part in QUOTES for quote in record[part] or ()):
                quote["source"] = quote["source"].removeprefix(f"{corpus.name}/")
            yield judge_answer(record, corpus, question)


def _together(chosen: Sequence[EventCorpus], among: Sequence[Document]) -> DataSet:
    """Return one data set of all corpora, each in a folder of its name, and other documents."""
    documents = [replace(one, source=f"{corpus.name}/{one.source}") for corpus in chosen for one in corpus.documents]
    return replace(data_set(chosen[0]), name="claims", documents=(*documents, *among))


def share_right(judgements: Sequence[JudgedAnswer]) -> float | None:
    """Return the share of the claims wanted that are shown and right."""
    return _share(sum(each.right for each in judgements), sum(each.wanted for each in judgements))


def precision(judgements: Sequence[JudgedAnswer]) -> float | None:
    """Return the share of the claims shown that are right; None where none is shown."""
    return _share(sum(each.shown_right for each in judgements), sum(each.shown for each in judgements))


def claim_lines(judgements: Sequence[JudgedAnswer]) -> Iterator[str]:
    """Yield the lines of the table, the attributes, then the mistakes."""
    heads = "".join(f"{head:>7}" for head in ("wanted", "found", "right", "shown", "extra"))
    yield f"{'corpus':<14}{'asked':>6}{'ans.':>6}{heads}{'right':>8}{'prec.':>8}"
    for name, asked in groupby(judgements, key=lambda each: each.corpus):
        yield _line(name, tuple(asked))
    yield _line("all", judgements)
    yield ""
    yield f"{'attribute':<14}{'right':>7}{'judged':>8}{'share':>8}"
    for attribute in ClaimAttribute:
        right, judged = (sum(each.scores[attribute][at] for each in judgements) for at in (0, 1))
        star = "*" if attribute in JUDGED else ""
        yield f"{attribute.value + star:<14}{right:>7}{judged:>8}{figure_text('', _share(right, judged)):>8}"
    yield f"{sum(each.nearly for each in judgements)} of the wrong speakers nearly right; * of these a right claim has all"
    for mistake in (mistake for each in judgements for mistake in each.mistakes):
        yield (
            f"{mistake.corpus}: {mistake.what}: {mistake.where}: wanted {mistake.wanted or 'nothing'}, "
            f"came {mistake.came or 'nothing'} ({mistake.question})"
        )


def _line(name: str, asked: Sequence[JudgedAnswer]) -> str:
    counts = [sum(getattr(each, field) for each in asked) for field in ("wanted", "found", "right", "shown", "extra")]
    cells = "".join(f"{count:>7}" for count in counts)
    answered = sum(each.answered for each in asked)
    shares = "".join(f"{figure_text('', share):>8}" for share in (share_right(asked), precision(asked)))
    return f"{name:<14}{len(asked):>6}{answered:>6}{cells}{shares}"


def _share(right: int, judged: int) -> float | None:
    return right / judged if judged else None


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and print. Status 1: a share is below --fail-under."""
    parser = argparse.ArgumentParser(prog="python -m eval.claims", description=main.__doc__)
    parser.add_argument("--seed", type=int, default=SEED, help="draws other names, days, figures and wordings")
    parser.add_argument("--only", nargs="+", default=(), metavar="CORPUS")
    parser.add_argument(
        "--among", nargs="+", type=Path, metavar="FILE", help="ask all corpora in one index with the documents of these"
    )
    parser.add_argument("--fail-under", type=float, default=0.0, metavar="SHARE")
    parser.add_argument("--write", type=Path, metavar="FOLDER", help="only write the articles into this folder")
    chosen = parser.parse_args(arguments)
    try:
        told = event_corpora(chosen.seed, chosen.only)
        if chosen.write:
            return _write(told, chosen.write)
        judgements = tuple(measure(told, load_dataset(chosen.among).documents or () if chosen.among else None))
    except QaError as error:
        print(f"eval.claims: {error}", file=sys.stderr)
        return 2
    print("\n".join(claim_lines(judgements)))
    return int(min(share_right(judgements) or 0.0, precision(judgements) or 0.0) < chosen.fail_under)


def _write(told: Sequence[EventCorpus], folder: Path) -> int:
    """Write the articles of each corpus into a folder of its own, and print its questions."""
    for corpus in told:
        place = folder / corpus.name
        place.mkdir(parents=True, exist_ok=True)
        for document in corpus.documents:
            (place / document.source).write_text(document.text, "utf-8")
        print(f"{place}: {'; '.join(question.text for question in corpus.questions)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
