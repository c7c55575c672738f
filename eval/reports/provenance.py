"""Provenance: the program, machine and time of a measurement."""

import importlib.metadata
import os
import platform
import subprocess
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

CHECKOUT = Path(__file__).parents[2]
GIT_TIMEOUT_S = 10


@dataclass(frozen=True, slots=True)
class Machine:
    """The machine. `cpus` are the processors that the process may use."""

    cpus: int
    platform: str
    python: str


@dataclass(frozen=True, slots=True)
class Provenance:
    """`date` is UTC. `version` is None where the program is not installed, `commit` where it runs from no checkout."""

    date: str
    version: str | None
    commit: str | None
    machine: Machine


def provenance() -> Provenance:
    """Return the provenance of a measurement made now."""
    try:
        version = importlib.metadata.version("articles-qa")
    except importlib.metadata.PackageNotFoundError:
        version = None
    cpus = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    machine = Machine(cpus, platform.platform(), platform.python_version())
    return Provenance(datetime.now(UTC).isoformat(timespec="seconds"), version, commit(CHECKOUT), machine)


def commit(checkout: Path) -> str | None:
    """Return the git commit of a checkout, with "-dirty" where files differ. None without a checkout or without git."""
    if not (checkout / ".git").exists():  # An installed package may lie inside somebody else's checkout.
        return None
    options = "--always --dirty --abbrev=40 --exclude=*".split()
    command = ["git", "--no-optional-locks", "-C", str(checkout), "describe", *options]
    environment = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    try:
        done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=GIT_TIMEOUT_S, check=True)
    except (OSError, ValueError, subprocess.SubprocessError):
        return None
    return done.stdout.strip() or None
