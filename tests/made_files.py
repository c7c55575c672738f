"""Files of all formats, made of paragraphs of text; the smallest that a program would write."""

import html
import io
import json
import zipfile
from collections.abc import Callable, Mapping, Sequence
from email.message import EmailMessage

import pytest

W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
ODF = "urn:oasis:names:tc:opendocument:xmlns"
Paragraphs = Sequence[str]


def zipped(members: Mapping[str, str | bytes]) -> bytes:
    """An archive of these members."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return made.getvalue()


def docx(paragraphs: Paragraphs) -> bytes:
    """A Word file; XML may stand in the paragraphs."""
    body = "".join(f'<w:p><w:r><w:t xml:space="preserve">{text}</w:t></w:r></w:p>' for text in paragraphs)
    return zipped({"word/document.xml": f'<?xml version="1.0"?><w:document xmlns:w="{W}"><w:body>{body}</w:body></w:document>'})


def odt(paragraphs: Paragraphs) -> bytes:
    """An OpenDocument text."""
    body = "".join(f"<text:p>{text}</text:p>" for text in paragraphs)
    names = f'xmlns:office="{ODF}:office:1.0" xmlns:text="{ODF}:text:1.0"'
    return zipped({"content.xml": f"<office:document-content {names}>{body}</office:document-content>"})


def epub(paragraphs: Paragraphs) -> bytes:
    """A book with a chapter for each paragraph."""
    chapters = {
        f"text/c{number}.xhtml": f"<html><body><p>{text}</p></body></html>" for number, text in enumerate(paragraphs, 1)
    }
    items = "".join(f'<item id="{name[5:]}" href="{name}"/>' for name in chapters)
    spine = "".join(f'<itemref idref="{name[5:]}"/>' for name in chapters)
    package = f"<package><manifest>{items}</manifest><spine>{spine}</spine></package>"
    container = '<container><rootfiles><rootfile full-path="OPS/book.opf"/></rootfiles></container>'
    inside = {f"OPS/{name}": text for name, text in chapters.items()}
    return zipped({"META-INF/container.xml": container, "OPS/book.opf": package, **inside})


def rtf(paragraphs: Paragraphs) -> bytes:
    """An RTF file of ASCII paragraphs; control words may stand in them."""
    text = "\\par ".join(paragraphs)
    return f"{{\\rtf1\\ansi\\ansicpg1252{{\\fonttbl{{\\f0 Times;}}}}\\f0 {text}\\par}}".encode("ascii")


def page(paragraphs: Paragraphs) -> bytes:
    """A web page, its title above, with a menu and a foot."""
    title, *rest = (html.escape(text) for text in paragraphs)
    body = "\n".join(f"<p>{text}</p>" for text in rest)
    return (
        f"<!doctype html><html><head><meta charset=utf-8><title>{title}</title></head><body>"
        f'<nav><a href="/">Home</a> <a href="/n">News</a></nav><article><h1>{title}</h1>\n{body}\n</article>'
        "<footer>Copyright by all of us at the paper, who wrote it.</footer></body></html>"
    ).encode()


def mail(paragraphs: Paragraphs, attached: Mapping[str, bytes] | None = None) -> bytes:
    """A mail, the first paragraph its subject."""
    message = EmailMessage()
    message["Subject"], message["From"] = paragraphs[0], "Anna Lind <anna@example.org>"
    message["Date"] = "Fri, 05 Jan 2024 10:00:00 +0000"
    message.set_content("\n\n".join(paragraphs[1:]) + "\n", cte="quoted-printable")
    for name, data in (attached or {}).items():
        message.add_attachment(data, maintype="application", subtype="octet-stream", filename=name)
    return message.as_bytes()


def pdf_of_lines(pages: Sequence[Sequence[str]]) -> bytes:
    """A PDF of these lines, page by page; an empty line leaves a gap."""
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"",
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
    ]
    kids: list[int] = []
    for lines in pages:
        shown = [line.encode("cp1252").replace(b"\\", b"\\\\").replace(b"(", b"\\(").replace(b")", b"\\)") for line in lines]
        content = b"BT /F1 10 Tf 50 780 Td 14 TL\n" + b"".join(b"(" + line + b") Tj T*\n" for line in shown) + b"ET"
        objects.append(b"<< /Length %d >>\nstream\n%s\nendstream" % (len(content), content))
        leaf = (
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents %d 0 R /Resources << /Font << /F1 3 0 R >> >> >>"
        )
        objects.append(leaf % len(objects))
        kids.append(len(objects))
    objects[1] = b"<< /Type /Pages /Kids [%s] /Count %d >>" % (b" ".join(b"%d 0 R" % kid for kid in kids), len(kids))
    data, places = b"%PDF-1.4\n", []
    for number, each in enumerate(objects, 1):
        places.append(len(data))
        data += b"%d 0 obj\n%s\nendobj\n" % (number, each)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    end = b"trailer << /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF" % (len(objects) + 1, len(data))
    return data + b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1) + table + end


def pdf(paragraphs: Paragraphs) -> bytes:
    """A PDF of one page, a line for each paragraph, with gaps between."""
    return pdf_of_lines([[line for text in paragraphs for line in (text, "")]])


def jsonl(paragraphs: Paragraphs) -> bytes:
    """One article, as a line of JSON."""
    return json.dumps({"title": paragraphs[0], "body": "\n\n".join(paragraphs[1:])}).encode() + b"\n"


def subtitles(paragraphs: Paragraphs) -> bytes:
    """Subtitles, a cue for each paragraph, ten seconds apart."""
    cues = (f"{n + 1}\n00:00:{n * 10:02},000 --> 00:00:{n * 10 + 2:02},000\n{text}\n" for n, text in enumerate(paragraphs))
    return "\n".join(cues).encode()


MAKERS: dict[str, Callable[[Paragraphs], bytes]] = {
    "html": page,
    "docx": docx,
    "odt": odt,
    "epub": epub,
    "rtf": rtf,
    "eml": mail,
    "pdf": pdf,
    "jsonl": jsonl,
    "srt": subtitles,
    "zip": lambda paragraphs: zipped({"in/a.txt": "\n\n".join(paragraphs)}),
}


@pytest.fixture(scope="session")
def makers() -> Mapping[str, Callable[[Paragraphs], bytes]]:
    """Functions that make a file of each format, by its ending."""
    return MAKERS
