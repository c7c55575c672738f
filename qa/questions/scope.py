"""The scope of a question: the articles that are asked.

Of the five articles in seeds/, `Scope(sources=("*752357*",))` selects one:
000_752357c04fcf2a77.txt. The pattern matches its name. `Scope(outlets=("omega
tv uk",))` selects 004_0fc6b3c28e9a472f.txt, the only article that names its
outlet. `Scope(since=date(2024, 12, 27))` selects none: no article has a date.
"""

import fnmatch
import re
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import numpy as np

from articles_qa.index.arrays import Flags
from articles_qa.index.errors import InputError
from articles_qa.index.opened.index import Index, Selection
from articles_qa.index.search.analyzer import folded

MAX_NAMES, MAX_NAME_CHARS = 100, 500
MAX_PATTERNS, MAX_PATTERN_CHARS = 20, 200  # Of the sources; to read 100 patterns of 500 characters took seconds.
MAX_COMPARED = 1_000_000  # Patterns times articles; each takes up to 1.2 µs.
_LONG = 1_000  # Characters of patterns that are not kept: `re` keeps the last 512, some 100 bytes a character.
_WILD = frozenset("*?[")


@dataclass(frozen=True, slots=True)
class Scope:
    """The articles to ask. An empty field does not narrow the choice.

    A source is a file as the record names it, a folder with all its files
    ("2024/", "2024"), or a pattern for files or folders ("*kursk*"). In a
    pattern "*" and "?" match any characters, "/" too. An article matches if one
    source matches. Case is ignored in sources and outlets. `since` and `until`
    are the first and the last day of publication; with either of them, articles
    without a date do not match.

    Raises:
        InputError: a source or outlet is empty or too long, there are too many names or patterns, or `since` is after
            `until`.
    """

    sources: tuple[str, ...] = ()
    outlets: tuple[str, ...] = ()
    since: date | None = None
    until: date | None = None

    def __post_init__(self) -> None:
        _check_names("sources", self.sources)
        _check_names("outlets", self.outlets)
        if any(len(pattern) > MAX_PATTERN_CHARS for pattern in self.patterns) or len(self.patterns) > MAX_PATTERNS:
            most = f"give at most {MAX_PATTERNS} patterns of {MAX_PATTERN_CHARS} characters"
            raise InputError(f"sources: too many patterns, or too long ones; {most}, or name files and folders")
        for name, day in (("since", self.since), ("until", self.until)):
            if day is not None and (not isinstance(day, date) or isinstance(day, datetime)):
                raise InputError(f"{name}: not a day; give a date without a time")
        if self.since and self.until and self.since > self.until:
            raise InputError(f"since: {self.since} is after until, {self.until}; give the earlier day first")

    @property
    def patterns(self) -> tuple[str, ...]:
        """The sources that are patterns."""
        return tuple(source for source in self.sources if not _WILD.isdisjoint(source))


@dataclass(frozen=True, slots=True)
class Within:
    """The scope of an answer, and the number of articles in it; `named` are the words of the question that chose it, or ""."""

    scope: Scope
    articles: int
    named: str = ""

    def to_dict(self) -> dict[str, Any]:
        """Return the scope's part of the record."""
        scope = self.scope
        return {
            "sources": list(scope.sources),
            "outlets": list(scope.outlets),
            "since": scope.since.isoformat() if scope.since else None,
            "until": scope.until.isoformat() if scope.until else None,
            "articles": self.articles,
            "named": self.named or None,
        }


def select(index: Index, scope: Scope) -> Selection:
    """Return the articles that match every field of the scope.

    Raises:
        InputError: it has too many patterns for so many articles.
    """
    chosen = np.ones(index.info.articles, bool)
    if scope.sources:
        most = max(1, MAX_COMPARED // max(1, index.info.articles))
        if len(scope.patterns) > most:
            raise InputError(
                f"sources: too many patterns for {index.info.articles:,} articles; give at most {most}, or folders"
            )
        chosen &= _by_source(scope, index.store.sources())
    if scope.outlets:
        wanted = {_plain(outlet) for outlet in scope.outlets}
        chosen &= np.array([outlet is not None and _plain(outlet) in wanted for outlet in index.store.outlets()], bool)
    if scope.since or scope.until:
        since, until = scope.since or date.min, scope.until or date.max
        chosen &= np.array([day is not None and since <= day <= until for day in index.store.dates()], bool)
    return index.select(chosen)


def _by_source(scope: Scope, names: list[str]) -> Flags:
    """Return which files match a source, by their own name or by the name of a folder above them."""
    files, globs = frozenset(map(folded, scope.sources)), [folded(pattern) for pattern in scope.patterns]
    folders = tuple(file.rstrip("/") + "/" for file in files)
    shapes = [shape for glob in globs for shape in ((glob,) if glob.endswith("*") else (glob, glob.rstrip("/") + "/*"))]
    shaped = re.compile("|".join(map(fnmatch.translate, shapes)) or "(?!)")
    if sum(map(len, globs)) > _LONG:
        re.purge()

    def named(name: str) -> bool:
        return name in files or name.startswith(folders) or shaped.match(name) is not None

    return np.array([named(folded(name)) for name in names], bool)


def _plain(outlet: str) -> str:
    return folded(" ".join(outlet.split()))


def _check_names(field: str, names: tuple[str, ...]) -> None:
    if not isinstance(names, tuple) or not all(isinstance(name, str) for name in names):
        raise InputError(f"{field}: not a tuple of texts; give each as a text of its own")
    if len(names) > MAX_NAMES:
        raise InputError(f"{field}: {len(names)} are too many; give at most {MAX_NAMES}, or a folder")
    for name in names:
        if not name.strip(" \t\r\n/"):
            raise InputError(f"{field}: one is empty; leave it out, or name what to ask")
        if len(name) > MAX_NAME_CHARS:
            raise InputError(f"{field}: one has {len(name)} characters; give at most {MAX_NAME_CHARS}")
