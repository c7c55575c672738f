"""The `qa` command. The only place that reads arguments and environment, and knows exit statuses."""

from __future__ import annotations

import argparse
import json
import os
import shutil
import sys
import threading
from collections.abc import Sequence
from io import TextIOWrapper
from pathlib import Path
from typing import TYPE_CHECKING, Any

from index.backends import open_index
from index.files.printable import printable
from ui.commands.arguments import UNUSABLE, parser
from ui.commands.open_index import build_progress, build_where_missing, open_reranker, open_retriever
from ui.commands.output import drop_output, note, on_terminal, show, show_json

if TYPE_CHECKING:  # Each command imports what it runs: `qa --help` and `qa ask` start at once.
    from index import BuildReport, ModelSettings
    from qa import Scope
    from ui.text.terminal import Style

ANSWERED, NOT_ANSWERED, INDEX_UNUSABLE, INTERRUPTED = 0, 1, 3, 130
WATCHED_EVERY_S = 1.0  # For another generation of the index that is served.


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
        runs = {"index": _index, "ask": _ask, "chat": _chat, "serve": _serve, "eval": _eval, "verify": _verify, "info": _info}
        chosen = parser(runs).parse_args(arguments)
        return int(chosen.run(chosen))
    except IndexUnusableError as error:
        return _fail(str(error), INDEX_UNUSABLE)
    except QaError as error:
        return _fail(str(error), UNUSABLE)
    finally:
        if sys.stdout is not None:
            sys.stdout.flush()  # Here, so that output that cannot be written is our error and not the interpreter's.


def _index(chosen: argparse.Namespace) -> int:
    from index import BuildSettings, build

    settings = BuildSettings(
        model=_model(chosen),
        encoding=chosen.encoding,
        max_file_mb=chosen.max_file_mb,
        rebuild=chosen.rebuild,
        restore_all=chosen.restore,
        wait=chosen.wait,
        speakers=chosen.speakers,
        workers=chosen.workers,
        ray=chosen.ray,
    )

    def built(settings: BuildSettings) -> BuildReport:
        return build(chosen.paths, chosen.index, settings, progress=build_progress())

    if chosen.watch:
        from ui.commands.watch_command import follow

        follow(chosen.paths, chosen.index, settings, build=built, show=_print_report)
    else:
        _print_report(built(settings))
    return ANSWERED


def _ask(chosen: argparse.Namespace) -> int:
    from qa.questions.conversation import variants
    from qa.retriever import check_top_k

    history = _history(chosen.history) if chosen.history else ()
    check_top_k(chosen.top_k)
    variants(chosen.question, history)  # What cannot be asked is refused before an index is built for it.
    within = _scope(chosen)
    retriever = open_retriever(chosen.index, _model(chosen), reranker=chosen.reranker, generation=chosen.generation)
    answer = retriever.ask(chosen.question, history=history, top_k=chosen.top_k, within=within)
    if chosen.json:
        show_json(answer.to_dict())
    else:
        from ui.text.terminal import render_answer

        show(render_answer(answer, _style(chosen)), end="")
    return ANSWERED if answer.answered else NOT_ANSWERED


def _chat(chosen: argparse.Namespace) -> int:
    from index.errors import InputError
    from qa.retriever import check_top_k
    from ui.text.terminal import render_answer

    check_top_k(chosen.top_k)
    within = _scope(chosen)
    retriever = open_retriever(chosen.index, _model(chosen), reranker=chosen.reranker, generation=chosen.generation)
    history: list[dict[str, Any]] = []
    if isinstance(sys.stdin, TextIOWrapper):
        sys.stdin.reconfigure(errors="surrogateescape")  # Bytes that are not text become a question that is refused.
    if on_terminal(sys.stdin):
        note(f"{retriever.info.articles:,} articles. Ask; an empty line ends.")
    while question := _next_question():
        try:
            answer = retriever.ask(question, history=history, top_k=chosen.top_k, within=within)
        except InputError as error:
            _fail(str(error), UNUSABLE)
            continue
        show(render_answer(answer, _style(chosen)))
        sys.stdout.flush()
        history.append(answer.to_dict())
    return ANSWERED


def _serve(chosen: argparse.Namespace) -> int:
    from ui.page.live_index import Live
    from ui.page.page import make_page
    from ui.server.accounts import Accounts
    from ui.server.server import ServeSettings, serve

    accounts = None
    if chosen.auth is not None:
        accounts = Accounts.from_file(chosen.auth)
    elif listed := os.environ.get("QA_AUTH"):
        accounts = Accounts.from_text(listed, where="QA_AUTH")
    settings = ServeSettings(
        host=chosen.host,
        port=chosen.port,
        accounts=accounts,
        allow_hosts=tuple(chosen.allow_host),
        insecure=chosen.insecure,
        mcp=chosen.mcp,
        certfile=chosen.certfile,
        keyfile=chosen.keyfile,
    )
    reranker = open_reranker(chosen.reranker)
    build_where_missing(chosen.index, None)
    live = Live(chosen.index, reranker=reranker, generation=chosen.generation)
    live.watch(threading.Event(), every_s=WATCHED_EVERY_S)
    note(f"{live.now().index.info.articles:,} articles. Starting ...")
    serve(
        lambda: make_page(live, editable=not chosen.read_only and chosen.generation is None),
        settings,
        ready=lambda url: note(f"The page is at {url} - Ctrl-C ends."),
    )
    return ANSWERED


def _eval(chosen: argparse.Namespace) -> int:
    from index.errors import InputError
    from ui.commands.eval_command import Request, compare_reports, evaluate

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


def _verify(chosen: argparse.Namespace) -> int:
    from ui.commands.verify_command import Outcome, Request, verify

    request = Request(
        index=chosen.index,
        answers=tuple(chosen.answers),
        root=chosen.root,
        generation=chosen.generation,
        json=chosen.json,
        everything=chosen.verbose,
    )
    statuses = {
        Outcome.SOUND: ANSWERED,
        Outcome.NOT_PROVEN: NOT_ANSWERED,
        Outcome.INPUT_UNUSABLE: UNUSABLE,
        Outcome.INDEX_DAMAGED: INDEX_UNUSABLE,
    }
    return statuses[verify(request)]


def _info(chosen: argparse.Namespace) -> int:

    info = open_index(chosen.index, generation=chosen.generation).info
    if chosen.json:
        model = info.model.to_dict()
        record = {
            name: getattr(info, name)
            for name in (
                "articles",
                "added",
                "excluded",
                "passages",
                "sentences",
                "refused",
                "generation",
                "in_force",
                "kept",
                "size_bytes",
                "built",
                "speakers",
                "segments",
            )
        }
        fixed = {"index": str(info.directory), "root": str(info.root), "model": model, "checked": info.check.value}
        fixed["vectors"] = {"kind": "graph" if info.graph else "exhaustive"}
        if info.lists is not None:
            fixed["vectors"] = {"kind": "lists", **info.lists.to_dict()}
        show_json({**fixed, **record})
    else:
        from ui.text.terminal import render_info

        show(render_info(info), end="")
    return ANSWERED


def _model(chosen: argparse.Namespace) -> ModelSettings | None:
    """The model that the arguments name, or None for the index's own."""
    if chosen.model is None and chosen.precision is None and chosen.device is None:
        return None
    from index.models.model_card import DEFAULT_MODEL, ModelSettings, Precision

    name = DEFAULT_MODEL if chosen.model is None else chosen.model
    return ModelSettings(name, Precision(chosen.precision or "int8"), chosen.device)


def _scope(chosen: argparse.Namespace) -> Scope:
    """The articles that the arguments choose."""
    from qa import Scope

    return Scope(tuple(chosen.source), tuple(chosen.outlet), chosen.since, chosen.until)


def _history(path: Path) -> Sequence[Any]:
    """The turns of a conversation file.

    Raises:
        InputError: it cannot be read, or is neither a list nor a record.
    """
    from index.errors import InputError

    try:
        turns = json.loads(path.read_text("utf-8-sig"))
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror}); check --history") from error
    except (ValueError, RecursionError) as error:
        raise InputError(f"{path}: not JSON ({str(error)[:80]}); give a list of turns") from error
    if not isinstance(turns, list | dict):
        raise InputError(f"{path}: not a JSON list; give a list of turns, or the record of an answer")
    return [turns] if isinstance(turns, dict) else turns


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
    out = f", {len(report.renamed):,} renamed" if report.renamed else ""
    out += f", {len(report.excluded):,} taken out" if report.excluded else ""
    show(", ".join(f"{count:,} {name}" for name, count in counts.items()) + out)
    others = f"; {report.other_files:,} other files passed over" if report.other_files else ""
    held = f"{report.passages:,} passages, {report.sentences:,} sentences"
    show(f"generation {report.generation}: {held}, {report.took_s:.1f} s{others}")
    if sys.stdout is not None:
        sys.stdout.flush()  # Who watches a folder has the next report hours later, or never.


def _style(chosen: argparse.Namespace) -> Style:
    from ui.text.terminal import Style

    columns = min(shutil.get_terminal_size().columns, 100) if on_terminal(sys.stdout) else 0
    return Style(columns, colour=_colour(), context=chosen.verbose)


def _colour() -> bool:
    return on_terminal(sys.stdout) and "NO_COLOR" not in os.environ


def _fail(message: str, status: int) -> int:
    note(f"qa: {message.strip()}")
    return status


if __name__ == "__main__":
    sys.exit(main())
