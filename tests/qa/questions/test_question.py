"""Reading a question: the kind of answer, the speaker asked for, and the content words."""

import pytest

from articles_qa.qa import InputError
from articles_qa.qa.questions.question import MAX_QUESTION_CHARS, AnswerType, read_question
from articles_qa.qa.ranking.answer_spans import answering, shared_words

TYPES = [
    ("How many soldiers died?", AnswerType.FIGURE),
    ("what percentage of them", AnswerType.FIGURE),
    ("give me the number of dead", AnswerType.FIGURE),
    ("HOW OLD IS HE", AnswerType.FIGURE),
    ("When did it start?", AnswerType.DATE),
    ("in which year was it signed", AnswerType.DATE),
    ("Who is Yang Uk?", AnswerType.WHO),
    ("Whose notebook was it?", AnswerType.WHO),
    ("which agency said so?", AnswerType.WHO),
    ("Where was he captured?", AnswerType.PLACE),
    ("in what city?", AnswerType.PLACE),
    ("Why did they fail?", AnswerType.REASON),
    ("what led to the incident", AnswerType.REASON),
    ("What is the Storm Corps?", AnswerType.ANY),
    ("drones", AnswerType.ANY),
    ("When did he say how many died?", AnswerType.DATE),  # The kind that is named first.
    ("somehow many think so", AnswerType.ANY),  # Inside a word it asks for nothing.
]


@pytest.mark.parametrize(("text", "kind"), TYPES)
def test_the_kind_of_answer_is_read(text: str, kind: AnswerType) -> None:
    assert read_question(text).asks_for is kind


SPEAKERS = [
    ("how many casualties did NIS report?", "NIS"),
    ("What did the White House say about losses?", "White House"),
    ("what did the south korean lawmaker say?", "south korean lawmaker"),
    ("According to John Kirby, how are they treated?", "John Kirby"),
    ("how are they treated, according to Kirby?", "Kirby"),
    ("Why does North Korea help Russia, according to Seoul?", "Seoul"),
    ("how many deaths were reported by NIS?", "NIS"),
    ("what are Zelensky's figures?", "Zelensky"),
    ("what Zelensky said about it", "Zelensky"),
    ("Where was the soldier captured?", ""),
    ("what did they say?", ""),  # A pronoun names nobody.
    ("What did the articles say?", ""),
    ("who said so?", ""),
]


@pytest.mark.parametrize(("text", "speaker"), SPEAKERS)
def test_the_speaker_is_read(text: str, speaker: str) -> None:
    assert read_question(text).speaker == speaker


TERMS = [
    ("How many soldiers were wounded?", ("soldier", "wound")),
    ("what is it about?", ("what", "is", "it", "about")),  # Where only stop words are left, they are searched.
    ("drone drones DRONES", ("drone",)),
    ("São Paulo", ("sao", "paulo")),
    ("over 12,000 of them, or 3.5%", ("12,000", "3.5")),
    ("국가정보원 발표", ("국가정보원", "발표")),
    ("Сколько погибло?", ("сколько", "погибло")),
]


@pytest.mark.parametrize(("text", "terms"), TERMS)
def test_content_words_are_kept_once(text: str, terms: tuple[str, ...]) -> None:
    assert read_question(text).terms == terms


def test_control_characters_and_line_ends_are_read_as_blanks() -> None:
    assert read_question("\ufeff\x1b[1mhow\tmany\r\n\x00soldiers?\u202e").text == "[1mhow many soldiers?"


UNUSABLE: list[tuple[object, str]] = [
    ("", "empty"),
    (" \t\n\u3000", "empty"),
    ("\x00\x1b\u202e", "empty"),
    ("?!…", "no word"),
    ("🙂🚒", "no word"),
    ("x" * (MAX_QUESTION_CHARS + 1), "2,001 characters"),
    ("why? " * 20_000, "100,000 characters"),
    ("how many\ud800?", "surrogate"),
    ("\udce9t\udce9", "surrogate"),  # What argv makes of Latin-1 bytes.
    (None, "NoneType"),
    (b"how many?", "bytes"),
    (["how many?"], "list"),
    (7, "int"),
]


@pytest.mark.parametrize(("text", "reason"), UNUSABLE, ids=[reason for _, reason in UNUSABLE])
def test_what_is_no_question_gets_one_line(text: object, reason: str) -> None:
    with pytest.raises(InputError, match=reason) as error:
        read_question(text)  # type: ignore[arg-type]
    assert str(error.value).startswith("question: ") and "\n" not in str(error.value)


def test_the_longest_question_is_read() -> None:
    assert len(read_question("why " * (MAX_QUESTION_CHARS // 4)).text) == MAX_QUESTION_CHARS - 1


ANSWERING = [
    ("how many died?", "Over 100 died and a thousand more were hurt.", ["Over 100", "a thousand"]),
    ("how much did it cost?", "It cost $4.5 million, 12 percent more.", ["$4.5 million", "12 percent"]),
    ("how many of the 43 died?", "Of the 43 soldiers, three died.", ["three"]),  # What the question says is no answer.
    ("when was it?", "It was on December 27, 2024, or last week.", ["December 27, 2024", "last week"]),
    ("who was captured?", "He met Kim Jong Un and Putin there.", ["Kim Jong Un", "Putin"]),
    ("who said so?", "On Monday the NIS and Kim Jong Un said so.", ["NIS", "Kim Jong Un"]),  # A day is nobody.
    ("who said so?", "The White House said so to Putin.", ["White House", "Putin"]),
    ("who said so?", "It was said in the U.S.", ["U.S."]),
    ("where was he?", "He was captured in the Kursk region on Friday.", ["Kursk region"]),  # A day is no place.
    ("why did they lose?", "They lost because of drones; it rained.", ["because of drones"]),
    ("what is it?", "Over 100 died on Friday in Kursk.", []),
    ("how many?", "Nobody said.", []),
]


@pytest.mark.parametrize(("question", "sentence", "found"), ANSWERING)
def test_the_answering_words_are_of_the_kind_asked_for(question: str, sentence: str, found: list[str]) -> None:
    assert [span.cut(sentence) for span in answering(sentence, read_question(question))] == found


def test_the_words_shared_with_the_question_are_found_in_any_form() -> None:
    sentence = "Drones wounded him; the wound’s edge, a drone-made one."
    shared = shared_words(sentence, read_question("was he wounded by a drone?"))
    assert [span.cut(sentence) for span in shared] == ["Drones", "wounded", "wound’s", "drone-made"]
