"""Speakers by labels: turns, posts, entries of live blogs, repeated mails, and what is no label of anybody."""

import pytest

from articles_qa.index.articles.sentences import sentences
from articles_qa.index.grammar.parser import loaded_parser
from articles_qa.index.speakers.find_speakers import find_speakers


def said_by(text: str) -> list[str | None]:
    """The speaker of each sentence."""
    found = find_speakers(text, sentences(text), loaded_parser()).attributions
    return [" ".join(some[0].name.cut(text).split()) if some else None for some in found]


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("CHAIR: Good day.\n\nMS ORR: It cracked. Twice.\n\nCHAIR: So it did.\n", ["CHAIR", "MS ORR", "MS ORR", "CHAIR"]),
        (
            "An interview with Eve Lund\n\nQ: When?\n\nA: In May.\n\nQ: Who?\n\nA: We did.\n",
            [None, "Eve Lund", None, "Eve Lund"],
        ),
        ("Q: Why?\n\nA: Ice.\n\nQ: Who?\n\nA: We did.\n", [None, None, None, None]),  # Nobody says who A is.
        ("It rained for four days in Dell.\n\nDell Mayor (@dell) May 6, 2024\nNobody drowned\n", [None, "Dell Mayor"]),
        (
            "It rained for four days in the town of Dell.\n\nReplying to @dell\nAnn Riggs @riggs · 1h\nNobody drowned.\n",
            [None, "Ann Riggs"],
        ),
        (
            "It rained for four days in the town of Dell.\n\nAnn Riggs @riggs · 1h\nReplying to @dell\nNobody drowned.\n",
            [None, "Ann Riggs"],
        ),
        (
            "Fire: live\n\n18:42\nPolice: two men have been found alive. They are well.\n\n18:01\nIt burns.\n",
            ["Police", "Police", None],
        ),
        (
            "On Mon, 5 Jan 2024, Anna Lind wrote:\n> The dam held.\n> Nobody came.\n\nIt did not.\n",
            [None, "Anna Lind", "Anna Lind", None],
        ),
        ("“The hut is shut,” said guide Uta Brandt.\n", ["Uta Brandt"]),  # The parser takes the guide for a verb.
        ("> “Nine minutes,” said first mate **Ola Brekke**.\n", ["Ola Brekke"]),
        ("â€œNine minutes,â€\x9d said JosÃ© PeÃ±a.\n", ["JosÃ© PeÃ±a"]),
        ("18:42\nEve Lund said the dam held.\n\n18:40\nIt rained.\n", ["Eve Lund", None]),  # The time is no part of the name.
        # A turn is its speaker's, whatever others say in it; a mark before the label is none of the words.
        (
            '"CHAIR: Good day.\n\n"MS ORR: Police say it cracked.\n\n"CHAIR: So it did.\n',
            ["CHAIR", "MS ORR", "CHAIR"],
        ),
        ("Lund added on her show:\n\nIt cracked. Twice.\n\nIt rained.\n", [None, "Lund", "Lund", None]),
        ("The mayor wrote:\n\nIt cracked.\n\nHere is what we know:\n\nIt rained.\n", [None, "mayor", None, None]),
        ("School: closed until the end of the week.\n\nAn earlier version said the dam held.\n", ["School", None]),
    ],
)
def test_a_label_names_who_speaks(text: str, names: list[str | None]) -> None:
    assert said_by(text) == names
