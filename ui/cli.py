"""The `qa` command: runs one of its commands and turns every error into one line and an exit status.

All modules that take time are imported inside functions, so that Ctrl-C is one line while they are imported, too.
"""

from __future__ import annotations

import os
import sys

TYPE_CHECKING = False  # That of `typing` would have to be imported.
if TYPE_CHECKING:
    from argparse import Namespace
    from collections.abc import Sequence

    from articles_qa.ui.commands.output import ExitStatus


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; return the exit status."""
    hook, interrupted = sys.unraisablehook, False

    def note_interrupt(ignored: sys.UnraisableHookArgs) -> None:
        """Note a Ctrl-C that the interpreter ignores, because it came in a finalizer."""
        nonlocal interrupted
        if ignored.exc_type is KeyboardInterrupt:
            interrupted = True
        else:
            hook(ignored)

    sys.unraisablehook = note_interrupt
    try:
        status = _run(arguments)
    except KeyboardInterrupt:
        interrupted = True
    finally:
        sys.unraisablehook = hook
    if not interrupted:
        return status
    if sys.stderr is not None:
        sys.stderr.write("qa: stopped\n")
    return 130  # ExitStatus.INTERRUPTED: importing it may be what was interrupted.


def mcp() -> int:
    """Run `qa mcp`, as clients of MCP start it."""
    return main(["mcp", *sys.argv[1:]])


def _run(arguments: Sequence[str] | None) -> ExitStatus:
    """Run the command; an error becomes a line and an exit status."""
    from articles_qa.ui.commands.output import ExitStatus, drop_output

    try:
        return _run_own(arguments)
    except BrokenPipeError:  # The reader of our output left, as `head` does.
        drop_output()
        return ExitStatus.DONE
    except OSError as error:
        from articles_qa.index.files.printable import printable

        drop_output()
        place = printable(str(error.filename)) if error.filename else "the output"
        message = f"{place}: cannot be used ({error.strerror or error}); check the place and its rights"
        return _fail(message, ExitStatus.INPUT_UNUSABLE)
    except MemoryError:
        message = "the memory is full; end other programs, or leave out large files with --max-file-mb"
        return _fail(message, ExitStatus.INPUT_UNUSABLE)
    except Exception as error:  # No traceback reaches a user; QA_DEBUG=1 shows it.
        if os.environ.get("QA_DEBUG"):
            raise
        fault = f"a fault of the program: {type(error).__name__}: {error}"
        return _fail(f"{fault}; run again with QA_DEBUG=1 and report it", ExitStatus.INPUT_UNUSABLE)


def _run_own(arguments: Sequence[str] | None) -> ExitStatus:
    """Run the command; an error of the program's own becomes a line and an exit status."""
    from articles_qa.index.errors import IndexUnusableError, QaError
    from articles_qa.ui.commands.arguments import parser
    from articles_qa.ui.commands.output import ExitStatus

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
            from articles_qa.ui.commands.index_command import index as run
        case "info":
            from articles_qa.ui.commands.index_command import info as run
        case "ask":
            from articles_qa.ui.commands.ask_command import ask as run
        case "chat":
            from articles_qa.ui.commands.ask_command import chat as run
        case "serve":
            from articles_qa.ui.commands.serve_command import serve_page as run
        case "mcp":
            from articles_qa.ui.commands.mcp_command import serve_tools as run
        case "accounts":
            from articles_qa.ui.commands.accounts_command import accounts as run
        case "check":
            from articles_qa.ui.commands.check_command import check as run
        case "notes":
            from articles_qa.ui.commands.notes_command import notes as run
        case "eval":
            from articles_qa.ui.commands.eval_command import evaluate as run
        case _:
            from articles_qa.ui.commands.verify_command import verify as run
    return run(chosen)


def _fail(message: str, status: ExitStatus) -> ExitStatus:
    from articles_qa.ui.commands.output import note

    note(f"qa: {message.strip()}")
    return status


if __name__ == "__main__":
    sys.exit(main())
