"""Days, months, years and decades of a sentence, with the words that say when in them."""

import pytest

from articles_qa.qa.values.days import days


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("It was built in the early 1980s and shut in mid-2023.", [("early 1980s", "1980s"), ("mid-2023", "2023")]),
        ("It closed in late June 2023.", [("late June 2023", "2023-06")]),
        ("It closed in the summer of 2023.", [("summer of 2023", "2023")]),
        ("It closed at the end of May 2023.", [("the end of May 2023", "2023-05")]),
        ("Early on 3 May 2020 it fell.", [("3 May 2020", "2020-05-03")]),
        ("It may rain on 2000 people.", []),
    ],
)
def test_days_keep_how_closely_they_are_told(text: str, found: list[tuple[str, str]]) -> None:
    assert [(day.span.cut(text), day.iso) for day in days(text)] == found
