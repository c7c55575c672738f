"""The settings of the guard: hosts, accounts, features, and limits of size, time and number."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Protocol

from articles_qa.ui.server.accounts import Accounts
from articles_qa.ui.server.hosts import AllowedHosts
from articles_qa.ui.server.routes import BodyKind, Feature


class AddArticle(Protocol):
    """Keeps a file as an article; reads it, unless `more` files follow; returns the article's source."""

    def __call__(self, name: str, data: bytes, *, more: bool) -> str:
        """Keep a file.

        Raises:
            QaError: the file is refused.
        """


@dataclass(frozen=True, slots=True)
class Limits:
    """Limits of size, time and number. Sizes in bytes, times in seconds.

    `max_working` bounds the requests at a time that Gradio's queue does not bound. The program works on `at_work` of
    them; the others wait, since more would only hinder each other.
    """

    max_json: int = 1_000_000  # The page sends the conversation along.
    max_login: int = 16_000
    max_upload: int = 24_000_000
    max_uploads: int = 8  # At a time; each is kept in memory until it is whole.
    max_uploads_each: int = 2  # Of one visitor; the page sends one file after another.
    max_depth: int = 64  # Of JSON.
    max_at_once: int = 64_000_000  # Of all bodies under way, uploads not counted.
    small: int = 16_000  # A body up to here always finds room: of all connections together 16 MB.
    max_added: int = 500_000_000  # By one visitor in a day: a quarter of what an index takes.
    body_deadline_s: float = 20.0
    upload_deadline_s: float = 120.0
    stalled_after_s: float = 60.0
    max_working: int = 128
    at_work: int = 4

    def of(self, kind: BodyKind) -> tuple[int, float]:
        """Return the most bytes that a body of this kind may have, and the seconds that it may take."""
        sizes = {BodyKind.JSON: self.max_json, BodyKind.LOGIN: self.max_login, BodyKind.FILE: self.max_upload}
        return sizes.get(kind, 0), self.upload_deadline_s if kind is BodyKind.FILE else self.body_deadline_s


@dataclass(frozen=True, slots=True)
class GuardSettings:
    """The hosts, accounts and features that are let through. Without `add_article`, nobody can upload.

    `opening` is added to the document's head.

    `check_call` gets the path and the value of each JSON body; it raises `Refused` for a call that cannot be served.
    """

    hosts: AllowedHosts
    accounts: Accounts | None = None
    mcp: bool = False
    add_article: AddArticle | None = None
    limits: Limits = field(default_factory=Limits)
    check_call: Callable[[str, Any], None] = lambda path, value: None
    opening: str = ""

    @property
    def features(self) -> frozenset[Feature]:
        """The features that open routes."""
        has = {Feature.ACCOUNTS: self.accounts, Feature.MCP: self.mcp, Feature.UPLOADS: self.add_article}
        return frozenset(feature for feature, setting in has.items() if setting)
