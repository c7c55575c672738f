"""Speed and share of right answers on a corpus with questions, one JSON line a run.

    python -m eval.speed index FOLDER [--precision int8|fp32]   # build, in a process of its own
    python -m eval.speed ask FOLDER                             # open in a new process, then time the questions

FOLDER/articles/*.txt holds the corpus, FOLDER/questions.json a list of
{question, source, answers}. A passage counts when it comes from the right
article and holds one of the answers. The index goes to FOLDER/saved-qa-PRECISION.
"""

import argparse
import json
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from articles_qa.index import BuildSettings, ModelSettings, Precision, QaError, build
from articles_qa.qa import Retriever

EVERY = 4  # Each fourth question is asked.


def measure_build(folder: Path, precision: Precision) -> dict[str, object]:
    """Build a new index. `index_s` leaves out the model's one-time export."""
    settings = BuildSettings(model=ModelSettings(precision=precision), rebuild=True)
    report = build([folder / "articles"], _saved(folder, precision), settings)
    chars = sum(len(path.read_text("utf-8")) for path in (folder / "articles").glob("*.txt"))
    return {
        "passages": report.passages,
        "sentences": report.sentences,
        "index_s": round(report.took_s, 2),
        "chars_per_s": round(chars / report.took_s),
    }


def measure_asking(folder: Path, precision: Precision, started: float) -> dict[str, object]:
    """Open the index and ask once, then ask and time every EVERY-th question."""
    retriever = Retriever.open(_saved(folder, precision))
    retriever.ask("How many casualties?")
    cold_start_s = time.perf_counter() - started
    questions = json.loads((folder / "questions.json").read_text("utf-8"))[::EVERY]
    times_ms: list[float] = []
    hits = {1: 0, 3: 0, 5: 0}
    quoted = {1: 0, 3: 0}
    for case in questions:
        began = time.perf_counter()
        answer = retriever.ask(case["question"])
        times_ms.append((time.perf_counter() - began) * 1e3)
        passages = retriever.search(case["question"], top_k=5)
        for counts, shown in ((hits, passages), (quoted, answer.quotes or answer.closest)):
            right = [each.source == case["source"] and any(text in each.text for text in case["answers"]) for each in shown]
            for k in counts:
                counts[k] += any(right[:k])
    times_ms.sort()
    return {
        "cold_start_s": round(cold_start_s, 2),
        "questions": len(questions),
        "p50_ms": round(times_ms[len(times_ms) // 2], 2),
        "p95_ms": round(times_ms[int(len(times_ms) * 0.95)], 2),
        **{f"answer_in_top_{k}": round(n / len(questions), 3) for k, n in hits.items()},
        **{f"answer_in_quote_{k}": round(n / len(questions), 3) for k, n in quoted.items()},
    }


def _saved(folder: Path, precision: Precision) -> Path:
    return folder / f"saved-qa-{precision.value}"


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure one run and print it as a JSON line."""
    started = time.perf_counter()
    parser = argparse.ArgumentParser(prog="python -m eval.speed", description=main.__doc__)
    parser.add_argument("mode", choices=["index", "ask"])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--precision", choices=[precision.value for precision in Precision], default="int8")
    chosen = parser.parse_args(arguments)
    precision = Precision(chosen.precision)
    try:
        if chosen.mode == "index":
            figures = measure_build(chosen.folder, precision)
        else:
            figures = measure_asking(chosen.folder, precision, started)
    except (QaError, OSError, ValueError, KeyError) as error:
        print(f"eval.speed: {error}", file=sys.stderr)
        return 2
    import resource  # Windows has none.

    peak_mb = round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
    print(json.dumps({"precision": precision.value, "mode": chosen.mode, **figures, "peak_rss_mb": peak_mb}))
    return 0


if __name__ == "__main__":
    sys.exit(main())
