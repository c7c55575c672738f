from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from articles_qa.index.articles.boilerplate import is_furniture
from articles_qa.index.articles.layout import BlockKind, blocks
from articles_qa.index.articles.passages import MAX_PASSAGE_CHARS, passages
from articles_qa.index.articles.sentences import MAX_SENTENCE_CHARS, sentences

PIECES = (
    "The river rose by two metres overnight. ",
    "“We did not expect this,” said Anna Lind. “Nobody did.” ",
    "Mr. Smith of the U.S. Navy paid $3.5 million",
    "and it went on",
    "\n", "\n\n", "\r\n", "\t", " ", "\u2028",
    "COMMENTS", "https://example.org/a?b=c", "# Heading", "- item", "3 min read",
    "e\u0301", "\U0001f1fa\U0001f1e6", "漢字。", "\u200d", "…", "?!", "“", "”", "(", ".", "x" * 300,
)  # fmt: skip
ARTICLES = st.lists(st.sampled_from(PIECES) | st.text(max_size=20), max_size=40).map("".join)


def words(text: str) -> list[str]:
    """The sentences of a text, each as one line."""
    return [sentence.words(text) for sentence in sentences(text)]


@pytest.mark.parametrize(
    "line",
    [
        "COMMENTS",
        "3 Comments",
        "Leave a Reply",
        "About The Author",
        "Ask me anything",
        "Explore related questions",
        "3 min read",
        "Translate »",
        "Your email address will not be published. Required fields are marked *",
        "Please let us know if you're having issues with commenting.",
        "Related article: Lavrov Claims France Sought Dialogue on Ukraine War Without Kyiv",
        "https://www.themoscowtimes.com/author/afp-3",
        "ANATOLII STEPANOV/AFP via Getty Images",
        "— OSINTdefender (@sentdefender) December 27, 2024",
        " A photo purportedly showing the captured North Korean soldier alongside a Ukrainian serviceman.",
        "* * *",
        "© 2024 Example",
    ],
)
def test_a_line_of_the_page_is_furniture(line: str) -> None:
    assert is_furniture(line)


@pytest.mark.parametrize(
    "line",
    [
        "",
        "Comments by the minister drew anger.",
        "A photo of the soldier was circulated on Telegram.",  # A sentence about a picture.
        "Share prices fell by 3 % on Friday.",
        "He saw 3 minutes of it.",
        "The site https://example.org was taken down on Friday.",
        "Reuters could not verify the report.",
        "Next year will be colder.",
        "“No.”",
    ],
)
def test_a_line_of_the_article_is_not(line: str) -> None:
    assert not is_furniture(line)


NOISE = (
    "COMMENTS", "Please let us know", "Getty Images", "TOPSHOT", "Ask me anything", "Explore related", "@sentdefender",
    "About The Author", "Leave a Reply", "email address", "Translate", "3 min read", "Related article", "A photo purportedly",
    "Heavy Casualties in Kursk", "Omega TV", "OMEGA TV",
)  # fmt: skip


def test_no_noise_of_the_seeds_is_a_sentence(seeds: Path) -> None:
    found = [line for path in seeds.glob("*.txt") for line in words(path.read_bytes().decode())]
    assert len(found) == 99
    assert not [(line, noise) for line in found for noise in NOISE if noise in line]


def test_a_sentence_that_a_link_interrupts_is_one_with_a_gap(seeds: Path) -> None:
    text = (seeds / "003_f759e329acbaef1f.txt").read_bytes().decode()
    (sentence,) = [s for s in sentences(text) if "real-time information" in s.words(text)]
    assert sentence.words(text).endswith("South Korea's National Intelligence Service (NIS) said in a statement.")
    assert [gap.cut(text).strip() for gap in sentence.gaps] == ["https://www.themoscowtimes.com/author/afp-3"]
    assert "themoscowtimes" in sentence.span.cut(text)


WRAPPED = """The river rose by two metres overnight, and some 1,200
people were moved to schools on higher ground. Nobody was hurt, and the water fell again in the
afternoon.
Shares fell.
"""


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            WRAPPED,
            [
                "The river rose by two metres overnight, and some 1,200 people were moved to schools on higher ground.",
                "Nobody was hurt, and the water fell again in the afternoon.",
                "Shares fell.",
            ],
        ),
        ("Heavy Casualties\n\nThe river rose.", ["The river rose."]),  # A heading is no sentence.
        ("# Heading.\nThe river rose.", ["The river rose."]),
        ("Only a heading", ["Only a heading"]),  # Otherwise nothing could be quoted.
        ("One paragraph.\nAnother one.", ["One paragraph.", "Another one."]),
        (
            "The U.S. said Mr. Smith paid $3.5 million. He denies it.",
            ["The U.S. said Mr. Smith paid $3.5 million.", "He denies it."],
        ),
        ("“Is it true?” he asked.", ["“Is it true?” he asked."]),
        ("- The first item of a list.\n- The second one.", ["- The first item of a list.", "- The second one."]),
        ("COMMENTS\n\nhttps://example.org", []),
        ("", []),
    ],
)
def test_lines_flow_into_sentences(text: str, expected: list[str]) -> None:
    assert words(text) == expected
    assert words(text.replace("\n", "\r\n")) == expected


def test_headings_and_furniture_are_blocks_of_their_own() -> None:
    found = blocks("A Headline\n\nThe river rose.\n\nCOMMENTS\n")
    assert [block.kind for block in found] == [BlockKind.HEADING, BlockKind.PROSE, BlockKind.FURNITURE]


@settings(deadline=None)  # The first call imports nupunkt or langchain.
@given(ARTICLES)
def test_sentences_are_in_order_and_apart_with_words_at_their_edges(text: str) -> None:
    found = sentences(text)
    edges = [edge for sentence in found for edge in (sentence.span.start, sentence.span.end)]
    assert edges == sorted(edges) and all(0 <= edge <= len(text) for edge in edges)
    for sentence in found:
        cut = sentence.span.cut(text)
        assert cut and cut == cut.strip()
        assert all(sentence.span.holds(gap) for gap in sentence.gaps)


@settings(deadline=None)  # The first call imports nupunkt or langchain.
@given(ARTICLES)
def test_blocks_are_in_order_and_hold_every_word(text: str) -> None:
    at = 0
    for block in blocks(text):
        assert block.span.start >= at and not text[at : block.span.start].strip()
        assert len(block.flow(text)) == len(block.span)
        at = block.span.end
    assert not text[at:].strip()


@settings(deadline=None)  # The first call imports nupunkt or langchain.
@given(ARTICLES)
def test_passages_hold_every_sentence_once_on_its_edges(text: str) -> None:
    found = sentences(text)
    parts = passages(text, found)
    assert tuple(sentence for part in parts for sentence in part.sentences) == found
    for part in parts:
        assert (part.span.start, part.span.end) == (part.sentences[0].span.start, part.sentences[-1].span.end)
        assert len(part.span) <= MAX_PASSAGE_CHARS or len(part.sentences) == 1


def test_the_seeds_passages_are_of_a_readable_size(seeds: Path) -> None:
    for path in seeds.glob("*.txt"):
        text = path.read_bytes().decode()
        sizes = [len(part.span) for part in passages(text, sentences(text))]
        assert max(sizes) <= MAX_PASSAGE_CHARS
        assert sorted(sizes)[len(sizes) // 2] >= 500


@pytest.mark.parametrize("unit", ["word ", "x", "A. ", "((("])
def test_one_very_long_line_is_split_up(unit: str) -> None:
    text = unit * (2_000_000 // len(unit))
    found = sentences(text)
    assert all(len(sentence.span) <= MAX_SENTENCE_CHARS for sentence in found)
    parts = passages(text, found)
    assert sum(len(part.sentences) for part in parts) == len(found)


def test_a_furniture_sentence_inside_a_paragraph_is_left_out() -> None:
    text = "The mayor opened the bridge on Friday. Click here to get our newsletter every day."
    assert [sentence.span.cut(text) for sentence in sentences(text)] == ["The mayor opened the bridge on Friday."]
