"""The scope of a question: which of the articles it is asked of."""

import fnmatch
import re
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import numpy as np

from index.arrays import Flags
from index.errors import InputError
from index.opened.index import Index, Selection
from index.search.analyzer import folded

MAX_PATTERNS, MAX_PATTERN_CHARS = 100, 500


@dataclass(frozen=True, slots=True)
class Scope:
    """Which articles to ask; what is left out does not narrow the choice.

    A source is a file as the record names it, a folder with all in it
    ("2024/", "2024"), or a pattern for either ("*kursk*"), in which "*" and
    "?" stand for any letters, "/" too; any of them may match. Sources and
    outlets compare whatever their case. Dates are of publication, the first
    and the last day; with one, articles that show no date are out.

    Raises:
        InputError: a source or outlet is empty or too long, there are too many, or `since` is after `until`.
    """

    sources: tuple[str, ...] = ()
    outlets: tuple[str, ...] = ()
    since: date | None = None
    until: date | None = None

    def __post_init__(self) -> None:
        _check_names("sources", self.sources)
        _check_names("outlets", self.outlets)
        for name, day in (("since", self.since), ("until", self.until)):
            if day is not None and (not isinstance(day, date) or isinstance(day, datetime)):
                raise InputError(f"{name}: not a day; give a date without a time")
        if self.since and self.until and self.since > self.until:
            raise InputError(f"since: {self.since} is after until, {self.until}; give the earlier day first")


@dataclass(frozen=True, slots=True)
class Within:
    """The scope that an answer keeps to, and how many articles match it."""

    scope: Scope
    articles: int

    def to_dict(self) -> dict[str, Any]:
        """Its part of the record."""
        scope = self.scope
        return {
            "sources": list(scope.sources),
            "outlets": list(scope.outlets),
            "since": scope.since.isoformat() if scope.since else None,
            "until": scope.until.isoformat() if scope.until else None,
            "articles": self.articles,
        }


def select(index: Index, scope: Scope) -> Selection:
    """The articles that match all that the scope says."""
    chosen = np.ones(index.info.articles, bool)
    if scope.sources:
        chosen &= _by_source(scope.sources, index.store.sources())
    if scope.outlets:
        wanted = {_plain(outlet) for outlet in scope.outlets}
        chosen &= np.array([outlet is not None and _plain(outlet) in wanted for outlet in index.store.outlets()], bool)
    if scope.since or scope.until:
        since, until = scope.since or date.min, scope.until or date.max
        chosen &= np.array([day is not None and since <= day <= until for day in index.store.dates()], bool)
    return index.select(chosen)


def _by_source(patterns: tuple[str, ...], names: list[str]) -> Flags:
    """Which of these files any pattern names, itself or a folder that it lies in."""
    wanted = [folded(pattern) for pattern in patterns]
    files, folders = frozenset(wanted), tuple(pattern.rstrip("/") + "/" for pattern in wanted)
    globs = [pattern for pattern in wanted if re.search(r"[*?\[]", pattern)]
    shapes = [shape for glob in globs for shape in ((glob,) if glob.endswith("*") else (glob, glob.rstrip("/") + "/*"))]
    shaped = re.compile("|".join(map(fnmatch.translate, shapes)) or "(?!)")

    def named(name: str) -> bool:
        return name in files or name.startswith(folders) or shaped.match(name) is not None

    return np.array([named(folded(name)) for name in names], bool)


def _plain(outlet: str) -> str:
    return folded(" ".join(outlet.split()))


def _check_names(field: str, names: tuple[str, ...]) -> None:
    if not isinstance(names, tuple) or not all(isinstance(name, str) for name in names):
        raise InputError(f"{field}: not a tuple of texts; give each as a text of its own")
    if len(names) > MAX_PATTERNS:
        raise InputError(f"{field}: {len(names)} are too many; give at most {MAX_PATTERNS}, or a folder")
    for name in names:
        if not name.strip(" \t\r\n/"):
            raise InputError(f"{field}: one is empty; leave it out, or name what to ask")
        if len(name) > MAX_PATTERN_CHARS:
            raise InputError(f"{field}: one has {len(name)} characters; give at most {MAX_PATTERN_CHARS}")
