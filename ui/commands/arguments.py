"""The arguments of the `qa` command."""

from __future__ import annotations

import argparse
import os
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from articles_qa.index.files.printable import printable
from articles_qa.index.formats.kinds import NAMES, ReadSettings, read_formats
from articles_qa.ui.commands.output import ExitStatus, note, show

if TYPE_CHECKING:
    from articles_qa.index import ModelSettings
    from articles_qa.qa import AskSettings

DEFAULT_INDEX = ".qa-index"


class _Version(argparse.Action):
    """The option that prints the program's version; it is looked up only then."""

    def __call__(self, parser: argparse.ArgumentParser, *_: object) -> NoReturn:
        from importlib.metadata import PackageNotFoundError, version

        try:
            show(f"articles-qa {version('articles-qa')}")
        except PackageNotFoundError:
            show("articles-qa, not installed")
        parser.exit()


class _Parser(argparse.ArgumentParser):
    """An argument parser whose errors are one line."""

    def error(self, message: str) -> NoReturn:
        note(f"qa: {message}; see {self.prog} --help")
        raise SystemExit(ExitStatus.INPUT_UNUSABLE)


def parser() -> argparse.ArgumentParser:
    """Return the parser; `command` in its result names the command."""
    parser = _Parser(prog="qa", description="Ask a folder of news articles; get back the sentences that answer, word for word.")
    parser.add_argument("--version", action=_Version, nargs=0, help="show the version and end")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", dest="command", required=True)

    def command(name: str, text: str) -> argparse.ArgumentParser:
        sub = commands.add_parser(name, help=text, description=text)
        where = os.environ.get("QA_INDEX") or DEFAULT_INDEX
        shown = printable(where).replace("%", "%%")
        sub.add_argument(
            "--index",
            metavar="DIR",
            type=_place,
            default=_place(where),
            help=f"the index folder, or a place in Milvus (now {shown})",
        )
        return sub

    index = command("index", "Read files and folders, embed new and changed articles, drop removed ones, publish the index.")
    index.add_argument(
        "paths",
        metavar="PATH",
        nargs="*",
        type=Path,
        help="files and folders of text, HTML, PDF, Word, mail, … (default: those of the last time)",
    )
    _add_model(index)
    index.add_argument("--encoding", help="how to read files without a byte-order mark (default: UTF-8)")
    _add_reading(index)
    index.add_argument("--max-file-mb", type=float, default=16.0, metavar="MB", help="refuse larger files (default: 16)")
    index.add_argument(
        "--speakers",
        action=argparse.BooleanOptionalAction,
        help="read who says each sentence (default: as the last time, else yes)",
    )
    index.add_argument("--restore", action="store_true", help="bring back the articles that were taken out on the page")
    index.add_argument("--rebuild", action="store_true", help="embed everything again, whatever the index holds")
    index.add_argument("--wait", action="store_true", help="wait while another process writes the index")
    index.add_argument("--workers", metavar="N", type=int, help="embed in N processes (default: one, which uses all cores)")
    index.add_argument(
        "--ray", metavar="ADDRESS", help="embed on a Ray cluster: local, auto, HOST:PORT or ray://HOST:PORT (extra ray)"
    )
    index.add_argument("--watch", action="store_true", help="index again whenever articles change, until Ctrl-C")

    ask = command("ask", "Print the quotes that answer a question. Status 1: the articles do not answer.")
    ask.add_argument("question", metavar="QUESTION", help="in plain words; put -- before a question that starts with a dash")
    _add_asking(ask)
    ask.add_argument("--json", action="store_true", help="print the answer's record")
    ask.add_argument(
        "--history", metavar="FILE", type=Path, help="earlier turns: a record, or a JSON list of records or {role, content}"
    )

    chat = command("chat", "Ask turn by turn; an empty line or Ctrl-D ends.")
    _add_asking(chat)

    serve = command("serve", "Serve the page, for a browser on this machine, and the same answers for programs.")
    _add_serving(serve)

    tools = command("mcp", "Serve MCP tools over standard input and output, to the program that starts this.")
    _add_reader(tools)
    _add_generation(tools)

    measure = command("eval", "Ask questions whose answers are known; print how right the answers are, with intervals.")
    _add_measuring(measure)

    checks = (
        "Check the index, or every quote of saved answers against the files as they are now. Status 1: a quote is not proven."
    )
    verify = command("verify", checks)
    _add_verifying(verify)

    check = command(
        "check",
        "Find the quotations of a draft in the articles, and compare its figures. Status 1: one differs or is not there.",
    )
    check.add_argument("draft", metavar="DRAFT", type=Path, help="the draft: text, Markdown or a Word file (.docx)")
    _add_generation(check)
    check.add_argument("--json", action="store_true", help="print the result as JSON")

    _add_exporting(command("notes", "Print the stars, tags and notes that readers of the page keep on quotes and articles."))
    _add_account(commands.add_parser("accounts", help="Add an account for qa serve --auth; the password is kept as a hash."))

    info = command("info", "Print what the index holds.")
    _add_generation(info)
    info.add_argument("--json", action="store_true", help="print the facts as JSON")
    return parser


def _place(text: str) -> Path | str:
    """Return the path of an index folder; a place in Milvus stays a text, since a path would lose its slashes."""
    return text if text.startswith("milvus:") else Path(text)


def _add_verifying(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "answers",
        metavar="ANSWER.json",
        nargs="*",
        type=Path,
        help="records of answers, one or many in a file, - for standard input; none: check the index itself",
    )
    parser.add_argument(
        "--root", metavar="FOLDER", type=Path, help="the folder of the quoted files (default: as the index says)"
    )
    _add_generation(parser)
    parser.add_argument("--json", action="store_true", help="print the result as JSON")
    parser.add_argument("-v", "--verbose", action="store_true", help="show the quotes that are ok as well")


def _add_generation(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--generation", metavar="N", type=int, help="use this generation, not the one in force (qa info names those kept)"
    )


def _add_model(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--model", help="a sentence-transformers model's name or folder (default: the index's own, else all-MiniLM-L6-v2)"
    )
    parser.add_argument("--precision", choices=("int8", "fp32"), help="precision of the exported model (default: int8)")
    parser.add_argument("--device", help="run the model through sentence-transformers on this device, such as cuda")


def _add_reading(parser: argparse.ArgumentParser) -> None:
    names = ", ".join(NAMES)
    parser.add_argument("--formats", metavar="LIST", help=f"besides text read only these: {names}; or all, none")
    for role in ("text", "title", "outlet", "day"):
        parser.add_argument(
            f"--{role}-field", metavar="NAME", help=f"what .jsonl, .json and .csv call an article's {role} (default: guessed)"
        )


def chosen_reading(chosen: argparse.Namespace) -> ReadSettings | None:
    """Return how files are to be read; None where the arguments say nothing, for the last time's way."""
    named = {f"{role}_field": getattr(chosen, f"{role}_field") for role in ("text", "title", "outlet", "day")}
    if chosen.formats is None and not any(named.values()):
        return None
    return ReadSettings(read_formats(chosen.formats), **named)


def _add_asking(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "-k",
        metavar="N",
        type=int,
        default=5,
        dest="top_k",
        help="at most N quotes, for each part of the question (default: 5)",
    )
    parser.add_argument("-v", "--verbose", action="store_true", help="show each quote in its passage")
    parser.add_argument(
        "--source",
        metavar="PATTERN",
        action="append",
        default=[],
        help="ask only these files: a path, a folder or a pattern such as '*kursk*'; may be given several times",
    )
    parser.add_argument(
        "--outlet",
        metavar="NAME",
        action="append",
        default=[],
        help="ask only this outlet's articles; may be given several times",
    )
    parser.add_argument("--all", action="store_true", help="ask all articles, even if the question names an outlet or file")
    parser.add_argument("--since", metavar="DAY", type=_day, help="ask only articles published on this day or later")
    parser.add_argument("--until", metavar="DAY", type=_day, help="ask only articles published on this day or earlier")
    _add_reader(parser)
    _add_generation(parser)
    _add_model(parser)


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is no day; write it as 2024-12-31") from None


def _add_serving(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--host", default="127.0.0.1", help="the address to listen on (default: 127.0.0.1, this machine alone)")
    parser.add_argument("--port", type=int, default=7860, help="the port (default: 7860; 0: any that is free)")
    parser.add_argument(
        "--auth", metavar="FILE", type=Path, help="let in only the accounts in this file, name:password lines (or in $QA_AUTH)"
    )
    parser.add_argument(
        "--allow-host",
        metavar="NAME",
        action="append",
        default=[],
        help="a name that browsers may call this machine by; may be given several times",
    )
    parser.add_argument("--insecure", action="store_true", help="serve other machines without accounts, under any address")
    parser.add_argument("--certfile", metavar="FILE", type=Path, help="serve over TLS with this certificate")
    parser.add_argument("--keyfile", metavar="FILE", type=Path, help="the certificate's key")
    parser.add_argument("--mcp", action="store_true", help="offer ask and search as MCP tools too, at /gradio_api/mcp/")
    parser.add_argument("--read-only", action="store_true", help="let nobody add articles or take articles out")
    _add_reader(parser)
    _add_generation(parser)


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
        help="end with status 1 where the measure is worse; may be given several times",
    )
    parser.add_argument(
        "--compare", metavar=("A.json", "B.json"), nargs=2, type=Path, help="print what got better and worse from A to B"
    )
    _add_reader(parser)
    _add_model(parser)


def _add_exporting(parser: argparse.ArgumentParser) -> None:
    form = parser.add_mutually_exclusive_group()
    form.add_argument("--json", action="store_true", help="print them as JSON")
    form.add_argument("--csv", action="store_true", help="print them as CSV")


def _add_account(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("action", choices=["add"], help="what to do")
    parser.add_argument("name", metavar="NAME", help="the account's name; its password is asked for, or a line of input")
    parser.add_argument(
        "--auth", metavar="FILE", type=Path, default=Path("accounts.txt"), help="the file of accounts (default: accounts.txt)"
    )


def _add_reader(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--no-reader", action="store_true", help="judge by the scorer alone: faster, and less often right")


def chosen_settings(chosen: argparse.Namespace) -> AskSettings:
    """Return the settings of asking that the arguments name."""
    from articles_qa.qa.retriever import AskSettings

    return AskSettings(reader=not chosen.no_reader)


def chosen_model(chosen: argparse.Namespace) -> ModelSettings | None:
    """Return the model that the arguments name; None for the index's own."""
    if chosen.model is None and chosen.precision is None and chosen.device is None:
        return None
    from articles_qa.index.models.model_card import DEFAULT_MODEL, ModelSettings, Precision

    name = DEFAULT_MODEL if chosen.model is None else chosen.model
    return ModelSettings(name, Precision(chosen.precision or "int8"), chosen.device)
