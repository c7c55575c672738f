"""The `qa` command. The only place that reads arguments and environment, and knows exit statuses."""

from __future__ import annotations

import argparse
import json
import os
import shutil
import sys
from collections.abc import Callable, Sequence
from io import TextIOWrapper
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

from ui.opening import build_progress, open_retriever
from ui.printable import printable
from ui.streams import drop_output, note, on_terminal, show, show_json

if TYPE_CHECKING:  # Each command imports what it runs: `qa --help` and `qa ask` start at once.
    from index import BuildReport, ModelSettings
    from ui.terminal import Style

ANSWERED, NOT_ANSWERED, UNUSABLE, INDEX_UNUSABLE, INTERRUPTED = 0, 1, 2, 3, 130
DEFAULT_INDEX = ".qa-index"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; returns the exit status."""
    try:
        return _run(arguments)
    except KeyboardInterrupt:
        return _fail("stopped", INTERRUPTED)
    except BrokenPipeError:  # The reader of our output left, as `head` does.
        drop_output()
        return ANSWERED
    except OSError as error:
        drop_output()
        what = printable(str(error.filename)) if error.filename else "the output"
        return _fail(f"{what}: cannot be used ({error.strerror or error}); check the place and its rights", UNUSABLE)
    except Exception as error:  # No traceback reaches a user; QA_DEBUG=1 shows it.
        if os.environ.get("QA_DEBUG"):
            raise
        fault = f"a fault of the program: {type(error).__name__}: {error}"
        return _fail(f"{fault}; run again with QA_DEBUG=1 and report it", UNUSABLE)


def _run(arguments: Sequence[str] | None) -> int:
    """Run the command; what the program can say in one line becomes an exit status."""
    from index.errors import IndexUnusableError, QaError

    try:
        chosen = _parser().parse_args(arguments)
        return int(chosen.run(chosen))
    except IndexUnusableError as error:
        return _fail(str(error), INDEX_UNUSABLE)
    except QaError as error:
        return _fail(str(error), UNUSABLE)
    finally:
        if sys.stdout is not None:
            sys.stdout.flush()  # Here, so that output that cannot be written is our error and not the interpreter's.


class _Parser(argparse.ArgumentParser):
    """An argument parser whose errors are one line."""

    def error(self, message: str) -> NoReturn:
        raise SystemExit(_fail(f"{message}; see {self.prog} --help", UNUSABLE))


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(prog="qa", description="Ask a folder of news articles; get back the sentences that answer, word for word.")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)

    def command(name: str, run: Callable[[argparse.Namespace], int], text: str) -> argparse.ArgumentParser:
        sub = commands.add_parser(name, help=text, description=text)
        where = os.environ.get("QA_INDEX") or DEFAULT_INDEX
        shown = printable(where).replace("%", "%%")
        sub.add_argument("--index", metavar="DIR", type=Path, default=Path(where), help=f"the index folder (now {shown})")
        sub.set_defaults(run=run)
        return sub

    index = command("index", _index, "Read files and folders, embed what is new or changed, drop what is gone, publish.")
    index.add_argument(
        "paths", metavar="PATH", nargs="*", type=Path, help="files and folders of .txt and .md; none: those of the last time"
    )
    _add_model(index)
    index.add_argument("--encoding", help="how to read files without a byte-order mark (default: UTF-8)")
    index.add_argument("--max-file-mb", type=float, default=16.0, metavar="MB", help="refuse larger files (default: 16)")
    index.add_argument("--rebuild", action="store_true", help="embed everything anew, whatever is there")

    ask = command("ask", _ask, "Print the quotes that answer a question. Status 1: the articles do not answer.")
    ask.add_argument("question", metavar="QUESTION", help="in plain words; put -- before one that starts with a dash")
    _add_asking(ask)
    ask.add_argument("--json", action="store_true", help="print the answer's record")
    ask.add_argument("--history", metavar="FILE", type=Path, help="earlier turns: a JSON list of {role, content} or of answers")

    chat = command("chat", _chat, "Ask turn by turn; an empty line or Ctrl-D ends.")
    _add_asking(chat)

    measure = command("eval", _eval, "Ask a set of questions whose answers are known; print how well it went, with intervals.")
    _add_measuring(measure)

    info = command("info", _info, "Print what the index holds.")
    info.add_argument("--json", action="store_true", help="print it as JSON")
    return parser


def _add_model(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--model", help="a sentence-transformers model's name or folder (default: the index's own, else all-MiniLM-L6-v2)"
    )
    parser.add_argument("--precision", choices=("int8", "fp32"), help="of the exported model (default: int8)")
    parser.add_argument("--device", help="run the model through sentence-transformers there, such as cuda")


def _add_asking(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("-k", metavar="N", type=int, default=5, dest="top_k", help="at most N quotes (default: 5)")
    parser.add_argument("-v", "--verbose", action="store_true", help="show each quote in its passage")
    _add_model(parser)
    _add_reranker(parser)


def _add_reranker(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--reranker", metavar="MODEL", help="a cross-encoder's name or folder, to read the best sentences again (default: none)"
    )


def _add_measuring(parser: argparse.ArgumentParser) -> None:
    forms = "the project's own JSONL, SQuAD JSON, a BEIR folder, CLAP NQ or MTRAG JSONL"
    parser.add_argument(
        "paths", metavar="DATASET", nargs="*", type=Path, help=f"files of one form: {forms}; none: the bundled cases"
    )
    parser.add_argument("--json", metavar="FILE", type=Path, help="write the report's record, with every case")
    parser.add_argument("--html", metavar="FILE", type=Path, help="write the report as one page, with the cases that failed")
    parser.add_argument("--limit", metavar="N", type=int, help="ask only N cases, spread evenly over the set")
    parser.add_argument(
        "--fail-under",
        metavar="MEASURE=VALUE",
        action="append",
        default=[],
        help="end with status 1 where a measure is worse than this; may be given several times",
    )
    parser.add_argument(
        "--compare", metavar=("A.json", "B.json"), nargs=2, type=Path, help="print what got better and worse from A to B"
    )
    _add_model(parser)
    _add_reranker(parser)


def _index(chosen: argparse.Namespace) -> int:
    from index import BuildSettings, build

    settings = BuildSettings(
        model=_model(chosen), encoding=chosen.encoding, max_file_mb=chosen.max_file_mb, rebuild=chosen.rebuild
    )
    report = build(chosen.paths, chosen.index, settings, progress=build_progress())
    _print_report(report)
    return ANSWERED


def _ask(chosen: argparse.Namespace) -> int:
    from qa.conversation import variants
    from qa.retriever import check_top_k

    history = _history(chosen.history) if chosen.history else ()
    check_top_k(chosen.top_k)
    variants(chosen.question, history)  # What cannot be asked is refused before an index is built for it.
    retriever = open_retriever(chosen.index, _model(chosen), reranker=chosen.reranker)
    answer = retriever.ask(chosen.question, history=history, top_k=chosen.top_k)
    if chosen.json:
        show_json(answer.to_dict())
    else:
        from ui.terminal import render_answer

        show(render_answer(answer, _style(chosen)), end="")
    return ANSWERED if answer.answered else NOT_ANSWERED


def _chat(chosen: argparse.Namespace) -> int:
    from index.errors import InputError
    from qa.retriever import check_top_k
    from ui.terminal import render_answer

    check_top_k(chosen.top_k)
    retriever = open_retriever(chosen.index, _model(chosen), reranker=chosen.reranker)
    history: list[dict[str, Any]] = []
    if isinstance(sys.stdin, TextIOWrapper):
        sys.stdin.reconfigure(errors="surrogateescape")  # Bytes that are not text become a question that is refused.
    if on_terminal(sys.stdin):
        note(f"{retriever.info.articles:,} articles. Ask; an empty line ends.")
    while question := _next_question():
        try:
            answer = retriever.ask(question, history=history, top_k=chosen.top_k)
        except InputError as error:
            _fail(str(error), UNUSABLE)
            continue
        show(render_answer(answer, _style(chosen)))
        sys.stdout.flush()
        history.append(answer.to_dict())
    return ANSWERED


def _eval(chosen: argparse.Namespace) -> int:
    from index.errors import InputError
    from ui.evaluation import Request, compare_reports, evaluate

    request = Request(
        paths=tuple(chosen.paths),
        index=chosen.index,
        model=_model(chosen),
        reranker=chosen.reranker,
        json=chosen.json,
        html=chosen.html,
        limits=tuple(chosen.fail_under),
        cases=chosen.limit,
    )
    if not chosen.compare:
        return ANSWERED if evaluate(request, colour=_colour()) else NOT_ANSWERED
    if request != Request(index=chosen.index):
        raise InputError("--compare: takes two saved reports and nothing else; leave out the other arguments")
    compare_reports(*chosen.compare, colour=_colour())
    return ANSWERED


def _info(chosen: argparse.Namespace) -> int:
    from index import Index

    info = Index.open(chosen.index).info
    if chosen.json:
        model = info.model.to_dict()
        record = {
            name: getattr(info, name)
            for name in ("articles", "passages", "sentences", "refused", "generation", "size_bytes", "built")
        }
        show_json({"index": str(info.directory), "root": str(info.root), "model": model, **record})
    else:
        from ui.terminal import render_info

        show(render_info(info), end="")
    return ANSWERED


def _model(chosen: argparse.Namespace) -> ModelSettings | None:
    """The model that the arguments name, or None for the index's own."""
    if chosen.model is None and chosen.precision is None and chosen.device is None:
        return None
    from index.model import DEFAULT_MODEL, ModelSettings, Precision

    name = DEFAULT_MODEL if chosen.model is None else chosen.model
    return ModelSettings(name, Precision(chosen.precision or "int8"), chosen.device)


def _history(path: Path) -> Sequence[Any]:
    """The turns of a conversation file.

    Raises:
        InputError: it cannot be read, or is no list.
    """
    from index.errors import InputError

    try:
        turns = json.loads(path.read_text("utf-8-sig"))
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror}); check --history") from error
    except (ValueError, RecursionError) as error:
        raise InputError(f"{path}: not JSON ({str(error)[:80]}); give a list of turns") from error
    if not isinstance(turns, list):
        raise InputError(f"{path}: not a JSON list; give a list of turns")
    return turns


def _next_question() -> str:
    """The next line that is typed; "" at the end."""
    try:
        return input("> " if on_terminal(sys.stdin) else "").strip()
    except (EOFError, RuntimeError):  # Python's word for an input that was closed before we began.
        return ""


def _print_report(report: BuildReport) -> None:
    for refusal in report.refused:
        note(f"refused {refusal}")
    counts = {name: len(getattr(report, name)) for name in ("added", "changed", "removed", "unchanged", "refused")}
    show(", ".join(f"{count:,} {name}" for name, count in counts.items()))
    others = f"; {report.other_files:,} other files passed over" if report.other_files else ""
    held = f"{report.passages:,} passages, {report.sentences:,} sentences"
    show(f"generation {report.generation}: {held}, {report.took_s:.1f} s{others}")


def _style(chosen: argparse.Namespace) -> Style:
    from ui.terminal import Style

    columns = min(shutil.get_terminal_size().columns, 100) if on_terminal(sys.stdout) else 0
    return Style(columns, colour=_colour(), context=chosen.verbose)


def _colour() -> bool:
    return on_terminal(sys.stdout) and "NO_COLOR" not in os.environ


def _fail(message: str, status: int) -> int:
    note(f"qa: {message.strip()}")
    return status


if __name__ == "__main__":
    sys.exit(main())
