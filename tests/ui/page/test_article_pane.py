"""The article that is read: its own text, its own line numbers, and no more of it than a screen can hold."""

from collections.abc import Callable
from pathlib import Path
from xml.etree.ElementTree import Element

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from articles_qa.index import Article, Index, SourceState, Span
from articles_qa.index.articles.article import decode_article
from articles_qa.ui.page.article_pane import LINES, ROOM, Marked, article_html, lines, shown_window
from articles_qa.ui.text.wording import FILE_NOTES

Parse = Callable[[str], Element]

SLACK = ROOM // 4  # On either side, so that a line is shown whole.
MARKUP_PER_LINE = 60


def article(text: str, source: str = "a.txt") -> Article:
    return decode_article(text.encode(), source)


def html(text: str, *marks: tuple[int, int, int], at: int = 0, room: int = ROOM, other_version: bool = False) -> str:
    """Marks are start, end and rank."""
    marked = [Marked(Span(start, end), rank) for start, end, rank in marks]
    return article_html(article(text), marked, at=at, state=SourceState.UNCHANGED, other_version=other_version, room=room)


def classed(element: Element, name: str) -> list[Element]:
    return [inner for inner in element.iter() if name in inner.get("class", "").split()]


def words(element: Element) -> str:
    return "".join(element.itertext())


def sheet(shown: Element) -> Element:
    (only,) = classed(shown, "sheet")
    return only


def numbered(shown: Element) -> list[tuple[int, str]]:
    return [(int(line.get("data-line", "")), words(line)) for line in classed(shown, "line")]


def test_every_article_is_shown_whole_and_as_it_is(seeds_index: Path, parsed: Parse) -> None:
    index = Index.open(seeds_index)
    for summary in index.articles().articles:
        known = index.article_named(summary.source)
        assert known is not None
        shown = parsed(article_html(known, [], at=0, state=SourceState.UNCHANGED))
        assert words(sheet(shown)) == known.text
        assert numbered(shown) == list(enumerate(known.text.splitlines(keepends=True), 1))
        assert classed(shown, "more") == classed(shown, "changed") == []


def test_quotes_are_marked_with_their_number(parsed: Parse) -> None:
    shown = parsed(html("One died.\nTwo fled.\n", (4, 8, 1), (10, 13, 2)))
    assert [(mark.tag, mark.get("data-rank"), words(mark)) for mark in classed(shown, "quoted")] == [
        ("mark", "1", "died"),
        ("mark", "2", "Two"),
    ]


def test_the_line_of_the_place_asked_for_is_told(parsed: Parse) -> None:
    for at, here in ((0, [1]), (9, [1]), (10, [2]), (15, [2]), (20, [])):
        shown = parsed(html("One died.\nTwo fled.\n", at=at))
        assert [int(line.get("data-line", "")) for line in classed(shown, "here")] == here


def test_a_quote_over_several_lines_is_marked_on_each(parsed: Parse) -> None:
    shown = parsed(html("One\r\ntwo\r\nthree\r\n", (1, 12, 3)))
    assert [words(mark) for mark in classed(shown, "quoted")] == ["ne\r\n", "two\r\n", "th"]
    assert numbered(shown) == [(1, "One\r\n"), (2, "two\r\n"), (3, "three\r\n")]


def test_overlapping_quotes_keep_both_numbers(parsed: Parse) -> None:
    shown = parsed(html("0123456789", (1, 6, 1), (4, 9, 2), (4, 5, 2)))
    marks = [(words(mark), mark.get("data-rank", "").split()) for mark in classed(shown, "quoted")]
    assert marks == [("123", ["1"]), ("4", ["1", "2"]), ("5", ["1", "2"]), ("678", ["2"])]
    assert words(sheet(shown)) == "0123456789"


@pytest.mark.parametrize("mark", [(5, 5, 1), (9, 4, 1), (10, 20, 1), (500, 600, 1)])
def test_what_marks_nothing_changes_nothing(mark: tuple[int, int, int], parsed: Parse) -> None:
    shown = parsed(html("0123456789", mark))
    assert classed(shown, "quoted") == [] and words(sheet(shown)) == "0123456789"


def test_of_another_version_nothing_is_marked(parsed: Parse) -> None:
    shown = parsed(html("One died.", (0, 3, 1), other_version=True))
    assert classed(shown, "quoted") == [] and words(sheet(shown)) == "One died."
    (note,) = classed(shown, "changed")
    assert "another version" in words(note) and note.get("role") == "status"


@pytest.mark.parametrize("state", SourceState)
def test_a_file_that_changed_or_went_is_noted(state: SourceState, parsed: Parse) -> None:
    shown = parsed(article_html(article("One died."), [], at=0, state=state))
    assert [FILE_NOTES[state] in words(note) for note in classed(shown, "changed")] == ([True] if FILE_NOTES[state] else [])


def test_the_masthead_names_title_outlet_date_and_file(parsed: Parse) -> None:
    text = "The Linz Gazette\n\nFerry sinks\n\nDecember 24, 2024\n\nThe ferry sank near Linz, the police said. Two died.\n"
    shown = parsed(article_html(article(text, "2024/a.txt"), [], at=0, state=SourceState.UNCHANGED))
    assert [words(title) for title in classed(shown, "title")] == ["Ferry sinks"]
    assert [words(about) for about in classed(shown, "about")] == ["The Linz Gazette · 24 Dec 2024 · 2024/a.txt"]
    assert (sheet(shown).get("data-source"), sheet(shown).get("data-published")) == ("2024/a.txt", "2024-12-24")


LONG = {
    "lines": "".join(f"Line {number} of a long report from Linz.\r\n" for number in range(55_000)),
    "one line": "word " * 400_000,
    "one line among short ones": "short\n" * 1_000 + "word " * 400_000 + "\n" + "short\n" * 1_000,
}


@pytest.mark.parametrize("kind", LONG)
def test_of_a_long_article_a_screenful_around_the_place_is_sent(kind: str, parsed: Parse) -> None:
    text = LONG[kind]
    length = len(text)
    for at in (0, 1, 5_990, ROOM, length // 2, length - ROOM // 2, length - 1, length):
        made = html(text, (max(0, at - 3), at + 3, 1), at=at)
        shown = parsed(made)
        start, end = int(sheet(shown).get("data-start", "")), int(sheet(shown).get("data-end", ""))
        assert 0 <= start <= at <= end <= length and ROOM <= end - start <= ROOM + 2 * SLACK
        assert words(sheet(shown)) == text[start:end]
        assert "".join(map(words, classed(shown, "quoted"))) == text[max(0, at - 3) : at + 3]
        more = [int(button.get("data-at", "")) for button in classed(shown, "more")]
        assert more == [edge for edge in (start, end) if 0 < edge < length]
        assert len(made) < 2 * (end - start) + MARKUP_PER_LINE * text.count("\n", start, end) + 3_000


BLANK = {
    "blank lines": "a" + "\n" * (ROOM - 1),
    "a long article of blank lines": "a" + "\n" * 3 * ROOM,
    "lines of a word": "word\n" * (LINES + 1),
}


@pytest.mark.parametrize("kind", BLANK)
def test_of_very_many_lines_a_few_thousand_are_sent(kind: str, parsed: Parse) -> None:
    text = BLANK[kind]
    for at in (0, 1, LINES, len(text) // 2, len(text) - 1, len(text)):
        made = html(text, at=at)
        shown = parsed(made)
        start, end = int(sheet(shown).get("data-start", "")), int(sheet(shown).get("data-end", ""))
        assert start <= at <= end and words(sheet(shown)) == text[start:end]
        assert len(numbered(shown)) == LINES and len(made) < 6 * LINES + MARKUP_PER_LINE * LINES
        assert numbered(shown)[0][0] == 1 + text.count("\n", 0, start)


@pytest.mark.parametrize("text", [LONG["lines"], *BLANK.values()], ids=["lines", *BLANK])
def test_a_long_article_is_walked_to_either_end(text: str) -> None:
    window = shown_window(text, 0, ROOM)
    assert window.start == 0
    while window.end < len(text):
        later = shown_window(text, window.end, ROOM)
        assert later.start <= window.end < later.end  # Nothing between is passed over.
        window = later
    while window.start > 0:
        earlier = shown_window(text, window.start, ROOM)
        assert earlier.start < window.start <= earlier.end
        window = earlier


OFFSETS = st.integers(0, 90)
PIECES = st.sampled_from(["a", "\n", "\r\n", "\r", "\n\n\n", "long line " * 4, "\x85\u2028\x0b", "é👩"])


@settings(max_examples=400, deadline=None, derandomize=True)
@given(st.lists(PIECES, max_size=60).map("".join), st.integers(1, 60), st.data())
def test_any_window_has_the_place_and_right_line_numbers(text: str, room: int, data: st.DataObject) -> None:
    text = f"a{text}"
    at = data.draw(st.integers(0, len(text)))
    known, window = article(text), shown_window(text, at, room)
    assert 0 <= window.start <= at <= window.end <= len(text)
    assert len(window) <= room + 2 * (room // 4) or (window == Span(0, len(text)) and len(text) <= room)
    offset = window.start
    for line in lines(known, window, [], at):
        cut = "".join(run.text for run in line.runs)
        assert line.is_here == (offset <= at < offset + len(cut))
        assert cut and cut == text[offset : offset + len(cut)] and line.number == known.line(offset)
        assert "\n" not in cut[:-1]
        offset += len(cut)
    assert offset == window.end


@settings(max_examples=150, deadline=None, derandomize=True)
@given(st.lists(PIECES, max_size=40).map("".join), st.lists(st.tuples(OFFSETS, OFFSETS)), st.integers(1, 60))
def test_marks_change_no_character(parsed: Parse, text: str, spans: list[tuple[int, int]], room: int) -> None:
    text = f"a{text}"
    shown = parsed(html(text, *[(a, b, rank) for rank, (a, b) in enumerate(spans, 1)], at=min(7, len(text)), room=room))
    window = shown_window(text, min(7, len(text)), room)
    assert words(sheet(shown)) == window.cut(text)
    marked = {i for a, b in spans for i in range(max(a, window.start), min(b, window.end))}
    assert len("".join(map(words, classed(shown, "quoted")))) == len(marked)


def test_line_numbers_fit_the_widest() -> None:
    assert "--digits: 1" in html("a\n" * 9) and "--digits: 2" in html("a\n" * 10) and "--digits: 4" in html("a\n" * 1_000)
    assert "--digits: 2" in html("a\n" * 9 + "\n" * 5)


HOSTILE = [
    "<script>alert(1)</script>",
    "</div></mark><h1>ours</h1>",
    '"><img src=x onerror=alert(1)>',
    "' onmouseover='alert(1)",
    "<!-- <![CDATA[ <?php <plaintext>",
    "</textarea></title></style>",
    "&lt;b&gt; &amp &#60; &quot;",
    "{{7*7}} {% raw %} ${x} `y` \\u003c",
    "\u202egnp.exe\x1b[31m",
    "red; } body { display: none",
]


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_nothing_in_an_article_becomes_markup(text: str, parsed: Parse) -> None:
    def shown(said: str) -> Element:
        page = f"The {said} Gazette\n\n{said} sinks\n\nDecember 24, 2024\n\nThe ferry sank near Linz, {said} said.\n"
        known = article(page, f"{said}.txt")
        return parsed(article_html(known, [Marked(Span(0, 9), 1)], at=0, state=SourceState.CHANGED, other_version=True))

    def skeleton(element: Element) -> list[tuple[str, list[str], str | None]]:
        return [(inner.tag, sorted(inner.keys()), inner.get("class")) for inner in element.iter()]

    hostile = shown(text)
    assert skeleton(hostile) == skeleton(shown("harmless"))
    assert f"The ferry sank near Linz, {text} said.\n" in words(sheet(hostile))
    assert sheet(hostile).get("data-source") == f"{text}.txt" and ";" not in sheet(hostile).get("style", "")
