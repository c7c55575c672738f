"""HTML: which text of a page is its article, and what the page says of it."""

from collections.abc import Callable

import pytest

from articles_qa.index.formats.article_reader import FileArticles

Read = Callable[..., FileArticles]
STORY = "Two people died when the dam near Velden burst on Friday, police said. "
LONG = f"<p>{STORY * 3}</p>"


def text_of(read: Read, page: str) -> str:
    (article,) = read(page.encode(), "a.html").articles
    return article.text


WORDS = [
    ("<p>Two <b>people</b> <i>died</i>.</p>", "Two people died.", "tags inside a sentence"),
    ("<p>Two\n   people\tdied.</p>", "Two people died.", "blanks are one blank"),
    ("<p>Lind &amp; Sons&rsquo; dam&nbsp;burst &#8212; twice.</p>", "Lind & Sons’ dam burst — twice.", "references"),
    ("<p>AT&T and &unknown; words.</p>", "AT&T and &unknown; words.", "what only looks like a reference"),
    ("<p>One.<p>Two.", "One.\n\nTwo.", "end tags left out"),
    ("<p>One.<br>Two.<br><br>Three.</p>", "One.\nTwo.\n\nThree.", "line breaks"),
    ("<p>One.</p><script>var a = '<p>No.</p>';</script><style>p{}</style><p>Two.</p>", "One.\n\nTwo.", "scripts"),
    ("<p>One.</p><!-- <p>No.</p> --><p hidden>No.</p><p style='display: none'>No.</p>", "One.", "what is not shown"),
    ("<p>One.</p></div></b><p>Two.</p>", "One.\n\nTwo.", "stray end tags"),
    ("<table><tr><td>Velden<td>12<tr><td>Linz<td>3</table>", "Velden\t12\nLinz\t3", "cells"),
    (
        "<table><thead><tr><th>Town<th>Dead<tbody><tr><td>Velden<td><tr><td><b>Li</b>nz<td>3</table><p>One.",
        "Town\tDead\nVelden\nLinz\t3\n\nOne.",
        "rows",
    ),
    ("<table><tr><td>Velden<td></td><td>12</table>", "Velden\t\t12", "an empty cell"),
    ("<table><tr><td>A<td>B<td>C<tr><td colspan=2>Sum<td>7</table>", "A\tB\tC\nSum\t\t7", "a cell of two columns"),
    ("<table><tr><td rowspan=2>A<td>B<td>C<tr><td>D<td>7</table>", "A\tB\tC\n\nD\t7", "a cell of two rows"),
    ("<table><tr><td>A<td>B<tr><td><td>7</table>", "A\tB\n\n7", "an empty first cell"),
    ("<table><tr><td><p>One.</p><p>Two.</p><td>Three.</table>", "One.\n\nTwo.\n\nThree.", "a table that lays out"),
    ("<P CLASS=x>One.</P>", "One.", "capitals"),
]


@pytest.mark.parametrize(("page", "text", "why"), WORDS, ids=[why for _, _, why in WORDS])
def test_the_words_are_those_that_a_browser_shows(page: str, text: str, why: str, read: Read) -> None:
    assert text_of(read, page) == text, why


LEFT_OUT = [
    '<nav><a href="/">Home</a> <a href="/n">All of the news of the day</a></nav>',
    '<div class="related"><p>More than ten people were hurt in Linz, the mayor of the town said on Monday.</p></div>',
    '<div class="comments"><p>I was there and saw it all with my own eyes, said the first reader of this.</p></div>',
    "<aside><p>Our newspaper is read by more than forty thousand people on every day of the week.</p></aside>",
    "<footer><p>All rights are reserved by the newspaper and by those who write for it every day.</p></footer>",
    '<ul><li><a href="/1">Mayor of Velden says that the town will build a new dam soon</a></li></ul>',
]


@pytest.mark.parametrize("beside", LEFT_OUT, ids=range(len(LEFT_OUT)))
def test_what_stands_beside_the_article_is_left_out(beside: str, read: Read) -> None:
    page = f"<body>{beside}<div><h1>Dam bursts</h1>{LONG}{LONG}{beside}</div>{beside}</body>"
    assert text_of(read, page) == f"Dam bursts\n\n{STORY * 3}".strip() + f"\n\n{STORY * 3}".rstrip()


def test_of_several_articles_on_a_page_the_one_with_the_title_is_read(read: Read) -> None:
    other = "<article><h2>Mayor resigns</h2>" + "<p>The mayor of Linz resigned on Monday, her party said in the town.</p>" * 20
    page = f"<title>Dam bursts near Velden</title>{other}</article><article><h1>Dam bursts near Velden</h1>{LONG}</article>"
    assert "mayor" not in text_of(read, page)


def test_the_text_that_a_page_states_for_machines_chooses_the_blocks(read: Read) -> None:
    said = f'<script type="application/ld+json">{{"@type": "NewsArticle", "articleBody": "{STORY * 4}"}}</script>'
    page = f"{said}<div><p>{STORY * 4}</p><p>Sign up for our letter, which comes on every morning of the week.</p></div>"
    assert text_of(read, page) == (STORY * 4).strip()


def test_the_head_of_a_page_gives_title_outlet_and_day(read: Read) -> None:
    head = (
        '<meta property="og:title" content="Dam bursts"><meta property="og:site_name" content=" The Linz Gazette ">'
        '<meta property="article:published_time" content="2024-01-05T10:00:00Z">'
    )
    (article,) = read(f"<head>{head}</head><h1>Dam bursts</h1>{LONG}".encode(), "a.html").articles
    assert (article.title, article.outlet) == ("Dam bursts", "The Linz Gazette")
    assert article.masthead.published is not None and article.masthead.published.isoformat() == "2024-01-05"
