"""Articles' text as HTML: not a character lost, changed or taken for markup."""

import time
from html import unescape
from html.parser import HTMLParser

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markupsafe import Markup

from articles_qa.index import Span
from articles_qa.ui.page.html import Layer, fill_template, styled_runs, verbatim

ACTIVE = "<>\"'\r{}$`\\"  # What an HTML parser, Handlebars or a JavaScript template would not leave as it is.
TEXTS = st.text(st.sampled_from([*"ab <>&\"'\r\n\t{}$`\\;#=/", "\x01", "\x0b", "\x7f", "\x85", "é", "\u202e", "\ufeff", "👩"]))
HOSTILE = [
    "<script>alert(1)</script>",
    "&lt;b&gt; &amp; &#60; &#x3c; &nbsp",
    "&",
    "&amp",
    "&notin; &not",
    "{{ 7*7 }} {% raw %} {# #} {{{html}}}",
    "${document.cookie} `${1}`",
    "\\n \\u003c \\\\",
    "one\rtwo\r\nthree\n\rfour\r",
    "\n\n leading and trailing \n",
    "]]> --> <!-- <![CDATA[",
    "'\"><img src=x onerror=alert(1)>",
    "</span></p></textarea></title></style></script>",
    "\x01\x08\x0b\x0c\x1b[31m\x7f\x80\x9f\u2028\u2029\ufffe",
    "<" * 50,
    "",
]


class Parsed(HTMLParser):
    """The tags, attributes and text of a fragment."""

    def __init__(self, fragment: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, list[tuple[str, str | None]]]] = []
        self.text = ""
        self.feed(fragment)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, attrs))

    def handle_data(self, data: str) -> None:
        self.text += data


def check_verbatim(text: str) -> None:
    fragment = verbatim(text)
    assert isinstance(fragment, Markup) and not set(ACTIVE) & set(fragment)
    assert unescape(fragment) == text
    parsed = Parsed(f'<p title="{fragment}">{fragment}</p>')
    assert (parsed.text, parsed.tags) == (text, [("p", [("title", text)])])


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_text_is_read_back_as_it_was(text: str) -> None:
    check_verbatim(text)


@settings(max_examples=400, deadline=None, derandomize=True)
@given(TEXTS | st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00")))
def test_any_text_is_read_back_as_it_was(text: str) -> None:
    check_verbatim(text)


SPANS = st.builds(Span, st.integers(0, 40), st.integers(0, 40))  # Backwards and empty ones among them.
LAYERS = st.lists(st.builds(Layer, SPANS, st.sampled_from(["answering", "gap", "quoted"]), st.sampled_from(["", "1", "2"])))


@settings(max_examples=400, deadline=None, derandomize=True)
@given(st.text(min_size=30, max_size=40), st.integers(0, 30), st.integers(0, 30), LAYERS)
def test_runs_are_the_stretch_and_each_character_has_the_layers_over_it(a: str, b: int, c: int, layers: list[Layer]) -> None:
    span = Span(min(b, c), max(b, c))
    at = span.start
    for run in styled_runs(a, span, layers):
        assert run.text
        for offset in range(at, at + len(run.text)):
            assert a[offset] == run.text[offset - at]
            over = [layer for layer in layers if layer.span.start <= offset < layer.span.end]
            assert sorted(map(repr, run.layers)) == sorted(map(repr, over))
        at += len(run.text)
    assert at == span.end


def test_runs_are_cut_at_edges_only() -> None:
    layers = [Layer(Span(2, 4), "gap"), Layer(Span(6, 8), "gap"), Layer(Span(3, 7), "quoted", "1")]
    cut = [(run.text, run.kinds, run.keys) for run in styled_runs("0123456789", Span(1, 9), layers)]
    assert cut == [
        ("1", "", ""),
        ("2", "gap", ""),
        ("3", "gap quoted", "1"),
        ("45", "quoted", "1"),
        ("6", "quoted gap", "1"),
        ("7", "gap", ""),
        ("8", "", ""),
    ]


def test_a_kind_or_key_is_named_once() -> None:
    both = [Layer(Span(0, 3), "quoted", "2"), Layer(Span(0, 3), "quoted", "1"), Layer(Span(0, 3), "quoted", "2")]
    (run,) = styled_runs("abc", Span(0, 3), both)
    assert (run.kinds, run.keys) == ("quoted", "2 1")


def test_many_layers_take_no_more_time_than_their_number() -> None:
    """A changed record must not keep the server busy; comparing each layer with each cut took 7 s here."""
    layers = [Layer(Span(2 * i, 2 * i + 1), "answering") for i in range(8_000)]
    began = time.thread_time()
    assert len(list(styled_runs("x" * 20_000, Span(0, 20_000), layers))) == 16_000
    assert time.thread_time() - began < 2


def test_what_is_put_into_a_template_is_escaped() -> None:
    html = fill_template(
        "welcome.html",
        {
            "name": "",
            "facts": "<b>5</b> {{x}}",
            "bars": [],
            "newest": [],
            "is_dated": False,
            "examples": ["Who is “<i>”?\r", Markup("<u>ours</u>")],
        },
    )
    assert "<b>" not in html and "{" not in html and "<i>" not in html and "<u>ours</u>" in html
    assert "<b>5</b> {{x}}" in Parsed(html).text and "Who is “<i>”?\r" in Parsed(html).text
