import codecs
import hashlib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from articles_qa.index import ArticleRefused, InputError
from articles_qa.index.articles.article import STRIDE, Article, decode_article, known_encoding, read_article

ENCODINGS = ("utf-8", "utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be")
MARKS = {
    "utf-8": codecs.BOM_UTF8,
    "utf-16-le": codecs.BOM_UTF16_LE,
    "utf-16-be": codecs.BOM_UTF16_BE,
    "utf-32-le": codecs.BOM_UTF32_LE,
    "utf-32-be": codecs.BOM_UTF32_BE,
}
PIECES = ("The river rose.", "\r\n", "\n", "\t", "  ", "e\u0301", "\U0001f1fa\U0001f1e6", "漢字。", "\u200d", "“No,” he said. ")
TEXTS = st.lists(
    st.sampled_from(PIECES) | st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0")), min_size=1
)


@pytest.mark.parametrize(
    "text",
    [
        "One line.\r\nAnother.\r\n",
        "Old Mac.\rAnother.\r",
        "Tab\there.\t\n",
        "Trailing blanks.   \n\n\n   ",
        "Cafe\u0301 and café.",
        "Flag \U0001f1fa\U0001f1e6, family \U0001f468\u200d\U0001f469\u200d\U0001f467.",
        "Inside \ufeff the text the mark is a character.",
        "Form feed\x0cand \x85 and \u2028 are no reason to change anything.",
    ],
)
def test_not_a_character_is_changed(tmp_path: Path, text: str) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes(text.encode())
    article = read_article(path, "a.txt")
    assert article.text == text
    assert article.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_a_byte_order_mark_decides_against_the_named_encoding(encoding: str) -> None:
    article = decode_article(MARKS[encoding] + "Überschwemmung.".encode(encoding), "a.txt", encoding="cp1252")
    assert (article.text, article.encoding, article.bom_bytes) == ("Überschwemmung.", encoding, len(MARKS[encoding]))


@pytest.mark.parametrize(
    ("data", "encoding", "reason"),
    [
        (b"Caf\xe9 closed.", None, "not UTF-8 at byte 3; save it as UTF-8 or name its encoding with --encoding"),
        (codecs.BOM_UTF8 + b"Caf\xe9 closed.", None, "not UTF-8 at byte 6"),
        (b"ed \xed\xa0\x80", None, "not UTF-8 at byte 3"),  # A surrogate, encoded.
        (b"half \xf0\x9f", None, "not UTF-8 at byte 5"),
        (codecs.BOM_UTF16_LE + b"a\x00\x00\xd8", None, "not UTF-16-LE at byte 4"),
        (b"\x81", "cp1252", "not CP1252 at byte 0"),
        (b"PK\x03\x04\x00\x00\xff\xff", None, "NUL at byte 4"),
        (b"text\x00text", None, "NUL at byte 4"),
        ("unmarked".encode("utf-16-le"), None, "unmarked UTF-16 (NUL at byte 1)"),
        (codecs.BOM_UTF16_LE + "a\0b".encode("utf-16-le"), None, "NUL at byte 4"),
        (b"", None, "empty"),
        (b" \r\n\t", None, "empty"),
        (codecs.BOM_UTF8, None, "empty"),
    ],
)
def test_what_cannot_be_read_is_refused_with_its_place(data: bytes, encoding: str | None, reason: str) -> None:
    with pytest.raises(ArticleRefused) as refused:
        decode_article(data, "folder/a.txt", encoding=encoding)
    assert str(refused.value).startswith("folder/a.txt: ")
    assert reason in refused.value.reason
    assert "\n" not in str(refused.value)


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ArticleRefused, match=r"a\.txt: cannot be read \(No such file or directory\)"):
        read_article(tmp_path / "a.txt", "a.txt")


@pytest.mark.parametrize(
    ("named", "name"),
    [
        ("UTF8", "utf-8"),
        ("utf-8-sig", "utf-8"),
        ("latin-1", "iso8859-1"),
        ("utf-16", "utf-16-le"),
        ("Windows-1252", "cp1252"),
        ("shift_jis", "shift_jis"),
    ],
)
def test_an_encoding_is_known_by_any_of_its_names(named: str, name: str) -> None:
    assert known_encoding(named) == name


@pytest.mark.parametrize(
    "named",
    [
        "klingon",
        "",
        "utf-8\0",
        "base64",  # Bytes to bytes.
        "rot13",  # Text to text.
        "utf-7",  # These two read a byte by what stands before it.
        "iso2022_jp",
        "unicode_escape",
        "idna",
    ],
)
def test_an_encoding_that_cannot_be_quoted_from_is_refused(named: str) -> None:
    with pytest.raises(InputError, match="--encoding"):
        known_encoding(named)


def assert_slices_agree(article: Article, data: bytes, start: int, end: int) -> None:
    cut = data[article.byte_offset(start) : article.byte_offset(end)]
    assert cut.decode(article.encoding) == article.text[start:end]


@given(TEXTS, st.sampled_from(ENCODINGS), st.booleans(), st.data())
def test_every_slice_of_the_text_is_a_slice_of_the_file(
    pieces: list[str], encoding: str, marked: bool, draw: st.DataObject
) -> None:
    text = "x" + "".join(pieces)
    data = (MARKS[encoding] if marked else b"") + text.encode(encoding)
    try:
        article = decode_article(data, "a.txt", encoding=encoding)
    except ArticleRefused:
        assert data.decode("utf-8", "replace")[0] != "x" or "\0" in data.decode("latin-1")
        return
    start = draw.draw(st.integers(0, len(article.text)))
    end = draw.draw(st.integers(start, len(article.text)))
    assert_slices_agree(article, data, start, end)


@pytest.mark.parametrize("encoding", ["cp1252", "iso8859-15", "koi8-r", "shift_jis", "gb18030", "big5", "euc_jp"])
@given(data=st.binary(min_size=1, max_size=40), draw=st.data())
def test_bytes_in_a_named_encoding_are_refused_or_quoted_byte_for_byte(encoding: str, data: bytes, draw: st.DataObject) -> None:
    try:
        article = decode_article(data, "a.txt", encoding=encoding)
    except ArticleRefused:
        return
    start = draw.draw(st.integers(0, len(article.text)))
    assert_slices_agree(article, data, start, len(article.text))


@given(st.binary(max_size=60))
def test_any_bytes_give_an_article_or_a_refusal(data: bytes) -> None:
    try:
        article = decode_article(data, "a.txt")
    except ArticleRefused as refused:
        assert "\n" not in str(refused)
    else:
        assert data[article.bom_bytes :].decode(article.encoding) == article.text


def test_lines_are_counted_from_one_at_line_feeds() -> None:
    article = decode_article(b"one\r\ntwo\rstill two\nthree", "a.txt")
    assert [article.line(article.text.index(word)) for word in ("one", "two", "still", "three")] == [1, 2, 2, 3]


def test_the_seeds_are_read_whole(seeds: Path) -> None:
    for path in sorted(seeds.glob("*.txt")):
        article = read_article(path, path.name)
        assert article.text.encode() == path.read_bytes()
        assert_slices_agree(article, path.read_bytes(), len(article.text) // 3, len(article.text) // 2)


@pytest.mark.parametrize("encoding", [*ENCODINGS, "cp1252"])
def test_a_place_far_into_a_long_article_is_counted_as_one_at_its_start(encoding: str) -> None:
    text = ("The é river\n" if encoding == "cp1252" else "The é \U0001f1fa river\n") * (3 * STRIDE // 12)
    article = decode_article(MARKS.get(encoding, b"") + text.encode(encoding), "x.txt", encoding=encoding)
    for offset in (0, 1, STRIDE - 1, STRIDE, STRIDE + 1, 2 * STRIDE - 1, 2 * STRIDE, len(text) - 1, len(text)):
        assert article.byte_offset(offset) == article.bom_bytes + len(text[:offset].encode(encoding))
        assert article.line(offset) == 1 + text[:offset].count("\n")
