"""The commands `qa ask` and `qa chat`."""

import json
import shutil
import sys
from argparse import Namespace
from collections.abc import Sequence
from io import TextIOWrapper
from pathlib import Path
from typing import Any

from articles_qa.index.errors import InputError
from articles_qa.qa import Scope
from articles_qa.qa.questions.conversation import variants
from articles_qa.qa.questions.question import check_top_k
from articles_qa.ui.commands.arguments import chosen_model, chosen_settings
from articles_qa.ui.commands.open_index import open_retriever
from articles_qa.ui.commands.output import ExitStatus, note, on_terminal, show, show_json, use_colour
from articles_qa.ui.text.terminal import Style, render_answer


def ask(chosen: Namespace) -> ExitStatus:
    """Print the quotes that answer a question."""
    history = _read_history(chosen.history) if chosen.history else ()
    check_top_k(chosen.top_k)
    variants(chosen.question, history)  # A question that cannot be asked is refused before an index is built for it.
    within = _scope(chosen)
    retriever = open_retriever(chosen.index, chosen_model(chosen), chosen_settings(chosen), generation=chosen.generation)
    answer = retriever.ask(chosen.question, history=history, top_k=chosen.top_k, within=within, named=not chosen.all)
    if chosen.json:
        show_json(answer.to_dict())
    else:
        show(render_answer(answer, _style(chosen)), end="")
    return ExitStatus.DONE if answer.answered else ExitStatus.NOT_PROVEN


def chat(chosen: Namespace) -> ExitStatus:
    """Answer the questions that are typed, each after those before it."""
    check_top_k(chosen.top_k)
    within = _scope(chosen)
    retriever = open_retriever(chosen.index, chosen_model(chosen), chosen_settings(chosen), generation=chosen.generation)
    history: list[dict[str, Any]] = []
    if isinstance(sys.stdin, TextIOWrapper):
        sys.stdin.reconfigure(errors="surrogateescape")  # Bytes that are not text become a question that is refused.
    if on_terminal(sys.stdin):
        note(f"{retriever.info.articles:,} articles. Ask; an empty line ends.")
    while question := _next_question():
        try:
            answer = retriever.ask(question, history=history, top_k=chosen.top_k, within=within, named=not chosen.all)
        except InputError as error:
            note(f"qa: {error}")
            continue
        show(render_answer(answer, _style(chosen)))
        sys.stdout.flush()
        history.append(answer.to_dict())
    return ExitStatus.DONE


def _scope(chosen: Namespace) -> Scope:
    return Scope(tuple(chosen.source), tuple(chosen.outlet), chosen.since, chosen.until)


def _read_history(path: Path) -> Sequence[Any]:
    """Read the turns of a conversation file.

    Raises:
        InputError: the file cannot be read, or is neither a list nor a record.
    """
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
    """Return the next line that is typed; "" at the end."""
    try:
        return input("> " if on_terminal(sys.stdin) else "").strip()
    except (EOFError, RuntimeError):  # RuntimeError: the input was closed before the program began.
        return ""


def _style(chosen: Namespace) -> Style:
    columns = min(shutil.get_terminal_size().columns, 100) if on_terminal(sys.stdout) else 0
    return Style(columns, colour=use_colour(), context=chosen.verbose)
