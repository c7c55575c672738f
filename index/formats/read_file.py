"""Reading one file of any format into the texts of its articles; this runs in the reading process alone."""

import html
import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from articles_qa.index.articles.article import BOMS
from articles_qa.index.articles.places import Proves, Stretch, Unit
from articles_qa.index.formats.archive import zip_members
from articles_qa.index.formats.extracted import DAMAGED, MAX_ARTICLES, MAX_CHARS, TOO_LARGE, Extracted, Refusal, Unreadable
from articles_qa.index.formats.html_page import read_html
from articles_qa.index.formats.kinds import PLAIN, ReadSettings, format_of, kind_of, suffix_of, why_unread
from articles_qa.index.formats.mail import mail_parts, mails_of, read_mail
from articles_qa.index.formats.office import member_of, open_archive, read_docx, read_epub, read_odt
from articles_qa.index.formats.pdf import page_texts, read_pdf, written
from articles_qa.index.formats.records import read_records
from articles_qa.index.formats.rtf import read_rtf, rtf_words
from articles_qa.index.formats.subtitles import read_subtitles

MAX_DEPTH = 3  # Of files inside files: an attachment of a mail of a mailbox of an archive.
_ARCHIVES = ("docx", "odt", "epub")
_ESCAPE = re.compile(r'\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})')


@dataclass(frozen=True, slots=True)
class Job:
    """The settings of reading a file, the encoding of text that names none, and how deep inside other files the file is."""

    settings: ReadSettings
    encoding: str | None = None
    depth: int = 0


@dataclass(frozen=True, slots=True)
class ReadArticle:
    """An extracted article, and a function that returns the bytes or characters of a part of what it was read from.

    `pdf` are the bytes of a PDF, b"" for all else.
    """

    extracted: Extracted
    evidence: Callable[[str], bytes | str]
    pdf: bytes = b""


Found = ReadArticle | Refusal


def read_file(name: str, data: bytes, job: Job) -> list[Found]:
    """Return the articles of a file, and the refusals of those that cannot be read.

    Raises:
        Unreadable: the file is no such file, or has no text.
    """
    found = _read(name, data, job)
    articles = [one.extracted for one in found if isinstance(one, ReadArticle)]
    if len(found) > MAX_ARTICLES:
        raise Unreadable(f"over {MAX_ARTICLES:,} articles; split it")
    if sum(article.size for article in articles) > MAX_CHARS:
        raise Unreadable(f"more than {MAX_CHARS // 1_000_000} million characters of text; split it")
    return found


def _read(name: str, data: bytes, job: Job) -> list[Found]:
    if job.depth > MAX_DEPTH:
        raise Unreadable("too many files inside each other; unpack them")
    kind, suffix = kind_of(name, data), suffix_of(name)
    if kind is None or not job.settings.reads(kind):
        return [_text(data, job)]
    many = _INSIDE.get(kind.name)
    if many is not None:
        return many(name, data, job)
    if kind.name in ("jsonl", "json", "csv"):
        read = read_records(data, kind.name, job.settings.fields, tabs=suffix == ".tsv", encoding=job.encoding or "utf-8")
        return [ReadArticle(one, lambda part: data) if isinstance(one, Extracted) else one for one in read]
    pdf = data if kind.name == "pdf" else b""
    return [ReadArticle(_SINGLE[kind.name](data, job.encoding), _evidence(kind.name, data), pdf)]


_SINGLE: Mapping[str, Callable[[bytes, str | None], Extracted]] = {
    "html": lambda data, encoding: read_html(data, encoding=encoding),
    "pdf": lambda data, _: read_pdf(data),
    "docx": lambda data, _: read_docx(data),
    "odt": lambda data, _: read_odt(data),
    "epub": lambda data, _: read_epub(data),
    "rtf": lambda data, _: read_rtf(data),
    "subtitles": read_subtitles,
}


def _inside(name: str, data: bytes, job: Job) -> list[Found]:
    """Read a file inside another one; what it finds bears its name."""
    try:
        if format_of(name) is None and suffix_of(name) not in (*PLAIN, ""):
            raise Unreadable(why_unread(name, job.settings))
        found = _read(name, data, replace(job, depth=job.depth + 1))
    except Unreadable as error:
        return [Refusal(name, str(error))]
    except MemoryError:
        return [Refusal(name, TOO_LARGE)]
    except Exception:  # A parser's fault in one file: the others are read.
        return [Refusal(name, DAMAGED)]
    for one in found:
        if isinstance(one, ReadArticle):
            one.extracted.member = f"{name}/{one.extracted.member}".rstrip("/")
    return [Refusal(f"{name}/{one.member}", one.reason) if isinstance(one, Refusal) else one for one in found]


def _mail(name: str, data: bytes, job: Job) -> list[Found]:
    """Read a mail, a saved page of several files, or a mailbox, whose mails are numbered."""
    suffix = suffix_of(name)
    if suffix == ".mbox":
        return [one for place, mail in enumerate(mails_of(data), 1) for one in _inside(f"{place}.eml", mail, job)]
    mail = read_mail(data, is_page=suffix != ".eml")
    own: list[Found] = [ReadArticle(mail.text, _evidence("mail", data))] if mail.text else []
    return [*own, *(one for attached in mail.attached for one in _inside(*attached, job))]


def _zip(name: str, data: bytes, job: Job) -> list[Found]:
    members = zip_members(data)
    return [one for member in members for one in ([member] if isinstance(member, Refusal) else _inside(*member, job))]


_INSIDE: Mapping[str, Callable[[str, bytes, Job], list[Found]]] = {"mail": _mail, "zip": _zip}


def _text(data: bytes, job: Job) -> ReadArticle:
    """Read plain text inside another file; its bytes are the text."""
    bom, marked = next(((mark, name) for mark, name in BOMS if data.startswith(mark)), (b"", None))
    encoding = marked or job.encoding or "utf-8"
    try:
        text = data[len(bom) :].decode(encoding)
    except (UnicodeError, LookupError) as error:
        raise Unreadable(f"not {encoding.upper()} text; save it as UTF-8") from error
    if "\0" in text or text.encode(encoding, "replace") != data[len(bom) :]:
        raise Unreadable("binary, no text; save it as UTF-8 text")
    if not text.strip():
        raise Unreadable("empty; there is nothing to quote")
    made = Extracted(encoding=encoding, unit=Unit.LINE, proves=Proves.PART)
    made.add(text, len(bom), len(data), at=1)
    return ReadArticle(made, lambda part: data)


def _evidence(kind: str, data: bytes) -> Callable[[str], bytes | str]:
    """Return the function that returns a part of a file: the bytes or characters that places count."""

    def part_of(part: str) -> bytes | str:
        if kind in _ARCHIVES:
            return member_of(open_archive(data), part)
        if kind == "pdf":
            return next((written(text) for number, text, _ in page_texts(data) if part == f"page {number}"), "")
        return mail_parts(data).get(part, b"") if kind == "mail" else data

    return part_of


def words_of(found: ReadArticle, reader: str, stretches: Sequence[Stretch]) -> str:
    """Return the words that stretches of a file hold, with references and escapes resolved.

    Raises:
        Unreadable: a part cannot be read.
    """
    pieces: list[str] = []
    parts: dict[str, bytes | str] = {}
    for stretch in stretches:
        whole = parts.setdefault(stretch.part, b"") or found.evidence(stretch.part)
        parts[stretch.part] = whole
        cut = whole[stretch.start : stretch.end]
        if isinstance(cut, bytes) and reader.startswith("rtf"):
            cut = rtf_words(cut, whole)
        pieces.append(cut if isinstance(cut, str) else _resolved(cut, reader, found.extracted.encoding))
    return "".join(pieces)


def _resolved(cut: bytes, reader: str, encoding: str) -> str:
    kind = reader.partition(" ")[0]
    text = cut.decode(encoding, "replace")
    if kind in ("json", "jsonl"):
        return _ESCAPE.sub(lambda match: str(json.loads(f'"{match.group()}"')), text)
    if kind == "csv":
        return text.replace('""', '"')
    return text if kind in ("text", "subtitles") else html.unescape(text)
