"""Correction notes: which quotes they touch."""

from dataclasses import replace

import pytest

from articles_qa.index.articles.article import decode_article
from articles_qa.index.articles.sentences import sentences
from articles_qa.index.articles.span import Span
from articles_qa.index.articles.traits import Traits, read_traits
from articles_qa.qa.ranking.correction_notes import asks_for_correction, touching

NOTE = (
    "This article was amended on 2 May 2024. An earlier version said that 140 pupils of Ana Vega were hurt; the figure is 14."
)


@pytest.mark.parametrize(
    ("sentence", "is_touched"),
    [
        ("A leak sent 140 pupils to hospital.", True),  # The figure.
        ("Ana Vega teaches there.", True),  # A name.
        ("The pupils were hurt badly.", True),  # Two words.
        ("The school opens on 2 May 2024.", False),  # The day of the note.
        ("An earlier report named no figure.", False),  # Words that every note has.
        ("The pupils went home.", False),
        ("The gas leak was small.", False),
    ],
)
def test_a_note_touches_what_shares_a_figure_a_name_or_two_words(sentence: str, is_touched: bool) -> None:
    text = f"Gas leak\n\n{sentence}\n\n{NOTE}\n"
    article = decode_article(text.encode(), "a.txt")
    traits = read_traits(text, sentences(text))
    assert [note.cut(text) for note in traits.corrections] == [NOTE]
    assert Traits.from_json(traits.to_json()) == traits
    at = text.index(sentence)
    found = touching(replace(article, traits=traits), Span(at, at + len(sentence)))
    assert found == traits.corrections * is_touched


@pytest.mark.parametrize(
    "question", ["What was corrected?", "Which error did the article contain?", "What did an earlier version say?"]
)
def test_a_question_may_ask_for_the_correction(question: str) -> None:
    assert asks_for_correction(question)


def test_other_questions_do_not() -> None:
    assert not any(asks_for_correction(question) for question in ("How many died?", "Who wrote the first book?"))
