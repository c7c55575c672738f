"""Quotes hold whole quotations, and pronouns with the sentence before; near copies stand side by side."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest

from articles_qa.index import Index
from articles_qa.qa import AskSettings, Quote, Retriever, by_article
from articles_qa.qa.answers import make_quotes
from articles_qa.qa.answers.make_quotes import LEAST_JOINED, MAX_JOINED
from articles_qa.qa.questions.question import read_question
from articles_qa.qa.ranking.scoring import ScoredSentence
from articles_qa.qa.speakers.identities import Identities

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


HURT = "A nurse was hurt. A guard was hurt too. A cook was hurt later. A driver was hurt at noon. A waiter was hurt last."


@pytest.fixture
def made(retriever_of: RetrieverOf, tmp_path: Path) -> Callable[..., list[tuple[str, ...]]]:
    """Return the texts and the marked words of the quotes made of an article whose sentences have these probabilities."""

    def make(text: str, probabilities: list[float], least: float = 0.0, top_k: int = 9) -> list[tuple[str, ...]]:
        retriever_of({"a.txt": text})
        index = Index.open(tmp_path / "index")
        passages = index.store.passages(list(range(index.info.passages)))
        sentences = index.store.sentences([passage.id for passage in passages])
        scored = [
            ScoredSentence(one, passages[one.passage], probability)
            for one, probability in zip(sentences, probabilities, strict=True)
        ]
        best_first = sorted(scored, key=lambda one: -one.probability)
        question = read_question("who was hurt?")
        of = partial(make_quotes.quotes, index, Identities(index), question, best_first, least=least)
        found, more = of(top_k=top_k)
        assert more == len(of(top_k=99)[0]) - len(found)
        return [(quote.text, *(mark.cut(quote.article.text) for mark in quote.marks)) for quote in found]

    return make


SHARE = make_quotes.JOINED
SURE = LEAST_JOINED / SHARE  # From this best probability on, the share decides.


@pytest.mark.parametrize(
    ("probabilities", "sentences"),
    [
        ((0.1, SURE, SURE * SHARE, 0.1, 0.1), [(1, 2), (0,), (3,), (4,)]),
        ((0.1, SURE * SHARE, SURE, 0.1, 0.1), [(1, 2), (0,), (3,), (4,)]),
        ((0.1, SURE, LEAST_JOINED - 0.01, 0.1, 0.1), [(1,), (2,), (0,), (3,), (4,)]),
        ((0.1, 0.9, 0.9 * SHARE - 0.01, 0.1, 0.1), [(1,), (2,), (0,), (3,), (4,)]),
        ((0.29, 0.28, 0.1, 0.1, 0.1), [(0,), (1,), (2,), (3,), (4,)]),
        ((0.9, 0.1, 0.8, 0.1, 0.1), [(0,), (2,), (1,), (3,), (4,)]),  # They do not stand side by side.
        ((0.5, 0.6, 0.9, 0.7, 0.8), [(1, 2, 3, 4), (0,)]),  # No more than MAX_JOINED.
    ],
)
def test_neighbours_that_both_answer_surely_are_one_quote(
    probabilities: tuple[float, ...], sentences: list[tuple[int, ...]], made: Callable[..., list[tuple[str, ...]]]
) -> None:
    each = [f"{sentence}." for sentence in HURT.removesuffix(".").split(". ")]
    assert max(map(len, sentences)) <= MAX_JOINED
    assert [quote[0] for quote in made(HURT, list(probabilities))] == [" ".join(each[i] for i in one) for one in sentences]


def test_the_answering_words_of_all_sentences_of_a_quote_are_marked(made: Callable[..., list[tuple[str, ...]]]) -> None:
    assert made("A nurse was hurt. Rain fell hurt.", [0.9, 0.8]) == [("A nurse was hurt. Rain fell hurt.", "hurt", "hurt")]


def test_neighbours_are_not_joined_across_paragraphs_or_voices(made: Callable[..., list[tuple[str, ...]]]) -> None:
    assert len(made("A nurse was hurt.\n\nA guard was hurt.", [0.9, 0.9])) == 2
    spoken = "The mayor said that a nurse was hurt. The police said that a guard was hurt."
    assert len(made(spoken, [0.9, 0.9])) == 2  # "Said by the mayor" is wrong of the second.


def test_quotes_that_the_limit_leaves_out_are_counted(made: Callable[..., list[tuple[str, ...]]]) -> None:
    for top_k in (1, 2, 3):  # The number is checked against a call without the limit.
        assert len(made(HURT, [0.9, 0.8, 0.1, 0.2, 0.05], least=0.1, top_k=top_k)) == top_k


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


def test_a_sentence_that_takes_back_the_one_before_is_quoted_with_it(retriever_of: RetrieverOf) -> None:
    claim = "A post says that more than 5,000 people voted twice in Harlan County."
    retriever = retriever_of({"a.txt": f"{claim} There is no evidence for this. The clerk counted the ballots again."})
    assert (
        retriever.ask("How many people voted twice in Harlan County?").quotes[0].text
        == f"{claim} There is no evidence for this."
    )
