"""The quotations of a draft."""

import pytest

from articles_qa.qa.drafts.quotations import quotations

FOUND = [
    ("He said “one two”, she said “three”.", ["one two", "three"]),
    ('He said "one two" and "three".', ["one two", "three"]),
    ("Er sagte „eins zwei“, «trois» aussi.", ["eins zwei", "trois"]),
    ("She said ‘it’s over’ and left. ’Tis.", ["it’s over"]),
    ("> one\n> two\n\nthree", ["one\n> two"]),
    ("“First paragraph.\n\n“Second paragraph,” he said.", ["First paragraph.", "Second paragraph,"]),
    ("“never closed.\n\nAnother paragraph. “yes”", ["yes"]),
    ("“…” and “?!” hold no word", []),
    ("", []),
]


@pytest.mark.parametrize(("draft", "found"), FOUND)
def test_quotations_are_found(draft: str, found: list[str]) -> None:
    assert [one.span.cut(draft) for one in quotations(draft)] == found


def test_lines_and_parts_are_told() -> None:
    draft = "Title\n\n“one … two [the man] three”\n\n“four”\n"
    first, second = quotations(draft)
    assert (first.line, second.line) == (3, 5)
    assert [part.cut(draft).strip() for part in first.parts] == ["one", "two", "three"]


def test_a_hostile_draft_takes_no_time() -> None:
    for draft in ("“" * 20_000, '"' * 20_001, "‘" * 20_000, "> " * 20_000, "“a" * 10_000, "[" * 20_000, "“" + "[a" * 10_000):
        quotations(draft)
