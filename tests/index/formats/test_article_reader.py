"""Reading files of all formats: the same text, with places that lead back to the file."""

from collections.abc import Callable, Mapping, Sequence

import pytest

from articles_qa.index.articles.span import Span
from articles_qa.index.errors import ArticleRefused
from articles_qa.index.formats.article_reader import ArticleReader, FileArticles, settings_of
from articles_qa.index.formats.kinds import ReadSettings

Read = Callable[..., FileArticles]
Makers = Mapping[str, Callable[[Sequence[str]], bytes]]
PARAGRAPHS = (
    "Dam bursts near Velden",
    "Two people died when the dam burst on Friday, police said.",
    "Anna Lind said that 40 others were hurt in the town.",
)
# Where the second paragraph stands, for people.
SHOWN = {
    "html": "a.html:2",
    "docx": "a.docx ¶ 2",
    "odt": "a.odt ¶ 2",
    "epub": "a.epub chapter 2",
    "rtf": "a.rtf ¶ 2",
    "eml": "a.eml:1",
    "pdf": "a.pdf p. 1",
    "jsonl": "a.jsonl:1",
    "srt": "a.srt 0:00:10",
    "zip": "a.zip/in/a.txt:3",
}


@pytest.mark.parametrize("ending", SHOWN)
def test_a_file_of_any_format_has_the_same_text_and_is_proven(ending: str, read: Read, makers: Makers) -> None:
    (article,) = read(makers[ending](PARAGRAPHS), f"a.{ending}").articles
    lines = [line for line in article.text.split("\n") if line and line != "Anna Lind"]  # The sender of the mail.
    assert lines == list(PARAGRAPHS)
    start = article.text.index(PARAGRAPHS[1])
    place = article.place(Span(start, start + len(PARAGRAPHS[1])))
    assert place is not None and place.shown == SHOWN[ending]


@pytest.mark.parametrize("ending", SHOWN)
def test_a_place_leads_to_the_words_alone(ending: str, reader: ArticleReader, makers: Makers) -> None:
    data = makers[ending](PARAGRAPHS)
    (article,) = reader.read(data, f"a.{ending}").articles
    start = article.text.index("40 others")
    place = article.place(Span(start, start + 9))
    assert place is not None and len(place.stretches) == 1
    assert (
        article.places
        and reader.words_at(data, f"a.{ending}", (place.reader, article.places.member), place.stretches) == "40 others"
    )


def test_plain_text_has_no_places_and_needs_no_process() -> None:
    reader = ArticleReader(process=None)
    (article,) = reader.read(b"Rain fell.", "a.txt").articles
    assert article.places is None and article.place(Span(0, 4)) is None and article.content == (article.sha256, "utf-8", "", "")


REFUSED = [
    ("a.pdf", b"%PDF-1.4 and no more", "a damaged PDF"),
    ("a.docx", b"PK\3\4 and no more", "a damaged archive"),
    ("a.eml", b"no mail at all", "no mail"),
    ("a.html", b"<nav><a>Home</a></nav><script>1</script>", "a page without text"),
    ("a.html", "<p>K\xf6ln liegt am Rhein.</p>".encode("latin-1"), "not UTF-8; name its encoding with --encoding"),
    ("a.jsonl", b'{"id": 1}\n', "no record with a field such as text"),
    ("a.json", b"[[[[", "damaged JSON"),
    ("a.csv", b"a,b\n1,2\n", "name the field with --text-field"),
    ("a.srt", b"Hello.", "no subtitles"),
    ("a.rtf", b"Hello.", "no RTF"),
    ("a.zip", b"PK\5\6" + bytes(18), "an archive without files"),
    ("a.mbox", b"Hello.", "no mailbox"),
]


@pytest.mark.parametrize(("name", "data", "reason"), REFUSED, ids=[f"{name}{i}" for i, (name, _, _) in enumerate(REFUSED)])
def test_what_cannot_be_read_is_refused_with_what_to_do(name: str, data: bytes, reason: str, reader: ArticleReader) -> None:
    with pytest.raises(ArticleRefused) as refused:
        reader.read(data, name)
    assert reason in refused.value.reason and ";" in refused.value.reason and refused.value.source == name


def test_a_page_is_read_in_the_encoding_that_it_or_the_user_names(read: Read) -> None:
    words = "<p>Köln liegt am Rhein, und die Stadt wächst.</p>".encode("cp1252")
    (named,) = read(b'<meta charset="iso-8859-1">' + words, "a.html").articles
    (told,) = read(words, "a.html", encoding="cp1252").articles
    assert (
        named.encoding == told.encoding == "cp1252" and named.text == told.text == "Köln liegt am Rhein, und die Stadt wächst."
    )


def test_an_article_inside_a_file_is_found_again_by_its_name(reader: ArticleReader, makers: Makers) -> None:
    data = makers["zip"](PARAGRAPHS)
    assert reader.article(data, "b/a.zip", "in/a.txt").source == "b/a.zip/in/a.txt"
    with pytest.raises(ArticleRefused, match=r"a\.zip/in/b\.txt: not in the file any more"):
        reader.article(data, "a.zip", "in/b.txt")


def test_the_name_of_a_reader_tells_its_settings() -> None:
    settings = ReadSettings(text_field="story", day_field="when")
    assert settings.reader_of("a.jsonl/3") == "jsonl 1 text=story day=when" and settings.reader_of("a.pdf") == "pdf 1"
    assert settings_of(settings.reader_of("a.jsonl/3")) == settings and settings_of("") == ReadSettings()
    assert settings.reader_of("m.eml/note.txt") == "text 1" and settings.reader_of("b.zip/a.html") == "html 2"
