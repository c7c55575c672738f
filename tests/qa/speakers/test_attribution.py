"""Questions that name a speaker: the report of NIS is not the report of Zelensky."""

from collections.abc import Callable, Mapping

import pytest

from articles_qa.qa import Retriever

RetrieverOf = Callable[[Mapping[str, str | bytes]], Retriever]

NIS = ("NIS", "National Intelligence Service", "South Korea's intelligence service")

QUESTIONS = [
    "how many casualties did NIS report?",
    "How many casualties did the NIS report?",
    "how many casualties did the National Intelligence Service report?",
    "According to South Korea's intelligence service, how many North Koreans were killed or wounded?",
    "casualties reported by NIS",
]


@pytest.mark.parametrize("question", QUESTIONS)
def test_nis_is_quoted_first_with_its_own_figure(question: str, retriever: Retriever) -> None:
    first = retriever.ask(question).quotes[0]
    assert any(name in (first.said_by or "").replace("’", "'") for name in NIS)
    assert any(figure in first.text for figure in ("over 100", "1,000"))
    assert "Zelensky" not in first.text and "White House" not in first.text


def test_nis_is_found_under_its_three_names(generous: Retriever) -> None:
    asked = ("What did NIS say about North Korean soldiers?", "how many casualties did NIS report?")
    quotes = [quote for question in asked for quote in generous.ask(question, top_k=40).quotes]
    speakers = " / ".join(quote.said_by or "" for quote in quotes).replace("’", "'")
    assert [name for name in NIS if name not in speakers] == []


# Whose word a question asks for, and words of the quote that should come first.
SPEAKERS = [
    ("How many casualties did Zelensky report?", "Zelensky", "3,000"),
    ("How many casualties did Seoul report?", "Seoul", "1,100"),
    ("According to the White House, how many were killed or wounded?", "White House", "1,000"),
    ("what did Kirby say about hopeless assaults?", "Kirby", "hopeless assaults"),
]


@pytest.mark.parametrize(("question", "speaker", "words"), SPEAKERS)
def test_each_speaker_is_quoted_with_their_own_words(question: str, speaker: str, words: str, retriever: Retriever) -> None:
    first = retriever.ask(question).quotes[0]
    assert speaker in (first.said_by or "") and words in first.text


def test_a_body_whose_name_has_small_words_is_asked_for_by_its_abbreviation(retriever_of: RetrieverOf) -> None:
    text = "The {} said that {} people had crossed the river at night."
    names = (("United Nations High Commissioner for Refugees (UNHCR)", 300), ("governor", 70), ("mayor", 90))
    articles = {f"{number}.txt": text.format(name, number) for name, number in names}
    answer = retriever_of(articles).ask("how many people crossed the river, according to the UNHCR?")
    assert "300" in answer.quotes[0].text
    first = answer.claims[0].table.values[0]
    assert (first.low, first.asked) == (300, True)


def test_two_sides_in_one_sentence_are_laid_side_by_side(retriever_of: RetrieverOf) -> None:
    text = "Organisers said that 50,000 people took part in the march, while police said that 20,000 people took part in it."
    (quoted,) = retriever_of({"a.txt": text}).ask("how many people took part in the march?").claims
    assert {value.low for value in quoted.table.values} == {50_000, 20_000} and quoted.table.differ


SPELT_OUT = (
    "Kyiv. Ukraine's State Border Guard Service (SBGS) is based in Kyiv. It was founded in 1991 and reports to the ministry."
)
SHORT = (
    "The SBGS said on Monday that 70 people had crossed the river at night.\n\n"
    "The governor said on Monday that 300 people had crossed the river at night."
)


def test_an_abbreviation_that_one_article_spells_out_counts_in_another(retriever_of: RetrieverOf) -> None:
    retriever = retriever_of({"a.txt": SPELT_OUT, "b.txt": SHORT})
    first = retriever.ask("how many people crossed the river, according to the State Border Guard Service?").quotes[0]
    assert (first.source, first.said_by) == ("b.txt", "SBGS") and "70 people" in first.text


def test_the_long_name_answers_a_question_with_the_short_one(retriever_of: RetrieverOf) -> None:
    long = SHORT.replace("The SBGS", "The State Border Guard Service")
    retriever = retriever_of({"a.txt": SPELT_OUT, "b.txt": long})
    first = retriever.ask("how many people did the SBGS say crossed the river?").quotes[0]
    assert first.source == "b.txt" and "70 people" in first.text


def test_without_the_spelling_out_the_names_are_strangers(retriever_of: RetrieverOf) -> None:
    text = SHORT.replace("SBGS", "GUR")  # No initials of that name.
    quotes = retriever_of({"b.txt": text}).ask("how many crossed the river, according to the State Border Guard Service?")
    assert all(quote.probability < 0.9 for quote in (*quotes.quotes, *quotes.closest))


def test_what_stands_beside_a_report_is_the_article_s_own_word(retriever_of: RetrieverOf) -> None:
    text = "Four calves with the fever have turned up near Orsk, although vets insist that the danger to people is small."
    retriever = retriever_of({"a.txt": text})
    assert retriever.ask("How many calves with the fever have turned up near Orsk?").quotes[0].said_by is None
    assert retriever.ask("What do vets say about the danger near Orsk?").quotes[0].said_by == "vets"
