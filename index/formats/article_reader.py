"""The articles of a file, whatever its format: plain text here and now, all else by the reading process."""

import hashlib
from base64 import b64decode
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from functools import cache, cached_property
from typing import Any

from articles_qa.index.articles.article import Article, decode_article
from articles_qa.index.articles.masthead import Masthead, read_masthead
from articles_qa.index.articles.places import Places, Proves, Run, Stretch, Unit, are_runs
from articles_qa.index.articles.span import Span
from articles_qa.index.errors import ArticleRefused
from articles_qa.index.formats.extracted import MAX_CHARS, Unreadable
from articles_qa.index.formats.kinds import ReadSettings, kind_of
from articles_qa.index.formats.pages.page_pictures import Box, PagePicture
from articles_qa.index.formats.reading_process import ReadingProcess

KEPT_CHARS = 30_000_000  # Of texts that were read to see whether they are articles, and will be embedded soon.


@dataclass(frozen=True)
class FileArticles:
    """The articles of a file, and the refusals of those in it that cannot be read."""

    articles: tuple[Article, ...]
    refused: tuple[ArticleRefused, ...] = ()

    @cached_property
    def by_member(self) -> Mapping[str, Article]:
        """The articles by their names inside the file."""
        return {one.content.member: one for one in self.articles}


class ArticleReader:
    """Reads files by these settings; the last texts are kept, since a build reads each file twice."""

    def __init__(self, settings: ReadSettings | None = None, process: ReadingProcess | None = None) -> None:
        self.settings = settings or ReadSettings()
        self._process = process or reading_process()
        self._kept: OrderedDict[tuple[str, str, str | None], FileArticles] = OrderedDict()
        self._chars = 0
        self._last: tuple[bytes, tuple[str, str | None], FileArticles] | None = None

    def is_plain(self, source: str, data: bytes) -> bool:
        """Tell whether a file is read as plain text."""
        found = kind_of(source, data)
        return found is None or not self.settings.reads(found)

    def read(self, data: bytes, source: str, *, encoding: str | None = None) -> FileArticles:
        """Return the articles of a file.

        Raises:
            ArticleRefused: the file cannot be read, or nothing in it.
        """
        if self.is_plain(source, data):
            return FileArticles((decode_article(data, source, encoding=encoding),))
        if self._last is not None and self._last[0] is data and self._last[1] == (source, encoding):
            return self._last[2]
        key = source, hashlib.sha256(data).hexdigest(), encoding
        if key not in self._kept:
            self._keep(key, self._read(data, key))
        self._last = data, (source, encoding), self._kept[key]
        return self._kept[key]

    def article(self, data: bytes, source: str, member: str, *, encoding: str | None = None) -> Article:
        """Return one article of a file.

        Raises:
            ArticleRefused: the file does not hold it.
        """
        found = self.read(data, source, encoding=encoding).by_member.get(member)
        if found is not None:
            return found
        raise ArticleRefused(f"{source}/{member}", "not in the file any more")

    def words_at(
        self, data: bytes, source: str, places: tuple[str, str], stretches: Sequence[Stretch], *, encoding: str | None = None
    ) -> str | None:
        """Return the words at stretches of one article of a file; `places` are its reader and member.

        None where the file does not hold the article, or cannot be read.
        """
        reader, member = places
        asked = [[one.part, one.start, one.end] for one in stretches]
        wanted = {"reader": reader, "member": member, "stretches": asked}
        try:
            found = self._process.ask({**self._request(source, encoding), "wanted": wanted}, data).get("words")
        except Unreadable:
            return None
        return found if isinstance(found, str) else None

    def page_pictures(self, data: bytes, source: str, member: str, stretches: Sequence[Stretch]) -> tuple[PagePicture, ...]:
        """Return pictures of the pages of a PDF on which stretches of one article lie.

        Raises:
            ArticleRefused: they cannot be drawn.
        """
        asked = {"member": member, "stretches": [[one.part, one.start, one.end] for one in stretches]}
        try:
            said = self._process.ask({**self._request(source, None), "pictured": asked}, data)
            return tuple(map(_page_picture, said["pages"]))
        except (Unreadable, KeyError, TypeError, ValueError) as error:
            raise ArticleRefused(source, "its page cannot be drawn; open the file itself") from error

    def _request(self, source: str, encoding: str | None) -> dict[str, Any]:
        return {"name": source.rpartition("/")[2], "encoding": encoding, "settings": asdict(self.settings)}

    def _read(self, data: bytes, key: tuple[str, str, str | None]) -> FileArticles:
        source, sha256, encoding = key
        try:
            said = self._process.ask(self._request(source, encoding), data)
        except Unreadable as error:
            raise ArticleRefused(source, str(error)) from error
        if not isinstance(said.get("found"), list):
            raise ArticleRefused(source, str(said.get("refused") or "cannot be read; save its text as .txt")[:300])
        articles: list[Article] = []
        refused: list[ArticleRefused] = []
        members: set[str] = set()
        for one in said["found"]:
            member = str(one["member"])
            named = f"{source}/{member}" if member else source
            if "refused" in one:
                refused.append(ArticleRefused(named, str(one["refused"])))
            elif member in members:
                refused.append(ArticleRefused(named, "a second one of this name in the file, so not read; rename it"))
            elif not str(one["text"]).strip():
                refused.append(ArticleRefused(named, "empty; there is nothing to quote"))
            else:
                members.add(member)
                reader = self.settings.reader_of(named, is_page=one["proves"] == Proves.MARKUP.value)
                articles.append(_article(one, named, (sha256, len(data)), reader))
        if not articles and len(refused) == 1 and refused[0].source == source:
            raise refused[0]
        return FileArticles(tuple(articles), tuple(refused))

    def _keep(self, key: tuple[str, str, str | None], found: FileArticles) -> None:
        self._kept[key] = found
        self._chars += _chars(found)
        while self._chars > KEPT_CHARS and len(self._kept) > 1:
            self._chars -= _chars(self._kept.popitem(last=False)[1])


def _chars(found: FileArticles) -> int:
    """Count roughly what articles take of the memory, a run as 60 characters."""
    return sum(len(one.text) + 60 * len(one.places.runs) for one in found.articles if one.places)


def _article(said: dict[str, Any], source: str, file: tuple[str, int], reader: str) -> Article:
    """Return the article of a reply. The reply comes from a process that read a stranger's file, so it is checked."""
    text, runs = str(said["text"]), tuple(Run(*run) for run in said["runs"])
    parts = tuple(str(part) for part in said["parts"])
    if not are_runs(runs, len(parts), len(text)) or len(text) > MAX_CHARS:
        raise ArticleRefused(source, "a fault of its reader; save its text as .txt")
    proves = Proves(said["proves"])
    places = Places(reader, str(said["member"]), Unit(said["unit"]), proves, parts, runs, tuple(map(str, said["notes"])))
    title, outlet, day = said["head"]
    seen = read_masthead(text)
    masthead = Masthead(
        Span(*title) if title else seen.title,
        Span(*outlet) if outlet else seen.outlet,
        _day(day) or seen.published,
    )
    return Article(source, file[0], file[1], str(said["encoding"]), 0, text, masthead, places)


def _page_picture(said: dict[str, Any]) -> PagePicture:
    """Return a picture of a reply, which comes from a process that read a stranger's file.

    Raises:
        KeyError, TypeError, ValueError: it is none.
    """
    png = b64decode(said["png"], validate=True)
    boxes = tuple(Box(*(int(one[name]) for name in ("x", "y", "width", "height"))) for one in said["boxes"])
    if not png.startswith(b"\x89PNG\r\n"):
        raise ValueError("no picture")
    return PagePicture(int(said["number"]), int(said["width"]), int(said["height"]), png, boxes)


def _day(text: str | None) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        return None


@cache
def reading_process() -> ReadingProcess:
    """Return the reading process that all readers of this process share."""
    return ReadingProcess()


def settings_of(reader: str) -> ReadSettings:
    """Return the settings by which an article was read, from the name of its reader: "jsonl 1 text=story"."""
    named = {role: field for role, sign, field in (part.partition("=") for part in reader.split(" ")[2:]) if sign}
    return ReadSettings(None, *(named.get(role) for role in ("text", "title", "outlet", "day")))
