"""Reading mail: the subject, the sender and the message, and each attached file as an article of its own.

Words that a reply repeats from another mail, behind ">", are left out: they are the other's.
"""

import email
import email.policy
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from email.utils import parseaddr, parsedate_to_datetime

from articles_qa.index.articles.places import Proves
from articles_qa.index.formats.extracted import Extracted, SourceText, Unreadable
from articles_qa.index.formats.html_page import add_block, page_blocks, read_html

MAX_PARTS, MAX_DEPTH = 500, 30
_QUOTED = re.compile(r"\s{0,3}>")
# "On Mon, 5 Jan 2024, Anna Lind wrote:" before repeated words.
_WROTE = re.compile(r"(?:On\b.{5,150}\bwrote:|-{2,} ?(?:Original Message|Forwarded message) ?-{2,})\s*$", re.IGNORECASE)
_LINE = re.compile(r"[^\n]*\n|[^\n]+")
_FROM = re.compile(rb"(?:\A|(?<=\n\n)|(?<=\n\r\n))(From [^\n]*\n)")


@dataclass(frozen=True, slots=True)
class Mail:
    """A mail's text, None where it has none, and its attached files by name."""

    text: Extracted | None
    attached: tuple[tuple[str, bytes], ...]


def read_mail(data: bytes, *, is_page: bool) -> Mail:
    """Return a mail; `is_page`: it is a page that a browser saved with its files, which are no attachments.

    Raises:
        Unreadable: it is no mail, or has neither text nor attachments.
    """
    message = _parsed(data)
    texts: list[tuple[str, EmailMessage]] = []
    attached: list[tuple[str, bytes]] = []
    for number, part in _leaves(message, "1"):
        name = part.get_filename()
        if name is None and part.get_content_type() in ("text/plain", "text/html"):
            texts.append((number, part))
        elif name is not None and not is_page:
            attached.append((name.replace("/", "_").replace("\0", "")[:150] or "attachment", _payload(part)))
    plain = [one for one in texts if one[1].get_content_type() == "text/plain"]
    text = _page(texts) if is_page else _message(message, plain or texts)
    if text is None and not attached:
        raise Unreadable("a mail without a text; save its attachments")
    return Mail(text, tuple(attached))


def mails_of(data: bytes) -> list[bytes]:
    """Return the mails of a mailbox.

    Raises:
        Unreadable: it is none.
    """
    starts = [match.span(1) for match in _FROM.finditer(data)]
    if not starts:
        raise Unreadable('no mailbox: no line begins with "From "; save each mail as .eml')
    ends = [*(start for start, _ in starts[1:]), len(data)]
    return [data[begin:end] for (_, begin), end in zip(starts, ends, strict=True)]


def mail_parts(data: bytes) -> dict[str, bytes]:
    """Return the parts of a mail that texts are read from, in UTF-8, by their names."""
    message = _parsed(data)
    texts = [(number, part) for number, part in _leaves(message, "1") if part.get_content_maintype() == "text"]
    parts = {number: _decoded(_payload(part), _charset(part)).encode() for number, part in texts}
    return {**parts, "subject": _header(message, "subject").encode(), "from": _header(message, "from").encode()}


def _parsed(data: bytes) -> EmailMessage:
    try:
        message = email.message_from_bytes(data, policy=email.policy.default)
        _ = message.keys()
    except (ValueError, IndexError, AttributeError, RecursionError, LookupError) as error:
        raise Unreadable("mail that cannot be read; save its text") from error
    if not isinstance(message, EmailMessage) or not any(
        message.get(name) for name in ("from", "subject", "date", "content-type")
    ):
        raise Unreadable("no mail: it has neither sender, subject nor date; save its text")
    return message


def _leaves(message: EmailMessage, number: str) -> Iterator[tuple[str, EmailMessage]]:
    """Yield the parts that hold no parts, numbered as mail programs do: "1.2" is the second part of the first."""
    stack = [(number, message, 0)]
    seen = 0
    while stack:
        number, part, depth = stack.pop()
        if part.is_multipart() and depth < MAX_DEPTH:
            # A multipart's parts, or the one mail that is forwarded in this one.
            inner = [one for one in part.get_payload() if isinstance(one, EmailMessage)]
            stack += [(f"{number}.{place}", one, depth + 1) for place, one in reversed(list(enumerate(inner, 1)))]
        elif not part.is_multipart():
            seen += 1
            if seen > MAX_PARTS:
                raise Unreadable(f"a mail of more than {MAX_PARTS} parts; save its text")
            yield number, part


def _payload(part: EmailMessage) -> bytes:
    try:
        data = part.get_payload(decode=True)
    except (ValueError, LookupError, AssertionError):
        return b""
    return data if isinstance(data, bytes) else b""


def _header(message: EmailMessage, name: str) -> str:
    try:
        return " ".join(str(message.get(name) or "").split()).encode("utf-8", "replace").decode()
    except (ValueError, IndexError, AttributeError, LookupError):
        return ""


def _page(texts: Sequence[tuple[str, EmailMessage]]) -> Extracted | None:
    """Return the article of a saved page: its first part of HTML."""
    for number, part in texts:
        if part.get_content_type() == "text/html":
            made = read_html(_decoded(_payload(part), _charset(part)).encode("utf-8", "surrogatepass"))
            made.parts[0] = number
            return made
    return None


def _message(message: EmailMessage, texts: list[tuple[str, EmailMessage]]) -> Extracted | None:
    made = Extracted(proves=Proves.PART, parts=["subject"])
    subject, sender = _header(message, "subject"), _header(message, "from")
    if subject:
        made.title = made.add(subject, 0, len(subject.encode()), at=1)
    name = parseaddr(sender)[0]
    at = sender.find(name) if name else -1
    if at >= 0:
        made.gap("\n")
        first = len(sender[:at].encode())
        made.outlet = made.add(name, first, first + len(name.encode()), at=1, part=made.part("from"))
    made.published = _day(_header(message, "date"))
    head, repeated = made.size, 0
    for number, part in texts:
        made.gap("\n\n")
        repeated += _add_text(made, part, number)
    if repeated:
        made.notes.append(f"{repeated:,} lines repeated from other mails are left out")
    return made if made.text[head:].strip() else None


def _charset(part: EmailMessage) -> str:
    return (part.get_content_charset() or "utf-8").lower()


def _add_text(made: Extracted, part: EmailMessage, number: str) -> int:
    """Add the text of a part; return how many lines it repeats from other mails."""
    text = _decoded(_payload(part), _charset(part))
    if part.get_content_type() == "text/html":
        source = SourceText(text, "utf-8")
        for block in page_blocks(source):
            made.gap("\n\n")
            add_block(made, block, source, part=made.part(number))
        return 0
    place, repeated, at = made.part(number), 0, 0
    for line, match in enumerate(_LINE.finditer(text), 1):
        written = match.group()
        size = len(written.encode())
        if _QUOTED.match(written) or _WROTE.match(written):
            repeated += 1
        elif written.strip():
            made.add(written, at, at + size, at=line, part=place)
        else:
            made.gap("\n")
        at += size
    return repeated


def _decoded(data: bytes, charset: str) -> str:
    """Return a part's text; its places count the bytes of the text in UTF-8, whatever the mail has it in."""
    for name in ("utf-8", charset):
        try:
            return data.decode(name)
        except (UnicodeError, LookupError):
            continue
    raise Unreadable(f"a mail that is not in {charset[:40]}, as it says; save its text as UTF-8")


def _day(text: str) -> str | None:
    try:
        found: datetime = parsedate_to_datetime(text)
        return found.date().isoformat()
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
