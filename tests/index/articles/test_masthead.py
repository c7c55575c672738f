from datetime import date
from pathlib import Path

import pytest

from articles_qa.index.articles.article import decode_article
from articles_qa.index.articles.masthead import find_date

OSLO = "River floods Oslo"
STORY = "The river rose by two metres overnight, and 1,200 people were moved, the mayor said on Friday."


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("December 27, 2024", date(2024, 12, 27)),
        ("Dec. 27, 2024", date(2024, 12, 27)),
        ("Sept 3rd, 2021", date(2021, 9, 3)),
        ("27 December 2024", date(2024, 12, 27)),
        ("2024-12-27", date(2024, 12, 27)),
        ("2024-12-27T10:00:00Z", date(2024, 12, 27)),
        ("May 1, 2020", date(2020, 5, 1)),
        ("on Feb 30, 2024, or rather March 1, 2024", date(2024, 3, 1)),  # There is no 30 February.
        ("2024-13-45", None),
        ("December 27", None),  # The year is never guessed.
        ("Friday", None),
        ("27/12/2024", date(2024, 12, 27)),
        ("12/27/24", date(2024, 12, 27)),
        ("05/12/2024", None),  # In other countries the month stands first.
        ("27.12.2024", date(2024, 12, 27)),
        ("5.12.2024", date(2024, 12, 5)),
        ("2024/12/27", date(2024, 12, 27)),
        ("27 décembre 2024", date(2024, 12, 27)),
        ("7. März 2024", date(2024, 3, 7)),
        ("version 10.12.2024.3", None),
        ("call 2024-12-271", None),
    ],
)
def test_a_date_is_read_where_day_month_and_year_are_named(text: str, day: date | None) -> None:
    assert find_date(text) == day


@pytest.mark.parametrize(
    ("head", "title", "outlet", "published"),
    [
        ("River floods Oslo\n\n", OSLO, None, None),
        ("# River floods Oslo\n\n", OSLO, None, None),
        ("River floods Oslo\r\n\r\nBy Anna Lind\r\n\r\n", OSLO, None, None),
        (f"The Oslo Times\n\n{OSLO}\n\nDecember 27, 2024\n\n", OSLO, "The Oslo Times", date(2024, 12, 27)),
        (f"{OSLO}\n\nFjord Ledger\n27 December 2024\n\n", OSLO, "Fjord Ledger", date(2024, 12, 27)),
        (f"{OSLO}\n\nNordic Review, 27 December 2024\n\n", OSLO, "Nordic Review", date(2024, 12, 27)),
        (f"{OSLO}\n\nAnna Lind\n27 December 2024\n\n", OSLO, None, date(2024, 12, 27)),
        ("River Star\n\n27 December 2024\n\n", "River Star", None, date(2024, 12, 27)),
        ("OMEGA TV\n\nRiver floods Oslo\n\nOmega TV\n\n", OSLO, "OMEGA TV", None),
        ("River floods Oslo\n\nUpdated January 2, 2025\n\nJanuary 1, 2025\n\n", OSLO, None, date(2025, 1, 1)),
        (f"---\ntitle: {OSLO}\ndate: 2024-12-27\noutlet: Oslo Times\n---\n\n", OSLO, "Oslo Times", date(2024, 12, 27)),
        ("KYIV, December 27, 2024 (Reuters) - ", None, "Reuters", date(2024, 12, 27)),
        ("KYIV, Dec. 27 (AFP) — ", None, "AFP", None),  # The year is not named.
        ("", None, None, None),
        ("COMMENTS\n\n3 min read\n\n", None, None, None),  # Buttons are no headline.
    ],
)  # fmt: skip
def test_the_first_lines_tell_title_outlet_and_date(
    head: str, title: str | None, outlet: str | None, published: date | None
) -> None:
    article = decode_article((head + STORY).encode(), "a.txt")
    assert (article.title, article.outlet, article.masthead.published) == (title, outlet, published)


@pytest.mark.parametrize(
    "text",
    [
        "The minister spoke on December 27, 2024, in Oslo about the river and the people who had been moved by it.",
        STORY + "\n\nDecember 27, 2024",
        STORY + "\n\nThe Oslo Times\n\nRelated heading",
    ],
)
def test_what_stands_in_or_under_the_story_is_no_masthead(text: str) -> None:
    article = decode_article(text.encode(), "a.txt")
    assert (article.title, article.outlet, article.masthead.published) == (None, None, None)


@pytest.mark.parametrize(
    ("name", "title", "outlet"),
    [
        ("000_752357c04fcf2a77.txt", "North Korean Soldier Captured While Fighting for Russia Dies of Injuries", None),
        ("001_534d993bd45e83e2.txt", None, None),
        ("002_7555eb4cf8b41f2f.txt", None, None),
        ("003_f759e329acbaef1f.txt", None, None),  # It opens with a caption.
        ("004_0fc6b3c28e9a472f.txt", "North Korean soldier captured in Ukraine dies, reports say", "Omega TV UK"),
    ],
)
def test_the_seeds_show_their_mastheads(seeds: Path, name: str, title: str | None, outlet: str | None) -> None:
    article = decode_article((seeds / name).read_bytes(), name)
    assert (article.title, article.outlet, article.masthead.published) == (title, outlet, None)
