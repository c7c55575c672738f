"""The `qa` command: runs one of its commands and turns every error into one line and an exit status."""

from __future__ import annotations

import os
import sys
from argparse import Namespace
from collections.abc import Sequence

from index.files.printable import printable
from ui.commands.arguments import parser
from ui.commands.output import ExitStatus, drop_output, note


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; return the exit status."""
    try:
        return _run(arguments)
    except KeyboardInterrupt:
        return _fail("stopped", ExitStatus.INTERRUPTED)
    except BrokenPipeError:  # The reader of our output left, as `head` does.
        drop_output()
        return ExitStatus.DONE
    except OSError as error:
        drop_output()
        place = printable(str(error.filename)) if error.filename else "the output"
        message = f"{place}: cannot be used ({error.strerror or error}); check the place and its rights"
        return _fail(message, ExitStatus.INPUT_UNUSABLE)
    except Exception as error:  # No traceback reaches a user; QA_DEBUG=1 shows it.
        if os.environ.get("QA_DEBUG"):
            raise
        fault = f"a fault of the program: {type(error).__name__}: {error}"
        return _fail(f"{fault}; run again with QA_DEBUG=1 and report it", ExitStatus.INPUT_UNUSABLE)


def _run(arguments: Sequence[str] | None) -> int:
    """Run the command; an error of the program's own becomes an exit status."""
    from index.errors import IndexUnusableError, QaError

    try:
        return run_command(parser().parse_args(arguments))
    except IndexUnusableError as error:
        return _fail(str(error), ExitStatus.INDEX_UNUSABLE)
    except QaError as error:
        return _fail(str(error), ExitStatus.INPUT_UNUSABLE)
    finally:
        if sys.stdout is not None:
            sys.stdout.flush()  # Here, so that output that cannot be written is our error and not the interpreter's.


def run_command(chosen: Namespace) -> ExitStatus:
    """Run the command that the arguments name. Only this command is imported, so that `qa --help` starts at once."""
    match chosen.command:
        case "index":
            from ui.commands.index_command import index as run
        case "info":
            from ui.commands.index_command import info as run
        case "ask":
            from ui.commands.ask_command import ask as run
        case "chat":
            from ui.commands.ask_command import chat as run
        case "serve":
            from ui.commands.serve_command import serve_page as run
        case "eval":
            from ui.commands.eval_command import evaluate as run
        case _:
            from ui.commands.verify_command import verify as run
    return run(chosen)


def _fail(message: str, status: ExitStatus) -> ExitStatus:
    note(f"qa: {message.strip()}")
    return status


if __name__ == "__main__":
    sys.exit(main())
