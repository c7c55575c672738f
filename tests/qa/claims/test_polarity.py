"""Polarity: what a clause says of its own value, and of no other."""

import pytest

from articles_qa.index import Span
from articles_qa.qa.claims.polarity import Polarity, asks_ahead, polarity

A, D, S = Polarity.ASSERTED, Polarity.DENIED, Polarity.SUPPOSED


@pytest.mark.parametrize(
    ("text", "value", "expected"),
    [
        ("Police said 40 people had died.", "40", A),
        ("Police denied that 40 people had died.", "40", D),
        ("The firm dismissed reports that 40 people had died.", "40", D),
        ("There is no evidence that 40 people voted twice.", "40", D),
        ("Claims that 40 people voted twice are false.", "40", D),
        ("The bridge did not cost $40 million.", "$40 million", D),
        ("Twelve thousand fish did not die.", "Twelve thousand", D),
        ("The loss of $5 billion had not hurt savers.", "$5 billion", A),
        ("There is no way that jail cost $54 million.", "$54 million", D),
        ("It cost not only $40 million but a mayor his job.", "$40 million", A),
        ("Police denied that 40 people had died, but 12 were hurt.", "12", A),
        ("Up to 40 people could have died.", "40", S),
        ("At least 40 people are feared dead.", "40", S),
        ("If the dam breaks, 40 villages go under water.", "40", S),
        ("Officials could not confirm that 40 people had died.", "40", None),
        ("Forty people died, and the toll could rise.", "Forty", A),
        ("The agency put the dead at 40, saying the rate could be down to the cold.", "40", A),
        ("The ferry sank on May 3.", "May 3", A),
        ("The ferry sank in May and 40 people died.", "40", A),
    ],
)
def test_the_words_of_its_clause_decide(text: str, value: str, expected: Polarity | None) -> None:
    start = text.index(value)
    assert polarity(text, Span(start, start + len(value))) is expected


def test_who_asks_ahead_is_answered_by_what_is_supposed() -> None:
    assert asks_ahead("How many jobs will be cut?") and asks_ahead("How many are feared dead?")
    assert not asks_ahead("How many jobs were cut?")
