"""PDF, word processors' files, mail, records and subtitles: what each holds besides paragraphs."""

import json
from collections.abc import Callable

import pytest

from articles_qa.index.articles.span import Span
from articles_qa.index.errors import ArticleRefused
from articles_qa.index.formats.article_reader import ArticleReader, FileArticles
from articles_qa.index.formats.kinds import ReadSettings
from tests.made_files import docx, jsonl, mail, odt, pdf_of_lines, rtf, zipped

Read = Callable[..., FileArticles]


def text_of(read: Read, data: bytes, name: str) -> str:
    (article,) = read(data, name).articles
    return article.text


def test_words_that_a_line_end_divides_are_whole_again(read: Read) -> None:
    lines = ["The govern-", "ment paid for a well-", "known dam. It is well-known, the govern-", "or said."]
    assert (
        text_of(read, pdf_of_lines([lines]), "a.pdf")
        == "The government paid for a well-\nknown dam. It is well-known, the governor said."
    )


def test_running_heads_and_page_numbers_are_no_text(read: Read) -> None:
    stories = ("The dam burst.", "Rain fell.", "It stopped.")
    pages = [[f"Linz Gazette, page {n}", "", story, "", str(n)] for n, story in enumerate(stories, 1)]
    text = text_of(read, pdf_of_lines(pages), "a.pdf")
    assert text.split("\n\n") == [*stories]


def test_a_gap_parts_paragraphs_and_a_sentence_goes_on_over_a_page(read: Read) -> None:
    pages = [["One line", "and another.", "", "A third, that goes"], ["on here."]]
    assert text_of(read, pdf_of_lines(pages), "a.pdf") == "One line\nand another.\n\nA third, that goes\non here."


def test_pages_without_text_are_told(read: Read) -> None:
    (article,) = read(pdf_of_lines([["Rain fell."], [], [], ["It stopped."]]), "a.pdf").articles
    assert article.places and article.places.notes == ("4 pages; pages 2 to 3 hold no text (a scan?)",)
    start = article.text.index("It")
    place = article.place(Span(start, start + 11))
    assert place is not None and place.shown == "a.pdf p. 4"
    with pytest.raises(ArticleRefused, match=r"no page holds text \(a scan\?\)"):
        read(pdf_of_lines([[]]), "b.pdf")


def test_deleted_words_and_notes_of_a_document_are_no_text(read: Read) -> None:
    changed = "Two </w:t></w:r><w:del><w:r><w:delText>three </w:delText><w:t>no</w:t></w:r></w:del><w:r><w:t>died &amp; fell."
    assert text_of(read, docx([changed, "<w:tab/>"]), "a.docx") == "Two died & fell."
    noted = "Two<text:s/>died.<text:note><text:p>A note.</text:p></text:note>"
    assert text_of(read, odt([noted]), "a.odt") == "Two died."


def test_signs_of_rtf_are_letters(read: Read) -> None:
    assert (
        text_of(read, rtf([r"K\'f6ln \u8212? \ldblquote yes\rdblquote  {\*\generator x}{\b bold}"]), "a.rtf")
        == "Köln — “yes” bold"
    )
    cyrillic = rb"{\rtf1\ansi\ansicpg1251 \'cc\'e8\'f0 \u1046?.}"
    assert text_of(read, cyrillic, "a.rtf") == "Мир Ж."


def test_a_mail_has_a_head_and_leaves_out_what_it_repeats(read: Read) -> None:
    body = "Two died in Köln.\n\nOn Mon, 5 Jan 2024, Bo wrote:\n> Nobody died.\n"
    (article,) = read(mail(["Dämme", body]), "m.eml").articles
    assert (article.title, article.outlet) == ("Dämme", "Anna Lind") and "Nobody" not in article.text
    assert article.masthead.published is not None and article.masthead.published.isoformat() == "2024-01-05"
    assert article.places and article.places.notes == ("2 lines repeated from other mails are left out",)


def test_attached_files_are_articles_of_their_own(read: Read) -> None:
    found = read(mail(["Dam", "See below."], {"r.docx": docx(["Two died."]), "p.png": b"x", "bad.pdf": b"x"}), "m.eml")
    assert {article.source: article.text for article in found.articles if article.source != "m.eml"} == {
        "m.eml/r.docx": "Two died."
    }
    assert [(each.source, each.reason.split(";")[0]) for each in found.refused] == [
        ("m.eml/p.png", "a picture"),
        ("m.eml/bad.pdf", "a damaged PDF"),
    ]


def test_a_mailbox_is_read_mail_by_mail(read: Read) -> None:
    box = b"".join(b"From x\n" + mail([f"Mail {n}", "Rain fell."]) + b"\n" for n in (1, 2))
    assert [article.source for article in read(box, "b.mbox").articles] == ["b.mbox/1.eml", "b.mbox/2.eml"]


def test_records_are_read_by_the_usual_names_or_by_given_ones(read: Read) -> None:
    line = {"headline": "Dam", "Source": "Gazette", "published_at": "2024-01-05T01:00", "content": 'Two "died".\nMore é.'}
    data = json.dumps({"id": 7}).encode() + b"\n" + json.dumps(line).encode() + b"\nno JSON\n"
    found = read(data, "a.jsonl")
    (article,) = found.articles
    assert (article.source, article.title, article.outlet) == ("a.jsonl/2", "Dam", "Gazette")
    assert article.text == 'Dam\nGazette\n\nTwo "died".\nMore é.' and str(article.masthead.published) == "2024-01-05"
    assert [str(refusal) for refusal in found.refused] == ["a.jsonl/3: no JSON object, at line 3; mend or remove that record"]
    place = article.place(Span(0, len(article.text)))
    assert place is not None and place.shown == "a.jsonl:2"
    (named,) = read(b'{"body": "No.", "story": "Yes."}', "a.jsonl", ReadSettings(text_field="story")).articles
    assert named.text == "Yes."


@pytest.mark.parametrize(
    "data", [b'[{"text": "One."}, 3, {"text": "Two."}]', b'{"n": 2, "articles": [{"text": "One."},{"text": "Two."}]}']
)
def test_a_list_of_articles_may_stand_at_the_top_or_under_a_usual_name(data: bytes, read: Read) -> None:
    assert [article.text for article in read(data, "a.json").articles] == ["One.", "Two."]


def test_rows_may_hold_quotation_marks_signs_and_line_ends(read: Read) -> None:
    rows = b'title;text\r\nA;"Two ""men""; one\nwoman."\r\nB;Rain fell.\r\n'
    assert [article.text for article in read(rows, "a.csv").articles] == ['A\n\nTwo "men"; one\nwoman.', "B\n\nRain fell."]


def test_cues_are_joined_to_sentences_and_parted_by_turns(read: Read) -> None:
    cues = [
        ("00:01.000", "00:02.000", "The <i>dam</i>"),
        ("00:02.100", "00:03.000", "burst."),
        ("00:03.100", "00:04.000", "- When?"),
    ]
    vtt = "WEBVTT\n\n" + "\n".join(f"{start} --> {end} align:start\n{words}\n" for start, end, words in cues)
    assert text_of(read, vtt.encode(), "a.vtt") == "The dam burst.\n\n- When?"


def test_members_that_lead_out_of_an_archive_are_not_read(reader: ArticleReader) -> None:
    found = reader.read(zipped({"../x.txt": "No.", "/etc/x.txt": "No.", "a.txt": "Yes.", ".h.txt": "No."}), "a.zip")
    assert [article.source for article in found.articles] == ["a.zip/a.txt"] and len(found.refused) == 2


def test_a_second_member_of_a_name_and_files_too_deep_are_refused(reader: ArticleReader) -> None:
    data = jsonl(["A", "Rain fell."])
    for _ in range(5):
        data = zipped({"b.zip" if data[:2] == b"PK" else "a.jsonl": data})
    assert [refusal.reason.split(";")[0] for refusal in reader.read(data, "a.zip").refused] == [
        "too many files inside each other"
    ]
