"""Reading records: articles as JSON lines, JSON or CSV, each text with its bytes in the file.

{"title": "Dam bursts", "body": "Two died.\\nOne was hurt."}
The values of "title" and "body" stand for what is between their quotation marks; "\\n" is two bytes of the file.
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from json.decoder import scanstring  # type: ignore[attr-defined]

from articles_qa.index.articles.places import Unit
from articles_qa.index.articles.span import Span
from articles_qa.index.formats.extracted import Extracted, Refusal, SourceText, Unreadable
from articles_qa.index.formats.page_head import day_of_text

_ROLES = {
    "text": (
        "text body content articlebody article_text article_body full_text fulltext maintext main_text story article message"
    ),
    "title": "title headline heading subject name",
    "outlet": "outlet source publisher publication site sitename site_name newspaper newsdesk domain",
    "day": (
        "date published published_at publish_date date_publish publication_date pubdate datepublished day timestamp created_at"
    ),
}
_ESCAPE = re.compile(r"\\(?:u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|.)", re.DOTALL)
_BLANK = re.compile(r"[ \t\n\r]*")
_BARE = re.compile(r"[^\r\n]*")
_LISTS = ("articles", "data", "items", "records", "documents", "docs", "results", "entries", "stories", "news", "@graph")


@dataclass(frozen=True, slots=True)
class _Value:
    """A text value: its stretch in the source, and the text of each escape in it."""

    start: int
    end: int
    escape: re.Pattern[str]


Record = Mapping[str, _Value]


def read_records(data: bytes, kind: str, fields: Mapping[str, str], *, tabs: bool, encoding: str) -> list[Extracted | Refusal]:
    """Return the articles of a file; `kind` is jsonl, json or csv, `fields` names those that are not guessed.

    Raises:
        Unreadable: the file is not of this kind, or no record has a text.
    """
    bom = 3 if data.startswith(b"\xef\xbb\xbf") else 0
    try:
        source = SourceText(data[bom:].decode(encoding), encoding, bom)
    except UnicodeError as error:
        raise Unreadable(
            f"not {encoding.upper()} at byte {getattr(error, 'start', 0)}; name its encoding with --encoding"
        ) from error
    text = source.text
    found = _csv_rows(text, tabs=tabs) if kind == "csv" else _json_lines(text) if kind == "jsonl" else _json_objects(text)
    made: list[Extracted | Refusal] = []
    texts = 0
    for number, (at, record) in enumerate(_sound(found), 1):
        if isinstance(record, str):
            made.append(Refusal(str(number), f"{record}, at line {source.line(at)}; mend or remove that record"))
        elif one := _article(record, source, fields, at, number):
            texts += 1
            made.append(one)
    if not texts:
        named = f"field {fields['text']!a}" if "text" in fields else "field such as text, body or content"
        raise Unreadable(f"no record with a {named}; name the field with --text-field")
    return made


def _article(record: Record, source: SourceText, fields: Mapping[str, str], at: int, number: int) -> Extracted | None:
    """Return the article of a record; None where it has no text."""
    chosen = {role: _field(record, role, fields.get(role)) for role in _ROLES}
    body = chosen["text"]
    if body is None or not source.text[body.start : body.end].strip():
        return None
    made = Extracted(member=str(number), encoding=source.encoding, unit=Unit.LINE)
    line = source.line(at)
    if (title := chosen["title"]) is not None:
        made.title = _add(made, title, source, line)
    if (outlet := chosen["outlet"]) is not None:
        made.gap("\n")
        made.outlet = _add(made, outlet, source, line)
    made.gap("\n\n")
    _add(made, body, source, line)
    if (day := chosen["day"]) is not None:
        made.published = day_of_text(source.text[day.start : day.end])
    return made


def _field(record: Record, role: str, named: str | None) -> _Value | None:
    """Return the value of a role: of the named field, or of the first of the usual ones."""
    if named is not None:
        return record.get(named)
    lowered = {name.lower().replace("-", "_").replace(" ", "_"): value for name, value in record.items()}
    found = (lowered[name] for name in _ROLES[role].split() if name in lowered)
    return next((value for value in found if value.end > value.start), None)


def _add(made: Extracted, value: _Value, source: SourceText, line: int) -> Span | None:
    """Add a value, escape by escape; its lines are all those of its record."""
    start, at = made.size, value.start
    for match in value.escape.finditer(source.text, value.start, value.end):
        _plain(made, source, at, match.start(), line)
        written = match.group()
        shown = written[0] if written in ('""',) else json.loads(f'"{written}"')
        source.add_to(made, *match.span(), text=shown, at=line)
        at = match.end()
    _plain(made, source, at, value.end, line)
    return Span(start, made.size) if made.size > start else None


def _plain(made: Extracted, source: SourceText, start: int, end: int, line: int) -> None:
    if end > start:
        source.add_to(made, start, end, at=line)


def _sound(found: Iterator[tuple[int, Record | str]]) -> Iterator[tuple[int, Record | str]]:
    """Yield what is found, up to where the file is damaged."""
    try:
        yield from found
    except (ValueError, IndexError, RecursionError) as error:
        raise Unreadable("damaged JSON; save it again") from error


def _json_lines(text: str) -> Iterator[tuple[int, Record | str]]:
    """Yield the object of each line."""
    for match in re.finditer(r"[^\n]+", text):
        if match.group().strip():
            at = _skip(text, match.start())
            yield at, _object_at(text, at)[0] if text[at] == "{" else "no JSON object"


def _json_objects(text: str) -> Iterator[tuple[int, Record | str]]:
    """Yield the objects of a list, at the top or under a usual name; or the one object that the file is."""
    at = _skip(text, 0)
    if text[at : at + 1] == "{":
        lists = [place for name, place in _members(text, at) if name.lower() in _LISTS and text[place : place + 1] == "["]
        if not lists:
            yield at, _object_at(text, at)[0]
            return
        at = lists[0]
    if text[at : at + 1] != "[":
        raise Unreadable("no JSON list or object of articles; save the articles as text")
    at = _skip(text, at + 1)
    while at < len(text) and text[at] != "]":
        if text[at] == "{":
            record, end = _object_at(text, at)
            yield at, record
            if end is None:
                return
        else:
            end = _value_end(text, at)
        at = _skip(text, end)
        at = _skip(text, at + 1) if text[at : at + 1] == "," else at
        if at < len(text) and text[at] not in "]{" and end == at:
            return


def _object_at(text: str, at: int) -> tuple[Record | str, int | None]:
    """Return the text values of an object, and its end; None with what is wrong where it is no JSON."""
    values: dict[str, _Value] = {}
    end = at
    try:
        for name, place in _members(text, at):
            end = _value_end(text, place)
            if text[place] == '"':
                values[name] = _Value(place + 1, end - 1, _ESCAPE)
        return values, _skip(text, end if end > at else at + 1) + 1
    except (ValueError, RecursionError, IndexError):
        return "not JSON", None


def _members(text: str, at: int) -> Iterator[tuple[str, int]]:
    """Yield the names of an object's members, and where their values begin."""
    at = _skip(text, at + 1)
    while text[at] != "}":
        name, at = scanstring(text, at + 1, False)
        at = _skip(text, at)
        if text[at] != ":":
            raise ValueError("no colon")
        at = _skip(text, at + 1)
        yield name, at
        at = _skip(text, _value_end(text, at))
        if text[at] == ",":
            at = _skip(text, at + 1)
        elif text[at] != "}":
            raise ValueError("no comma")


_DECODER = json.JSONDecoder(strict=False)


def _value_end(text: str, at: int) -> int:
    if text[at] == '"':
        return int(scanstring(text, at + 1, False)[1])
    return _DECODER.raw_decode(text, at)[1]


def _skip(text: str, at: int) -> int:
    found = _BLANK.match(text, at)
    return found.end() if found else at


_TWICE = re.compile('""')
_NEVER = re.compile(r"(?!)")


def _csv_rows(text: str, *, tabs: bool) -> Iterator[tuple[int, Record | str]]:
    """Yield the rows below the row of names."""
    first = _BARE.match(text)
    top = first.group() if first else ""
    sign = "\t" if tabs else max(",;\t", key=top.count)
    cell = re.compile(rf'"((?:[^"]|"")*+)"|([^{sign}\r\n]*)')
    names: list[str] | None = None
    at = 0
    while at < len(text):
        begin, values = at, []
        while True:
            match = cell.match(text, at)
            if match is None:
                raise Unreadable("a quotation mark without its end; save it as CSV again")
            group = 1 if match[1] is not None else 2
            values.append(_Value(*match.span(group), _TWICE if group == 1 else _NEVER))
            at = match.end()
            if text[at : at + 1] != sign:
                break
            at += 1
        rest = _BARE.match(text, at)
        at = rest.end() if rest else at
        at += 2 if text[at : at + 2] == "\r\n" else 1
        if names is None:
            names = [text[value.start : value.end].strip() for value in values]
        elif any(value.end > value.start for value in values):
            yield begin, dict(zip(names, values, strict=False))
