"""Flags of `os.open` that Linux and macOS have: they keep links and pipes of strangers from being opened."""

import os

from articles_qa.index.errors import InputError


def open_flags(*names: str) -> int:
    """Return these flags together.

    Raises:
        InputError: this system lacks one, as Windows does.
    """
    flags = 0
    for name in names:
        if (flag := getattr(os, name, None)) is None:
            raise InputError(
                f"this system has no {name}, without which articles are not read safely; "
                "use Linux or macOS, on Windows inside WSL or a container"
            )
        flags |= flag
    return flags
