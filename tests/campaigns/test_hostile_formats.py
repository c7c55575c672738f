"""Hostile files of all formats: each is read or refused in one line, in time, and the next one is read."""

import zlib
from collections.abc import Callable, Mapping
from dataclasses import asdict
from functools import partial
from random import Random

import pytest

from articles_qa.index.errors import ArticleRefused
from articles_qa.index.formats.answer_request import reply_to
from articles_qa.index.formats.article_reader import ArticleReader
from articles_qa.index.formats.kinds import ReadSettings
from tests.campaigns.conftest import MAX_CASE_S
from tests.made_files import MAKERS, W, docx, mail, pdf_of_lines, zipped

Campaign = Callable[[int, int, int], int]
PARAGRAPHS = (
    "Dam bursts near Velden",
    "Two people died when the dam burst, police said.",
    "Anna Lind said nobody else was hurt.",
)
FILES = {ending: make(PARAGRAPHS) for ending, make in MAKERS.items()} | {
    "csv": b'title,text\nA,"Two ""men"" died, he said."\n',
    "json": b'[{"title": "A", "text": "Rain fell."}, {"text": "x\\u00fc"}]',
    "mbox": b"From a\n" + mail(PARAGRAPHS, {"a.docx": docx(PARAGRAPHS)}) + b"\n\nFrom b\n" + mail(PARAGRAPHS),
    "vtt": b"WEBVTT\n\n00:01.000 --> 00:02.000\n<v Anna>Rain fell.\n",
}
# Put into files at random places.
ODD = (
    b"<", b">", b"&", b'"', b"\\", b"{", b"}", b"\0", b"\xff\xfe", b"</p>", b"<!--", b"<![CDATA[", b"&#x110000;", b"&#0;",
    b"\\u0000", b"\\ud800", b"\\bin99 ", b"\\u-5 ", b"Content-Type: multipart/mixed; boundary=x\n", b"9" * 50, b"\r", b"--> ",
)  # fmt: skip


def spoilt(data: bytes, random: Random) -> bytes:
    """A file with some changes at random places."""
    made = bytearray(data)
    for _ in range(random.randint(1, 6)):
        at = random.randrange(len(made) + 1)
        change = random.randrange(5)
        if change == 0:
            made[at : at + 1] = random.randbytes(1)
        elif change == 1:
            del made[at : at + random.randint(1, 30)]
        elif change == 2:
            del made[at:]
        elif change == 3:
            made[at:at] = made[at : at + 200]
        else:
            made[at:at] = random.choice(ODD)
    return bytes(made)


@pytest.mark.campaign
@pytest.mark.parametrize("ending", sorted(FILES))
def test_a_spoilt_file_is_read_or_refused(
    ending: str, campaign: Campaign, survives: Callable[[Callable[[], object], object], bool]
) -> None:
    request = {"name": f"a.{ending}", "encoding": None, "settings": asdict(ReadSettings())}
    random = Random(ending)
    for case in range(campaign(60, 1_000, 20_000)):
        data = spoilt(FILES[ending], random)
        survives(partial(_is_answered, request, data), (ending, case))


def _is_answered(request: Mapping[str, object], data: bytes) -> None:
    reply = reply_to(request, data)
    assert "found" in reply or ";" in reply["refused"]


def flate_bomb() -> bytes:
    """A PDF whose one page is 50 MB of text operators."""
    packed = zlib.compress(b"BT /F1 10 Tf (Rain) Tj ET " * 2_000_000)
    data = pdf_of_lines([["x"]])
    start, end = data.index(b"<< /Length"), data.index(b"endstream")
    return data[:start] + b"<< /Filter /FlateDecode /Length %d >>\nstream\n%s\n" % (len(packed), packed) + data[end:]


ENTITIES = b"".join(b'<!ENTITY %c "%s">' % (98 + i, b"&%c;" % (97 + i) * 10) for i in range(9))
BOMBS: dict[str, tuple[str, Callable[[], bytes]]] = {
    "spaces in XML": ("a.docx", lambda: zipped({"word/document.xml": b"<w>" + b" " * 150_000_000})),
    "a billion laughs": (
        "a.docx",
        lambda: zipped({"word/document.xml": b'<!DOCTYPE w [<!ENTITY a "ha">' + ENTITIES + b"]><w>&j;</w>"}),
    ),
    "a file of the system": (
        "a.docx",
        lambda: zipped(
            {"word/document.xml": f'<!DOCTYPE w [<!ENTITY a SYSTEM "file:///etc/passwd">]><w:t xmlns:w="{W}">&a;</w:t>'}
        ),
    ),
    "a million tags in each other": ("a.html", lambda: b"<div>" * 1_000_000 + b"<p>Rain fell."),
    "tags without an end": ("a.html", lambda: b"<a " * 700_000),
    "lists in each other": ("a.json", lambda: b"[" * 2_000_000),
    "quotation marks": ("a.csv", lambda: b'text\n"' + b'""' * 3_000_000),
    "groups in each other": ("a.rtf", lambda: b"{\\rtf1 " + b"{" * 1_000_000),
    "parts in each other": (
        "a.eml",
        lambda: (
            b"Subject: x\nContent-Type: multipart/mixed; boundary=a\n\n"
            + b"--a\nContent-Type: multipart/mixed; boundary=a\n\n" * 50_000
        ),
    ),
    "pages in each other": (
        "a.pdf",
        lambda: (
            b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj 2 0 obj<</Type/Pages/Kids[2 0 R]/Count 2000000000>>endobj "
            b"trailer<</Root 1 0 R>>"
        ),
    ),
    "a page of 50 MB": ("a.pdf", flate_bomb),
    "archives in each other": (
        "a.zip",
        lambda: zipped({"a.zip": zipped({"b.zip": zipped({"c.zip": zipped({"d.zip": b""})})})}),
    ),
}


@pytest.mark.campaign
@pytest.mark.tier("check")
@pytest.mark.parametrize("name", BOMBS)
def test_a_bomb_is_one_refused_file(name: str) -> None:
    file, make = BOMBS[name]
    reader = ArticleReader()
    try:
        found = reader.read(make(), file)
        assert all(";" in refusal.reason for refusal in found.refused)
    except ArticleRefused as refusal:
        assert ";" in refusal.reason and "\n" not in refusal.reason and "root:" not in refusal.reason
    assert reader.read(b"<p>Rain fell on the town for two days.</p>", "b.html").articles


@pytest.mark.campaign
@pytest.mark.tier("check")
@pytest.mark.parametrize(
    "unit",
    ["<p>Rain fell.</p>", "<b>x", "&amp;", "</div>", "<table><td>", "<p a=b c='d'>", "<br>", "<script>", "<div>x ", "text. "],
)
def test_twice_the_page_takes_at_most_some_more_than_twice_as_long(unit: str) -> None:
    request = {"name": "a.html", "encoding": None, "settings": asdict(ReadSettings())}

    def seconds(size: int) -> float:
        import time

        began = time.process_time()
        reply_to(request, (unit * (size // len(unit))).encode())
        return time.process_time() - began

    seconds(10_000)
    once, twice = min(seconds(100_000) for _ in range(3)), min(seconds(200_000) for _ in range(3))
    assert twice <= 3 * once + 0.05 and once < MAX_CASE_S
