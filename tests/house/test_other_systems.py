"""Where a system lacks what the program needs, as Windows does, one line says so; importing never fails."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
# What Python lacks on Windows; what its own library needs on Linux stays.
PROGRAM = """
import os, select, signal, sys
sys.modules.update(dict.fromkeys(("fcntl", "resource", "termios", "pwd", "grp", "tty", "readline")))
for module, names in (
    (os, "O_DIRECTORY O_NOFOLLOW O_NONBLOCK O_CLOEXEC O_PATH pwrite pread getuid geteuid sched_getaffinity fchmod statvfs"),
    (signal, "pthread_sigmask SIGALRM SIGKILL SIGHUP SIGPIPE setitimer"),
    (select, "poll epoll"),
):
    for name in names.split():
        if hasattr(module, name):
            delattr(module, name)
import importlib
for name in sys.argv[2].split():
    importlib.import_module(name)
from articles_qa.ui.cli import main
for arguments in (["ask", "who?", "--index", sys.argv[1]], ["index", sys.argv[1], "--index", "new"], ["ask", "who?"], ["info"]):
    print(int(main(arguments)))
print(os.listdir())
"""


def test_windows_is_refused_in_one_line(tmp_path: Path, seeds_index: Path) -> None:
    files = [path for folder in ("index", "qa", "eval", "ui") for path in sorted((ROOT / folder).rglob("*.py"))]
    left_out = {"eval/training", "eval/stories", "index/milvus"}  # They import packages that only extras bring.
    adapters = {"langchain.py", "llamaindex.py", "haystack.py"}
    modules = [path.relative_to(ROOT) for path in files if path.name not in adapters and path.name != "__init__.py"]
    named = [
        "articles_qa." + ".".join(path.with_suffix("").parts) for path in modules if "/".join(path.parts[:2]) not in left_out
    ]
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, str(seeds_index), " ".join(named)],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=True,
        timeout=100,
    )
    assert done.stdout.splitlines() == ["2", "2", "2", "3", "[]"], done.stderr
    lines = [line for line in done.stderr.splitlines() if "building" not in line]
    assert len(lines) == 4 and all("on Windows inside WSL or a container" in line for line in lines[:3]), done.stderr
