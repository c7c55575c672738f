"""The head of a page: title, outlet and day of its article, and the text stated for machines (schema.org)."""

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from articles_qa.index.articles.masthead import find_date
from articles_qa.index.formats.extracted import SourceText
from articles_qa.index.formats.page_blocks import Block

_TITLES = ("og:title", "twitter:title", "dc.title", "parsely-title", "sailthru.title")
_OUTLETS = ("og:site_name", "application-name", "dc.publisher", "twitter:site")
_DAYS = (
    "article:published_time", "og:published_time", "datepublished", "date", "pubdate", "publishdate", "publish-date",
    "dc.date", "dc.date.issued", "dcterms.created", "dcterms.date", "parsely-pub-date", "sailthru.date", "article.published",
    "cxenseparse:recs:publishtime", "originalpublicationdate",
)  # fmt: skip
_DAY = re.compile(r"\b(?:19|20)\d\d-\d\d-\d\d(?!\d)")
_ARTICLES = re.compile(
    "(?:News|Blog|Analysis|Report|Opinion|Review|Live|Background|Satirical|Scholarly|Tech|Social)?"
    r"\w*(?:Article|Posting|BlogPost)$"
)
_WORD = re.compile(r"\w+")
_MAX_JSON = 2_000_000


@dataclass
class PageHead:
    """Collects what a page states; titles and outlet are stretches of the source."""

    source: SourceText
    metas: dict[str, tuple[int, int]] = field(default_factory=dict)
    statements: list[dict[str, Any]] = field(default_factory=list)
    _open: str = ""
    _title: tuple[int, int] | None = None
    _time: str | None = None

    def start(self, tag: str, attrs: Sequence[tuple[str, str | None]], at: int, written: str) -> None:
        """Take note of a tag."""
        values = {name: value or "" for name, value in attrs}
        if tag == "meta":
            name = (values.get("property") or values.get("name") or values.get("itemprop") or "").lower()
            content = values.get("content") or ""
            place = written.find(content) if content.strip() else -1
            if name and place >= 0:
                place += len(content) - len(content.lstrip())
                self.metas.setdefault(name, (at + place, at + place + len(content.strip())))
        elif tag == "time" and self._time is None and _DAY.match(values.get("datetime", "")):
            self._time = values["datetime"]
        elif tag == "title" and self._title is None:
            self._open = "title"
        elif tag == "script" and values.get("type", "").lower() == "application/ld+json":
            self._open = "statement"

    def end(self, tag: str, _: int) -> None:
        """Take note of an end tag."""
        if tag in ("title", "script"):
            self._open = ""

    def data(self, start: int, end: int) -> None:
        """Take note of text."""
        if self._open == "title":
            text = self.source.text[start:end]
            if text.strip():
                left = len(text) - len(text.lstrip())
                self._title = start + left, start + len(text.rstrip())
        elif self._open == "statement" and end - start <= _MAX_JSON:
            try:
                said = json.loads(self.source.text[start:end], strict=False)
            except (ValueError, RecursionError):
                return
            self.statements += [one for one in _objects(said, 0) if _is_article(one)]

    @property
    def title(self) -> tuple[int, int] | None:
        """Return the stretch that states the title."""
        return next((self.metas[name] for name in _TITLES if name in self.metas), self._title)

    @property
    def outlet(self) -> tuple[int, int] | None:
        """Return the stretch that names the publisher."""
        return next((self.metas[name] for name in _OUTLETS if name in self.metas), None)

    @property
    def published(self) -> str | None:
        """Return the day of publication as YYYY-MM-DD."""
        stated = [str(one.get("datePublished") or "") for one in self.statements]
        metas = [self.source.text[slice(*self.metas[name])] for name in _DAYS if name in self.metas]
        return next((match.group() for said in (*stated, *metas, self._time or "") if (match := _DAY.search(said))), None)

    @property
    def article_body(self) -> str | None:
        """Return the article's text as the page states it for machines."""
        bodies = [body for one in self.statements if isinstance(body := one.get("articleBody"), str)]
        return max(bodies, key=len, default=None)

    def title_block(self, blocks: Sequence[Block]) -> Block | None:
        """Return the heading that shows the title: the one most like the stated title."""
        headings = [block for block in blocks if block.node.tag in ("h1", "h2") or block.node.itemprop == "headline"]
        stated = set(_WORD.findall(self.source.text[slice(*self.title)].casefold())) if self.title else set()
        if stated:
            likely = [(_likeness(stated, block.text), block) for block in headings]
            best = max(likely, key=lambda pair: pair[0], default=None)
            if best and best[0] >= 0.5:
                return best[1]
            return None
        return next((block for block in headings if block.node.tag == "h1"), None)


def day_of_text(text: str) -> str | None:
    """Return the day that a text states, as YYYY-MM-DD."""
    if match := _DAY.search(text):
        return match.group()
    found = find_date(text)
    return found.isoformat() if found else None


def _likeness(stated: set[str], text: str) -> float:
    words = set(_WORD.findall(text.casefold()))
    return len(stated & words) / max(1, min(len(stated), len(words))) if len(words) > 1 else 0.0


def _objects(said: Any, depth: int) -> Iterator[dict[str, Any]]:
    if isinstance(said, list) and depth < 4:
        for one in said[:50]:
            yield from _objects(one, depth + 1)
    elif isinstance(said, dict):
        yield said
        yield from _objects(said.get("@graph"), depth + 1)


def _is_article(said: dict[str, Any]) -> bool:
    kinds = said.get("@type")
    return any(isinstance(kind, str) and _ARTICLES.match(kind) for kind in (kinds if isinstance(kinds, list) else [kinds]))
