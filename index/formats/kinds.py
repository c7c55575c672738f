"""The kinds of files that are read, by the endings of their names, and the reasons why others are not."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from articles_qa.index.errors import InputError

PLAIN = (".txt", ".md", ".markdown", ".text")


@dataclass(frozen=True, slots=True)
class Format:
    """A kind of file. Another `version` may read another text from the same bytes.

    `holds_many`: a file may be many articles.
    """

    name: str
    version: int
    suffixes: tuple[str, ...]
    holds_many: bool = False


FORMATS = (
    Format("html", 2, (".html", ".htm", ".xhtml")),
    Format("pdf", 1, (".pdf",)),
    Format("docx", 1, (".docx",)),
    Format("odt", 1, (".odt",)),
    Format("rtf", 1, (".rtf",)),
    Format("epub", 1, (".epub",)),
    Format("mail", 1, (".eml", ".mht", ".mhtml", ".mbox"), holds_many=True),
    Format("jsonl", 1, (".jsonl", ".ndjson"), holds_many=True),
    Format("json", 1, (".json",), holds_many=True),
    Format("csv", 1, (".csv", ".tsv"), holds_many=True),
    Format("subtitles", 1, (".srt", ".vtt")),
    Format("zip", 1, (".zip",), holds_many=True),
)
HTML = FORMATS[0]
TEXT = Format("text", 1, PLAIN)  # Inside another file; a plain file of its own has no reader.
NAMES = tuple(one.name for one in FORMATS)
_PAGE = re.compile(
    rb"(?:\xef\xbb\xbf)?\s*(?:<\?xml[^>]*>\s*)?(?:<!--.*?-->\s*)*<(?:!doctype\s+html|html)[\s>]", re.IGNORECASE | re.DOTALL
)
_BY_SUFFIX = {suffix: one for one in FORMATS for suffix in one.suffixes}

# What to do with a file that is not read, by its ending.
_UNREAD = (
    ((".msg", ".pst"), "a mailbox of Outlook; save the mails as .eml"),
    ((".doc", ".dot", ".wpd", ".pages", ".wps"), "a word processor's own format; save it as .docx or .odt"),
    ((".xls", ".xlsx", ".ods", ".numbers"), "a spreadsheet; save its table as .csv"),
    ((".ppt", ".pptx", ".odp", ".key"), "slides; save them as .pdf"),
    (
        (".jpg", ".jpeg", ".png", ".gif", ".webp", ".tif", ".tiff", ".bmp", ".heic", ".svg"),
        "a picture; text in it is not read, type it into a .txt",
    ),
    (
        (".mp3", ".wav", ".m4a", ".ogg", ".flac", ".mp4", ".mov", ".mkv", ".webm"),
        "sound; give a transcript as .txt, .srt or .vtt",
    ),
    ((".gz", ".tar", ".tgz", ".bz2", ".xz", ".7z", ".rar"), "an archive of another kind than .zip; unpack it"),
    ((".mobi", ".azw", ".azw3"), "an e-book of another kind than .epub; convert it"),
    (("",), "without an ending; name the file itself to have it read as text, or give it the ending .txt"),
)
_REASONS = {suffix: reason for suffixes, reason in _UNREAD for suffix in suffixes}


@dataclass(frozen=True, slots=True)
class ReadSettings:
    """The settings for reading files other than plain text.

    `formats` are the names of the formats to read, None for all. The four
    fields name what .jsonl, .json and .csv call an article's text, title,
    outlet and day; None: guessed by the usual names.
    """

    formats: tuple[str, ...] | None = None
    text_field: str | None = None
    title_field: str | None = None
    outlet_field: str | None = None
    day_field: str | None = None

    def __post_init__(self) -> None:
        if strange := [name for name in self.formats or () if name not in NAMES]:
            raise InputError(f"--formats {strange[0][:40]!r}: no such format; name some of {', '.join(NAMES)}, or none")

    @property
    def fields(self) -> dict[str, str]:
        """Return the names of the fields that are not guessed."""
        named = {"text": self.text_field, "title": self.title_field, "outlet": self.outlet_field, "day": self.day_field}
        return {role: name for role, name in named.items() if name is not None}

    @property
    def suffixes(self) -> tuple[str, ...]:
        """Return the endings of all files that are read, plain text first."""
        return (*PLAIN, *(suffix for one in FORMATS if self.reads(one) for suffix in one.suffixes))

    def reads(self, one: Format) -> bool:
        """Tell whether files of a format are read."""
        return self.formats is None or one.name in self.formats

    def reader_of(self, name: str, *, is_page: bool = False) -> str:
        """Return the reader of a file, or of an article inside a file, with its version and settings; "" for plain text.

        `is_page` tells that a text file holds a page.

        An article without an ending of its own is read by what holds it: "articles.jsonl/12".
        """
        parts = name.split("/")
        found = next((one for part in reversed(parts) if (one := format_of(part)) is not None), None)
        if is_page and (found is None or suffix_of(name) in PLAIN):
            return f"{HTML.name} {HTML.version}"
        if found is None:
            return ""
        if suffix_of(name) in PLAIN:
            found = TEXT
        named = "".join(f" {role}={field}" for role, field in self.fields.items())
        return f"{found.name} {found.version}" + (named if found.name in ("jsonl", "json", "csv") else "")


def format_of(name: str) -> Format | None:
    """Return the format of a file by its ending; None for plain text and for what is not read."""
    return _BY_SUFFIX.get(suffix_of(name))


def kind_of(name: str, data: bytes) -> Format | None:
    """Return the format of a file; None for plain text. A page that was saved under a text's name is a page."""
    found = format_of(name)
    return HTML if found is None and _PAGE.match(data[:1000]) else found


def suffix_of(name: str) -> str:
    """Return a name's ending in small letters, "" where it has none; a hidden name is no ending."""
    stem, dot, suffix = name.rpartition("/")[2].rpartition(".")
    return f".{suffix.lower()}" if dot and stem else ""


def why_unread(name: str, settings: ReadSettings) -> str:
    """Return why a file of this name is not read, and what to do."""
    suffix = suffix_of(name)
    if (known := _BY_SUFFIX.get(suffix)) is not None and not settings.reads(known):
        return f"left out by --formats; name {known.name} there too"
    shown = suffix[:20] if suffix.isprintable() else "this"
    return _REASONS.get(suffix) or f"{shown} is not a kind of file that is read; save it as .txt, .html or .pdf"


def read_formats(text: str | None) -> tuple[str, ...] | None:
    """Read the formats that `--formats` names: "html,pdf", "all" or "none"."""
    names: Sequence[str] = [name.strip().lower() for name in (text or "all").split(",") if name.strip()]
    return None if "all" in names else tuple(sorted({name for name in names if name != "none"}))
