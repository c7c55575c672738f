"""The process that reads files: a file that kills or holds it is one refused file."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from articles_qa.index.errors import ArticleRefused
from articles_qa.index.formats.article_reader import ArticleReader
from articles_qa.index.formats.reading_process import ReadingProcess
from tests.made_files import docx, zipped

ROOT = Path(__file__).parents[3]
PAGE = b"<p>Rain fell on the town for two days, the mayor said.</p>"


@pytest.fixture
def process() -> Iterator[ReadingProcess]:
    made = ReadingProcess(time_s=0.1, memory_bytes=200 << 20)
    yield made
    made.end()


def pid_of(process: ReadingProcess) -> int:
    child = process._child
    assert child is not None
    return child.pid


def test_one_process_reads_many_files_and_is_replaced_when_it_died(process: ReadingProcess) -> None:
    reader = ArticleReader(process=process)
    reader.read(PAGE, "a.html")
    first = pid_of(process)
    reader.read(docx(["Rain fell."]), "b.docx")
    assert pid_of(process) == first
    os.kill(first, signal.SIGKILL)
    assert reader.read(PAGE + b" ", "c.html").articles and pid_of(process) != first


def test_a_file_that_takes_too_long_or_too_much_is_refused_and_the_next_is_read(process: ReadingProcess) -> None:
    reader = ArticleReader(process=process)
    reader.read(PAGE, "a.html")
    with pytest.raises(ArticleRefused, match=r"slow\.html: reading it takes over 1 s; split it"):
        reader.read(b"<a " * 50_000, "slow.html")
    with pytest.raises(ArticleRefused, match="split it"):
        reader.read(zipped({"word/document.xml": b"<w>" + b" " * 90_000_000}), "bomb.docx")
    assert reader.read(PAGE, "b.html").articles


# Limits itself like the child, then tries what a reader never does.
TRIES = """
import signal, socket, sys
from articles_qa.index.formats.reading_process import _limit
_limit(1 << 32)
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
try:
    socket.create_connection(("127.0.0.1", 9))
except PermissionError as error:
    print(error)
try:
    open(sys.argv[1], "wb", buffering=0).write(b"x")
except OSError as error:
    print(error.strerror)
"""


def test_the_process_knows_no_network_and_writes_no_file(tmp_path: Path) -> None:
    program = [sys.executable, "-c", TRIES, str(tmp_path / "x")]
    done = subprocess.run(program, cwd=ROOT, capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout.splitlines() == ["socket.getaddrinfo is not allowed", "File too large"]
