"""Spelling: a misspelt word is corrected by the words of the articles, and no other word is changed."""

import statistics
import time
from collections.abc import Callable, Mapping

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from articles_qa.index.opened.index import Index
from articles_qa.qa import Retriever
from articles_qa.qa.questions.question import MAX_QUESTION_CHARS, read_question
from articles_qa.qa.questions.spelling import respelt

ARTICLE = """Zelensky wrote a letter to Pyongyang about casualties in Kursk.

Hospitals there treat soldiers, said Kirby. The Storm Corps has cannonballs and a fake flag.

They stayed until later, on guard. Lebanon is far away, and Perl is a village near the Piłsudski bridge in Saarbrücken.

A solid purchase, said a suer."""

RIGHT = [
    ("what did Zelenksy write?", "what did Zelensky write?"),
    ("what did zelenskiy write?", "what did Zelensky write?"),
    ("what did Zelinskiy write?", "what did Zelensky write?"),  # Two slips, both light ones.
    ("Zelenksy's letter", "Zelensky's letter"),
    ("Pyonyang", "Pyongyang"),
    ("how many casulties in Kursck?", "how many casualties in Kursk?"),
    ("which hosptials?", "which Hospitals?"),  # As the articles write it.
    ("which soliders?", "which soldiers?"),
    ("how many soliders were killed?", "how many soldiers were killed?"),  # Its stem is that of "solid".
    ("what did Kirbi say?", "what did Kirby say?"),  # Of one stem.
    ("when did kirbi speak?", "when did Kirby speak?"),
    ("where did thye stay?", "where did They stay?"),  # What becomes a stop word no longer counts as one of the subject.
    ("the Strom Corps", "the Storm Corps"),
    ("was there a leter?", "was there a letter?"),  # A doubled letter is likelier than another one: not "later".
    ("Kriby said?", "Kirby said?"),
    ("canonballs", "cannonballs"),
    ("the bridge in Sarbrucken", "the bridge in Saarbrücken"),  # Accents are no slips.
]


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Index:
    """An index of the one article."""
    from articles_qa.index import build

    folder = tmp_path_factory.mktemp("spelling")
    (folder / "articles").mkdir()
    (folder / "articles" / "a.txt").write_text(ARTICLE, "utf-8")
    build([folder / "articles"], folder / "index")
    return Index.open(folder / "index")


@pytest.mark.parametrize(("asked", "right"), RIGHT)
def test_a_misspelt_word_becomes_the_articles_word(asked: str, right: str, index: Index) -> None:
    assert respelt(index, read_question(asked)).text == right


KEPT = [
    "Who is the purchaser?",  # Of the stem of "purchase", and no slip.
    "Who is suing?",  # Of the stem of "suer", and not "using".
    "Which flights go to Lisbon?",  # Not Lebanon.
    "Who rules Peru?",  # Not Perl.
    "How do I bake bread?",  # Not fake.
    "sourdough, spinach, photosynthesis",
    "Where was Messi?",
    "was it the latter?",  # The model knows it, though it is one letter from "letter".
    "casualty",  # Another form of a word that stands there.
    "where was Guyard?",  # A name is not "guard".
    "which Kursx2?",  # No figures.
    "who stood on gurd?",  # In so short a word, one letter less makes another word too often.
    "what is fak?",  # Three letters are too few.
    "커스크 쿠르스크",  # Other scripts.
]


@pytest.mark.parametrize("asked", KEPT)
def test_a_word_that_the_articles_merely_lack_is_kept(asked: str, index: Index) -> None:
    question = read_question(asked)
    assert respelt(index, question) is question


def test_the_commoner_word_is_meant(retriever_of: Callable[[Mapping[str, str | bytes]], Retriever]) -> None:
    opened = retriever_of({"a.txt": "Meridiana met Meridiano.", "b.txt": "Meridiano left.", "c.txt": "Meridiano came."})
    assert opened.ask("did Meridianx leave?").searched[-1] == "did Meridiano leave?"


def test_a_letter_doubled_or_swapped_is_likelier_than_another_one(
    retriever_of: Callable[[Mapping[str, str | bytes]], Retriever],
) -> None:
    opened = retriever_of({"a.txt": "Meridian met Meridano.", "b.txt": "Meridano left.", "c.txt": "Meridano came."})
    assert opened.ask("did Meridan leave?").searched[-1] == "did Meridian leave?"


def test_the_answer_shows_both_wordings_and_finds_the_right_word(retriever: Retriever) -> None:
    answer = retriever.ask("how many casulties did Zelenksy report?")
    assert answer.searched == ("how many casulties did Zelenksy report?", "how many casualties did Zelensky report?")
    assert "Zelensky" in (answer.quotes[0].said_by or "")


def test_a_follow_up_and_the_question_before_it_are_put_right(retriever: Retriever) -> None:
    before = [{"role": "user", "content": "how many casulties did NIS report?"}]
    assert retriever.ask("and what about Zelenksy?", history=before).searched == (
        "and what about Zelenksy?",
        "and what about Zelensky?",
        "how many casualties did Zelensky report?",
    )


def test_another_subject_is_not_drawn_to_the_articles(retriever: Retriever) -> None:
    for asked in ("What is the capital of Peru?", "How do I bake sourdough bread?", "Where can I buy flights to Lisbon?"):
        answer = retriever.ask(asked)
        assert answer.searched == (asked,) and not answer.answered


def test_a_question_too_long_to_be_put_right_is_asked_as_it_is(index: Index) -> None:
    question = read_question(("casulties " * MAX_QUESTION_CHARS)[:MAX_QUESTION_CHARS].strip())
    assert respelt(index, question) is question


@settings(deadline=None, max_examples=50)
@given(st.text(alphabet="aeiouklmnrst çé'-́ß한", min_size=1, max_size=60))
def test_any_question_can_be_respelt_and_once_is_enough(index: Index, text: str) -> None:
    if not any(c.isalpha() and c.isprintable() for c in text):
        return
    once = respelt(index, read_question(text))
    assert respelt(index, once).text == once.text


def test_a_question_without_a_misspelt_word_waits_for_nothing(index: Index) -> None:
    question = read_question("how many casualties did Zelensky report in Lisbon?")
    took_ms = []
    for _ in range(50):
        began = time.perf_counter()
        respelt(index, question)
        took_ms.append((time.perf_counter() - began) * 1e3)
    assert statistics.median(took_ms) < 5  # 0.1 on two cores.
