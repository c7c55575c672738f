"""Ctrl-C at any moment of any command: one line, status 130, and nothing left behind."""

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random

import pytest

ROOT = Path(__file__).parents[2]
# While Python itself starts, Ctrl-C ends it in its own way.
PROGRAM = "import os; from articles_qa.ui.cli import main; os.write(1, b'.'); raise SystemExit(main())"
PATIENCE_S = 60.0
COMMANDS = {
    "index": (["index", "articles", "--index", "new"], 4.0),
    "ask": (["ask", "how many casualties did NIS report?", "--index", "index"], 2.5),
    "serve": (["serve", "--index", "index", "--port", "0"], 6.0),
    "eval": (["eval", "--limit", "2", "--no-reader", "--index", "index"], 4.0),
    "verify": (["verify", "--index", "index"], 1.0),
}


@pytest.fixture
def can_be_stopped() -> Iterator[None]:
    """Commands begin with SIGINT as it is for a person; what a shell starts in the background ignores it."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.tier("check")
@pytest.mark.campaign
@pytest.mark.usefixtures("can_be_stopped")
@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_stops_at_once_and_leaves_nothing(
    command: str, campaign: Callable[[int, int, int], int], seeds: Path, seeds_index: Path, tmp_path: Path
) -> None:
    arguments, lasts_s = COMMANDS[command]
    shutil.copytree(seeds, tmp_path / "articles")
    shutil.copytree(seeds_index, tmp_path / "index")
    (tmp_path / "tmp").mkdir()
    before = sorted(tmp_path.rglob("*"))
    statuses: dict[int, int] = {}
    for run in range(campaign(0, 8, 200)):
        moment = Random(f"{command}{run}").uniform(0, lasts_s)
        process = subprocess.Popen(
            [sys.executable, "-c", PROGRAM, *arguments],
            cwd=tmp_path,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env={**os.environ, "PYTHONPATH": str(ROOT), "TMPDIR": str(tmp_path / "tmp"), "QA_DEBUG": ""},
        )
        assert process.stdout is not None and os.read(process.stdout.fileno(), 1) == b"."
        try:
            process.wait(moment)
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGINT)
        said = process.communicate(timeout=PATIENCE_S)[1]
        statuses[process.returncode] = statuses.get(process.returncode, 0) + 1
        stopped = process.returncode in (130, -signal.SIGINT)
        assert "Traceback" not in said and "Exception ignored" not in said, (moment, said)
        assert stopped or process.returncode == 0, (moment, process.returncode, said)
        # A build that is stopped keeps what it has embedded.
        shutil.rmtree(tmp_path / "new", ignore_errors=True) if _is_kept(tmp_path / "new", whole=not stopped) else None
        assert sorted(tmp_path.rglob("*")) == before, (moment, said)
    print(command, statuses)


def _is_kept(index: Path, *, whole: bool) -> bool:
    """Tell whether an index folder has just what the next build needs, or what a whole build leaves."""
    names = {path.name for path in index.iterdir()} if index.is_dir() else set[str]()
    return names <= {"LOCK", "CURRENT", "pending", "gen-000001"} if not whole else {"CURRENT", "gen-000001"} <= names
