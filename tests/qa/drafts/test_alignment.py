"""Two lists of words laid against each other."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from articles_qa.qa.drafts.alignment import align
from articles_qa.qa.drafts.draft_words import words

CASES = [
    ("we lost it", "yesterday we won it all", (1, 4), [("lost", "won")]),
    ("we won it", "yesterday we won it all", (1, 4), []),
    ("we have won it", "yesterday we won it all", (1, 4), [("have", "")]),
    ("we won all", "yesterday we won it all", (1, 5), [("", "it")]),
    ("a b c d", "a x y d", (0, 4), [("b c", "x y")]),
    ("a b", "", (0, 0), [("a b", "")]),
]


@pytest.mark.parametrize(("first", "second", "place", "edits"), CASES)
def test_words_lie_against_the_nearest_stretch(
    first: str, second: str, place: tuple[int, int], edits: list[tuple[str, str]]
) -> None:
    one, other = first.split(), second.split()
    found = align(one, other)
    assert (found.start, found.end) == place
    told = [(one[edit.start : edit.end], other[edit.other_start : edit.other_end]) for edit in found.edits]
    assert [(" ".join(here), " ".join(there)) for here, there in told] == edits


@settings(max_examples=200, deadline=None, derandomize=True)
@given(st.lists(st.sampled_from("abc"), min_size=1, max_size=8), st.lists(st.sampled_from("abc"), max_size=12))
def test_the_edits_turn_the_stretch_into_the_words(first: list[str], second: list[str]) -> None:
    found = align(first, second)
    made, at = [], found.start
    for edit in found.edits:
        made += [*second[at : edit.other_start], *first[edit.start : edit.end]]
        at = edit.other_end
    assert made + second[at : found.end] == first
    assert (found.cost == 0) == (not found.edits)


KEYS = [
    ("“We’ll rebuild – all 1,200 homes”", ["we'll", "rebuild", "all", "1,200", "homes"]),
    ("[W]e paid $5, or 3.5%", ["we", "paid", "$", "5", "or", "3.5", "%"]),
    ("-3 to 11-12", ["-3", "to", "11", "12"]),
    ("cafe\u0301", ["café"]),
]


@pytest.mark.parametrize(("text", "keys"), KEYS)
def test_words_are_compared_without_case_and_marks(text: str, keys: list[str]) -> None:
    assert [word.key for word in words(text)] == keys
