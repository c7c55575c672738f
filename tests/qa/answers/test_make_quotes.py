"""Quotes hold whole quotations, and pronouns with the sentence before; near copies stand side by side."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from qa import AskSettings, Quote, Retriever, by_article

RetrieverOf = Callable[[Mapping[str, str | bytes]], Retriever]

BEFORE = "The market opened at nine on Tuesday."
AFTER = "Rain fell on the town all day."

# A paragraph, a question that one of its sentences answers, and the whole quote.
JOINED = [
    (
        "“The bridge is closed. We will repair the bridge by May,” the mayor said.",
        "when will the bridge be repaired?",
        "“The bridge is closed. We will repair the bridge by May,” the mayor said.",
    ),
    (
        "“The bridge will be repaired by May. It is old,” the mayor said.",
        "when will the bridge be repaired?",
        "“The bridge will be repaired by May. It is old,” the mayor said.",
    ),
    (  # Straight marks do not say whether they open or close.
        '"The bridge is closed. We will repair the bridge by May," the mayor said.',
        "when will the bridge be repaired?",
        '"The bridge is closed. We will repair the bridge by May," the mayor said.',
    ),
    (
        'The "old" tower fell. "The bridge will be repaired by May. It is old," the mayor said.',
        "when will the bridge be repaired?",
        '"The bridge will be repaired by May. It is old," the mayor said.',
    ),
    (
        "Anna Berg runs the bakery. She learned baking in Vienna.",
        "where was baking learned?",
        "Anna Berg runs the bakery. She learned baking in Vienna.",
    ),
]


@pytest.mark.parametrize(("paragraph", "question", "whole"), JOINED)
def test_a_sentence_is_quoted_with_what_it_needs(paragraph: str, question: str, whole: str, retriever_of: RetrieverOf) -> None:
    quote = retriever_of({"a.txt": f"{BEFORE}\n\n{paragraph}\n\n{AFTER}"}).ask(question).quotes[0]
    assert quote.text == whole


def test_a_sentence_is_not_joined_across_paragraphs(retriever_of: RetrieverOf) -> None:
    text = f"{BEFORE}\n\nAnna Berg runs the bakery.\n\nShe learned baking in Vienna.\n\n{AFTER}"
    assert retriever_of({"a.txt": text}).ask("where was baking learned?").quotes[0].text == "She learned baking in Vienna."


def test_a_sentence_that_stands_alone_is_quoted_alone(retriever_of: RetrieverOf) -> None:
    text = f"{BEFORE} The bridge will be repaired by May. {AFTER}"
    quote = retriever_of({"a.txt": text}).ask("when will the bridge be repaired?").quotes[0]
    assert quote.text == "The bridge will be repaired by May."


def test_the_quotation_of_three_sentences_is_whole(retriever: Retriever) -> None:
    quotes = retriever.ask("What did Zelensky say about the survival of the Koreans?").quotes
    assert any(quote.text.startswith("“They have a lot of losses. A lot. And we see") for quote in quotes)


WIRE = "The river ferry sank near Linz on Monday and forty passengers were rescued by fishermen."


def test_one_report_in_two_articles_is_kept_apart_and_shown_together(retriever_of: RetrieverOf, tmp_path: Path) -> None:
    other = WIRE.replace("forty", "40").replace("Monday", "Monday,")
    articles = {
        "a.txt": f"{WIRE}\n\n{AFTER}",
        "b.txt": f"{BEFORE}\n\n{other}",
        "c.txt": f"The ferry was built in 1950. {BEFORE}",
    }
    retriever_of(articles)
    generous = Retriever.open(tmp_path / "index", settings=AskSettings(min_answer=0.0, min_quote=0.0, min_quote_share=0.0))
    quotes = generous.ask("how many passengers of the ferry were rescued?").quotes
    first, second = quotes[:2]
    assert {first.source, second.source} == {"a.txt", "b.txt"}
    assert (first.same_as, second.same_as) == (None, first.rank)
    assert second in by_article(quotes)[0]


def test_the_same_words_in_two_files_are_two_quotes(retriever_of: RetrieverOf) -> None:
    quotes = retriever_of({"a.txt": WIRE, "b.txt": WIRE}).ask("how many passengers were rescued?").quotes
    assert [(quote.source, quote.same_as) for quote in quotes] == [("a.txt", None), ("b.txt", 1)]


def test_marks_are_the_answering_words(retriever: Retriever) -> None:
    quote = retriever.ask("how many casualties did NIS report?").quotes[0]
    marked = [mark.cut(quote.article.text) for mark in quote.marks]
    assert marked == ["over 100", "a thousand"]


@pytest.fixture
def quotes(generous: Retriever) -> tuple[Quote, ...]:
    """Five quotes, of several articles, none of them like another."""
    found = generous.ask("What happened to the captured North Korean soldier?", top_k=5).quotes
    return tuple(replace(quote, same_as=None) for quote in found)


def test_quotes_are_grouped_by_article_in_order_of_the_best(quotes: tuple[Quote, ...]) -> None:
    groups = by_article(quotes)
    assert sorted(quote.rank for group in groups for quote in group) == [1, 2, 3, 4, 5]
    assert [group[0].rank for group in groups] == sorted(group[0].rank for group in groups)
    for group in groups:
        assert len({quote.source for quote in group}) == 1
        assert [quote.rank for quote in group] == sorted(quote.rank for quote in group)


def test_near_copies_follow_the_first_of_them(quotes: tuple[Quote, ...]) -> None:
    copied = (*quotes[:2], *(replace(quote, same_as=1) for quote in quotes[2:4]), quotes[4])
    first = by_article(copied)[0]
    assert [quote.rank for quote in first[:3]] == [1, 3, 4]


def test_a_copy_of_a_quote_that_is_not_shown_stands_for_itself(quotes: tuple[Quote, ...]) -> None:
    assert by_article([replace(quotes[3], same_as=1)]) == [(replace(quotes[3], same_as=1),)]


def test_no_quotes_make_no_groups() -> None:
    assert by_article([]) == []
