"""Texts that are more than paragraphs: what is a sentence, and what it is read with."""

import pytest

from articles_qa.index.articles.forms.corrections import corrections
from articles_qa.index.articles.forms.live_entries import find_entries
from articles_qa.index.articles.forms.posts import find_posts
from articles_qa.index.articles.forms.tables import find_tables
from articles_qa.index.articles.forms.turns import find_turns
from articles_qa.index.articles.mended import broken_characters, legible, mended
from articles_qa.index.articles.sentences import sentences
from articles_qa.index.articles.span import line_spans


def read(text: str) -> list[str]:
    """The sentences of a text as they are read."""
    return [sentence.words(text) for sentence in sentences(text)]


def quoted(text: str) -> list[str]:
    """The sentences of a text as they are quoted."""
    return [sentence.span.cut(text) for sentence in sentences(text)]


HEARING = "CHAIR: When did it crack?\n\nMS ORR: In 2016.\n\nCHAIR: Did you write?\n\nMS ORR: Twice. Nobody came.\n"


def test_an_answer_is_read_with_its_question() -> None:
    assert read(HEARING)[1] == "When did it crack? MS ORR: In 2016."
    assert read(HEARING)[-1] == "Did you write? Nobody came."
    assert quoted(HEARING)[-1] == "Nobody came."


@pytest.mark.parametrize(
    ("text", "names"),
    [
        (HEARING, ["CHAIR", "MS ORR", "CHAIR", "MS ORR"]),
        (
            "An interview with Eve Lund\n\nQ: When?\n\nA: In May.\n\nQ: Who?\n\nA: We did.\n",
            [None, "Eve Lund", None, "Eve Lund"],
        ),
        ("**Dell Post:** Why?\n\n**Orr:** Ice.\n\n**Dell Post:** Ice?\n", ["Dell Post", "Orr", "Dell Post"]),
        ("[00:01] Speaker 1: Why?\n[00:05] Speaker 2: Ice.\n[00:09] Speaker 1: So.\n", ["Speaker 1", "Speaker 2", "Speaker 1"]),
        (
            "We spoke to Eve Lund.\n\n*Who came?*\n\nOne.\n\n*Who left?*\n\nTwo.\n\n*Who paid?*\n\nI did.\n",
            [None, "Eve Lund"] * 3,
        ),
        ("Alder: 3 dead\nBrim: none\nCove: 11 dead\n", []),  # Facts: no label comes twice.
        ("Note: it rained.\n\nWhere: in Dell.\n\nNote: it rained more.\n", []),
        ("The mayor said: Nobody knew. The clerk said: We did.\n", []),
    ],
)
def test_the_turns_of_a_transcript_are_told_by_their_labels(text: str, names: list[str | None]) -> None:
    assert [turn.name and turn.name.cut(text) for turn in find_turns(text, line_spans(text))] == names


LIVE = "Storm: live\n\n18:42\nThe search was called off. Four are missing.\n\n9.05am GMT\nThe storm made landfall.\n"


def test_an_entry_of_a_live_blog_is_quoted_with_its_time() -> None:
    assert quoted(LIVE) == ["18:42\nThe search was called off.", "Four are missing.", "9.05am GMT\nThe storm made landfall."]
    assert read(LIVE)[1] == "18:42 Four are missing."


@pytest.mark.parametrize(
    ("text", "times"),
    [
        ("5 May, 14:05\nIt rained.\n\nUpdated 14:40\nIt snowed.\n", ["5 May, 14:05", "Updated 14:40"]),
        ("12:20 – It rained.\n\n12:50 – It snowed.\n", ["12:20", "12:50"]),
        ("10 minutes ago\nIt rained.\n\n2h ago\nIt snowed.\n", ["10 minutes ago", "2h ago"]),
        ("Published 14:05\nUpdated 15:10\n\nIt rained.\n", []),  # One entry is none.
        ("It rained at 14:05 on Monday.\nIt snowed at 15:00.\n", []),
    ],
)
def test_the_times_of_entries_stand_alone_or_first(text: str, times: list[str]) -> None:
    assert [entry.time.cut(text) for entry in find_entries(text, line_spans(text))] == times


TABLES = [
    ("| Town | Dead |\n|---|---|\n| Alder | 3 |\n| Brim | none |\n", ["Town Alder, Dead 3", "Town Brim, Dead none"]),
    ("Name\tVotes\nEve Lund\t204\nOle Berg\t90\n", ["Name Eve Lund, Votes 204", "Name Ole Berg, Votes 90"]),
    ("Name      Votes\nLund        204\nBerg         90\n", ["Name Lund, Votes 204", "Name Berg, Votes 90"]),
    ("Lund\t204\nBerg\t90\n", ["Lund 204", "Berg 90"]),  # No heading: the first row counts something too.
    ("Sent so far:\n\n- Alder: 4 trucks\n- Brim: none\n", ["Sent so far: Alder: 4 trucks", "Sent so far: Brim: none"]),
    ("The winners:\n1. Hansa\n2. Delta\n", ["The winners: first: Hansa", "The winners: second: Delta"]),
]


@pytest.mark.parametrize(("text", "rows"), TABLES)
def test_rows_and_items_are_read_with_what_stands_above_them(text: str, rows: list[str]) -> None:
    assert read(text) == rows


@pytest.mark.parametrize(("text", "rows"), TABLES)
def test_rows_and_items_are_quoted_as_they_stand(text: str, rows: list[str]) -> None:
    assert all(cut in text.split("\n") for cut in quoted(text))


POSTS = [
    (
        "It rained for four days in Dell.\n\nEve Lund\n@evelund\nNobody drowned\n9:14 AM · May 6, 2024\n\nThe sea rose.\n",
        "Eve Lund",
        1,
    ),
    ("Mayor of Dell (@dellmayor) May 6, 2024\nNobody drowned\n\nThe sea rose.\n", "Mayor of Dell", 0),
    ("The sea rose.\n\nNobody drowned\n— Eve Lund (@evelund) May 6, 2024\n", "Eve Lund", 1),
]


@pytest.mark.parametrize(("text", "name", "place"), POSTS)
def test_a_post_has_a_writer(text: str, name: str, place: int) -> None:
    (post,) = find_posts(text, line_spans(text))
    assert (post.name.cut(text), [words.cut(text) for words in post.words]) == (name, ["Nobody drowned"])


@pytest.mark.parametrize(
    "text", ["By Eve Lund @evelund\n\nThe sea rose.\n", "Eve Lund\n@evelund\n\nThe sea rose.\n", "Mail eve@a.org.\n"]
)
def test_a_byline_is_no_post(text: str) -> None:
    assert find_posts(text, line_spans(text)) == ()


def test_a_claim_is_read_with_its_verdict() -> None:
    text = "Claim\nThe dam was blown up.\n\nVerdict: False\n\nThe dam burst.\n"
    assert read(text)[0] == "Verdict: False Claim The dam was blown up."
    assert quoted(text)[0] == "Claim\nThe dam was blown up."


PROSE = "A miner has died in the Zelna mine, the hospital said on Monday.\n\n"


@pytest.mark.parametrize(
    "box",
    [
        "Read this next\n> The dog that votes\n> Ten ways to boil an egg\n\n",
        "Lifestyle picks\n- The dog that votes at last\n- Ten ways to boil an egg\n\n",
        "→ The dog that votes at last\n→ Ten ways to boil an egg\n\n",
        "“A miner has died in the Zelna mine”\n\n",  # A pull quote: the words stand in the text.
        "[1] The count of Tuesday.\n\n",  # Referred to below.
    ],
)
def test_what_has_the_shape_of_page_furniture_is_not_quoted(box: str) -> None:
    text = f"Mine\n\n{PROSE}He was 40.[1]\n\n{box}The mine is shut.\n"
    assert len(quoted(text)) == 3, quoted(text)


@pytest.mark.parametrize(
    ("box", "last"),
    [
        (
            "Key points\n- A miner has died in the Zelna mine\n- The hospital said so on Monday\n",
            "- The hospital said so on Monday",
        ),
        (
            "The shut shafts are:\n- The old shaft in the north\n- The lower shaft by the river\n",
            "- The lower shaft by the river",
        ),
    ],
)
def test_a_list_of_the_article_is(box: str, last: str) -> None:
    assert quoted(PROSE + box)[-1] == last


def test_a_running_head_stands_inside_a_sentence_and_not_in_its_words() -> None:
    found = (
        "The committee found on page {0} that the pumps of the town had been sold to the\n\nDELL INQUIRY 1{0}\n\nneighbour.\n"
    )
    pages = [found.format(page) for page in (1, 2, 3)]
    assert (
        read("\n".join(pages))[0] == "The committee found on page 1 that the pumps of the town had been sold to the neighbour."
    )


def test_front_matter_is_not_quoted() -> None:
    text = '---\ntitle: "Fire"\ndescription: The ship burnt for nine hours.\n---\n\nThe ship sank.\n'
    assert quoted(text) == ["The ship sank."]


def test_marks_of_markdown_are_quoted_and_not_read() -> None:
    text = "> He paid [3 million](https://example.org/a), **Ola Brekke** said.[^1]\n\n[^1]: In May.\n"
    assert read(text) == ["He paid 3 million, Ola Brekke said."]
    assert quoted(text) == ["He paid [3 million](https://example.org/a), **Ola Brekke** said.[^1]"]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("The pumps were evac-\nuated on Monday.", "The pumps were evacuated on Monday."),
        ("A well-known man is a well-\nknown man here.", "A well-known man is a well-known man here."),
        ("It rose - \nand fell in the long night.", "It rose - and fell in the long night."),
        ("JosÃ© PeÃ±a said â€œnoâ€\x9d to â‚¬2.3 million.", "José Peña said “no” to €2.3 million."),
        ("Le cafÃ© de la cityâ€™s mayor.", "Le café de la city’s mayor."),
        ("“Le café’”, said Ü“ber.", "“Le café’”, said Ü“ber."),  # Letters and marks that happen to be bytes of UTF-8.
    ],
)
def test_broken_words_are_read_whole(text: str, words: str) -> None:
    assert read(text) == [words]
    assert quoted(text) == [text]
    assert len(mended(text)) == len(text)


def test_broken_characters_are_counted_where_there_surely_are_some() -> None:
    assert [broken_characters(text) for text in ("Dell", "â€œnoâ€\x9d", "Â«", "été’”")] == [0, 2, 1, 0]
    assert legible("JosÃ©") == "José"


@pytest.mark.parametrize(
    "line",
    [
        "Lt. Col. Dean Ostrow of the guard said that 14 ferries had no radar.",
        "A man threatened Rep. Ivo Prem (R-Okla.) and faces ten years.",
        "Supt. Ana Vega and Det. Insp. Jo Marsh arrived at noon.",
    ],
)
def test_a_rank_ends_no_sentence(line: str) -> None:
    assert quoted(f"It rained. {line}")[1] == line


@pytest.mark.parametrize(
    ("paragraph", "is_note"),
    [
        ("This article was amended on 2 May. The figure is 14.", True),
        ("Correction: the dam is 40 metres high, not 14.", True),
        ("Editor's note: An earlier version of this story misspelled Ana Vega.", True),
        ("Corrects the number of dead in the third paragraph.", True),
        ("We wrongly reported that the dam had burst.", True),
        ("An earlier version of the bill said that dams are safe.", False),
        ("The minister wrongly said that the dam had burst.", False),
        ("Correction officers were hurt in the riot.", False),
        ("Editor's note books were sold for nothing.", False),
    ],
)
def test_a_correction_note_tells_of_the_article_itself(paragraph: str, is_note: bool) -> None:
    spans = [sentence.span for sentence in sentences(paragraph)]
    assert [note.cut(paragraph) for note in corrections(paragraph, [spans], live=False)] == [paragraph] * is_note


def test_an_entry_takes_back_an_earlier_one_only_in_a_live_blog() -> None:
    entry = "Police say the earlier report of a shooting was false."
    spans = [[sentence.span for sentence in sentences(entry)]]
    assert [len(corrections(entry, spans, live=live)) for live in (True, False)] == [1, 0]


def test_the_lines_of_a_marked_quotation_flow_together() -> None:
    text = "She wrote:\n\n> The pumps of the lower town were off when the river\n> rose. Nobody came to\n> turn them on.\n"
    assert read(text)[1:] == ["The pumps of the lower town were off when the river rose.", "Nobody came to turn them on."]


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        ("Town\tDead\tMissing\nVelden\t12\nLinz\t3\t1", ["Velden\t12", "Linz\t3\t1"]),  # Nobody is missing in Velden.
        ("Town\tDead\tMissing\nVelden\t12\t2\n\t3\t1", ["Velden\t12\t2"]),  # "3" is no town.
    ],
)
def test_a_row_may_lack_its_last_cells_and_not_its_first(text: str, rows: list[str]) -> None:
    (table,) = find_tables(text, line_spans(text))
    assert table.heading is not None and [row.cut(text) for row in table.rows] == rows
