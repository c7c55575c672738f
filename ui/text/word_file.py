"""Answers as a Word file (.docx): a zip of the few parts that Word needs, written by hand.

Source: ECMA-376, Office Open XML, part 1, sections 11.3.10 (main document) and 17 (WordprocessingML).
"""

import io
import zipfile
from collections.abc import Iterator, Sequence
from xml.sax.saxutils import escape, quoteattr

from articles_qa.index.files.printable import printable_lines
from articles_qa.qa.proof.saved_answer import SavedAnswer, SavedQuote
from articles_qa.ui.text.claim_tables import WordedTable, worded_tables
from articles_qa.ui.text.quote_notes import ArticleNamed, no_article, quote_notes
from articles_qa.ui.text.reading_order import numbers
from articles_qa.ui.text.rich_text import sections
from articles_qa.ui.text.wording import day, place_of, quote_link, scope_text, source_words

_W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_R = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_TYPES = (
    f'{_HEAD}<Types xmlns="{_PACKAGE}/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Default Extension="xml" ContentType="application/xml"/>'
    '<Override PartName="/word/document.xml" '
    'ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/>'
    '<Override PartName="/word/styles.xml" '
    'ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.styles+xml"/></Types>'
)
_MAIN = (
    f'{_HEAD}<Relationships xmlns="{_PACKAGE}/relationships">'
    f'<Relationship Id="rId1" Type="{_R}/officeDocument" Target="word/document.xml"/></Relationships>'
)


def _style(name: str, shown: str, paragraph: str, run: str) -> str:
    return (
        f'<w:style w:type="paragraph" w:styleId="{name}"><w:name w:val="{shown}"/><w:basedOn w:val="Normal"/>'
        f"<w:pPr>{paragraph}</w:pPr><w:rPr>{run}</w:rPr></w:style>"
    )


_STYLES = (
    f'{_HEAD}<w:styles xmlns:w="{_W}">'
    '<w:style w:type="paragraph" w:default="1" w:styleId="Normal"><w:name w:val="Normal"/>'
    '<w:pPr><w:spacing w:after="120"/></w:pPr><w:rPr><w:sz w:val="22"/></w:rPr></w:style>'
    + _style(
        "Heading1", "heading 1", '<w:keepNext/><w:spacing w:before="240"/><w:outlineLvl w:val="0"/>', '<w:b/><w:sz w:val="30"/>'
    )
    + _style("Heading2", "heading 2", '<w:keepNext/><w:outlineLvl w:val="1"/>', '<w:b/><w:sz w:val="24"/>')
    + _style("Quote", "Quote", '<w:keepNext/><w:ind w:left="480"/><w:spacing w:after="0"/>', '<w:sz w:val="24"/>')
    + _style("Source", "Source", '<w:ind w:left="480"/>', '<w:color w:val="57534A"/><w:sz w:val="20"/>')
    + "</w:styles>"
)


def to_word(answers: Sequence[SavedAnswer], *, page: str = "", article_named: ArticleNamed = no_article) -> bytes:
    """Return a conversation as the bytes of a Word file; `page` is the address that links begin with."""
    links: list[str] = []
    body = "".join(part for answer in answers for part in _answer(answer, page, links, article_named))
    document = f'{_HEAD}<w:document xmlns:w="{_W}" xmlns:r="{_R}"><w:body>{body}<w:sectPr/></w:body></w:document>'
    related = "".join(
        f'<Relationship Id="link{number}" Type="{_R}/hyperlink" Target={quoteattr(link)} TargetMode="External"/>'
        for number, link in enumerate(links)
    )
    styles = f'<Relationship Id="styles" Type="{_R}/styles" Target="styles.xml"/>'
    relations = f'<Relationships xmlns="{_PACKAGE}/relationships">{styles}{related}</Relationships>'
    parts = {
        "[Content_Types].xml": _TYPES,
        "_rels/.rels": _MAIN,
        "word/document.xml": document,
        "word/styles.xml": _STYLES,
        "word/_rels/document.xml.rels": f"{_HEAD}{relations}",
    }
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in parts.items():
            archive.writestr(zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0)), text)  # The same answers make the same bytes.
    return made.getvalue()


def _answer(answer: SavedAnswer, page: str, links: list[str], article_named: ArticleNamed) -> Iterator[str]:
    numbered = numbers(answer)
    yield _paragraph("Heading1", _run(answer.question))
    if answer.within:
        yield _paragraph("Source", _run(f"Asked: {scope_text(answer.within)}"))
    for heading, quotes, reason in sections(answer):
        if heading and (quotes or reason):
            yield _paragraph("Heading2", _run(heading))
        if reason:
            yield _paragraph("Normal", _run(reason))
        for quote in quotes:
            yield _paragraph("Quote", _run(f"[{numbered[quote.rank]}] “{' '.join(quote.text.split())}”"))
            yield _paragraph("Source", _run(f"— {source_words(quote)} (") + _link(quote, page, links) + _run(")"))
            for line in quote_notes(quote, article_named).lines:
                yield _paragraph("Source", _run(line))
    for table in worded_tables(answer, numbered):
        yield _paragraph("Heading2", _run(f"{table.about}: {table.note}" if table.note else table.about))
        yield _table(table)


def _link(quote: SavedQuote, page: str, links: list[str]) -> str:
    links.append(quote_link(quote, page=page))
    words = _run(place_of(quote), '<w:color w:val="1F4E79"/><w:u w:val="single"/>')
    return f'<w:hyperlink r:id="link{len(links) - 1}">{words}</w:hyperlink>'


def _table(table: WordedTable) -> str:
    rows = [("Value", "Said by", "Day", "Quote")]
    for row in (row for part in table.parts for value in part.values for row in value.rows):
        rows.append((row.value, f"{row.who}, {row.note}" if row.note else row.who, day(row.published), f"[{row.number}]"))
    edges = "".join(f'<w:{edge} w:val="single" w:sz="4" w:color="999999"/>' for edge in ("top", "bottom", "insideH"))
    cells = ("".join(f"<w:tc>{_paragraph('Normal', _run(cell))}</w:tc>" for cell in row) for row in rows)
    made = "".join(f"<w:tr>{row}</w:tr>" for row in cells)
    return (
        f'<w:tbl><w:tblPr><w:tblW w:w="5000" w:type="pct"/><w:tblBorders>{edges}</w:tblBorders></w:tblPr>{made}</w:tbl><w:p/>'
    )


def _paragraph(style: str, content: str) -> str:
    return f'<w:p><w:pPr><w:pStyle w:val="{style}"/></w:pPr>{content}</w:p>'


def _run(text: str, style: str = "") -> str:
    shown = escape(printable_lines(" ".join(text.split())))
    return f'<w:r><w:rPr>{style}</w:rPr><w:t xml:space="preserve">{shown}</w:t></w:r>'.replace("<w:rPr></w:rPr>", "")
