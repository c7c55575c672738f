"""A conversation: the variants of a question that are searched, with what the earlier turns add."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from articles_qa.qa.questions.follow_ups import asks_about_that, asks_detail, asks_whose_word, completed
from articles_qa.qa.questions.history import Exchange, Turn, exchanges
from articles_qa.qa.questions.question import MAX_QUESTION_CHARS, AnswerType, Question, read_question

ALONE_TERMS = 3  # Content words; a speaker asked for counts as one more. A question with fewer mostly leaves something out.
_LEANS = re.compile(
    r"^(?:and|or|but|so|then|also|what about|how about)\b|^according to [^,?]{1,60}\?*$"
    r"|\b(?:he|she|they|it|him|her|them|his|hers|their|theirs|its|this|that|these|those|ones?|there|then|both|latter)\b",
    re.IGNORECASE,
)


AS_TYPED = 0.2  # The weight of a misspelt question beside the respelt one.


@dataclass(frozen=True, slots=True)
class Variants:
    """The variants in which a question is searched, and their weights, which add up to 1.

    `judged` are the places of the variants that judge sentences; the last one
    is the fullest. `leans`: the question needs the conversation to be
    understood, and is judged as asked and made whole. `shown_before`: the texts
    of the answer before it. `lacks_topic`: it names no topic ("why?").
    """

    searched: tuple[Question, ...]
    weights: tuple[float, ...]
    judged: tuple[int, ...]
    shown_before: tuple[str, ...] = ()
    lacks_topic: bool = False
    leans: bool = False

    @classmethod
    def of_equal_weight(cls, searched: Sequence[Question], judged: Sequence[int]) -> "Variants":
        """Return variants that weigh the same."""
        return cls(tuple(searched), (1 / len(searched),) * len(searched), tuple(judged))


def variants(
    question: str,
    history: Sequence[Turn],
    respelt: Callable[[Question], Question] = lambda question: question,
    *,
    is_person: Callable[[str], bool] = lambda _: False,
) -> Variants:
    """Return the variants of a question: as asked, respelt, and after a conversation with what the conversation adds.

    The first addition is the question made whole where it leaves something out
    ("and Seoul?"), else the question together with the one before it, or with
    what was shown ("who said that?"). The second is the question together with
    the conversation's first question, which mostly names the topic. On mtrag's
    follow-ups the sum of three rankings beats any one or two. A question that
    stands alone takes nothing from the conversation. Earlier questions without
    a topic are skipped. `respelt` returns its argument where nothing is
    misspelt. The question as asked is searched beside the respelt one, since
    the articles may use another word.

    Raises:
        InputError: a turn is of another shape, or the question cannot be used.
    """
    asked = read_question(question)
    earlier = exchanges(history)
    spelt = respelt(asked)
    searched = [asked] if spelt == asked else [asked, spelt]
    own = len(searched) - 1
    if not earlier or stands_alone(spelt):
        return Variants(tuple(searched), (AS_TYPED, 1 - AS_TYPED) if own else (1.0,), (own,))
    topics = [exchange for exchange in earlier if not _lacks_topic(read_question(exchange.question))] or list(earlier)
    if topics[0].question != topics[-1].question:
        searched.append(_together(topics[0].question, spelt, respelt))
    searched.append(_fullest(spelt, topics, earlier[-1], respelt, is_person))
    leaning = Variants.of_equal_weight(searched, (own, len(searched) - 1))
    shown_before = () if _is_of_shown(spelt) else earlier[-1].texts
    return replace(leaning, shown_before=shown_before, lacks_topic=_lacks_topic(spelt), leans=True)


def stands_alone(question: Question) -> bool:
    """Return whether a question is complete: it has enough words, and no word that refers to something said before.

    "What did Zelensky say?" is: it asks for all that a speaker says.
    """
    if _lacks_topic(question) or _LEANS.search(question.text):
        return False
    if question.asks_for is AnswerType.ANY and question.speaker_terms >= set(question.terms):
        return True
    return len(question.terms) + bool(question.speaker) >= ALONE_TERMS


def _lacks_topic(question: Question) -> bool:
    """Return whether a follow-up names no topic ("why?", "who says so?")."""
    return not question.has_content or asks_detail(question.text) or asks_whose_word(question.text)


def _is_of_shown(question: Question) -> bool:
    """Return whether a question asks who says what was shown, or what somebody says about it."""
    return asks_whose_word(question.text) or asks_about_that(question.text)


def _fullest(
    spelt: Question,
    topics: Sequence[Exchange],
    last: Exchange,
    respelt: Callable[[Question], Question],
    is_person: Callable[[str], bool],
) -> Question:
    """Return the question after what was shown last, if it asks about that; else made whole, or after the one before it."""
    if _is_of_shown(spelt) and last.texts:
        # The question itself names the speaker whose word it wants, not the text that was shown.
        speaker = "" if asks_whose_word(spelt.text) else spelt.speaker
        speaker_terms = spelt.speaker_terms if speaker else frozenset[str]()
        return replace(_together(last.texts[0], spelt, respelt), speaker=speaker, speaker_terms=speaker_terms)
    before = replace(topics[-1], speakers=last.speakers, texts=last.texts)
    if whole := _made_whole(spelt.text, [*topics[:-1], before], is_person):
        return respelt(read_question(whole))
    earlier = topics[-1].question
    if len(topics) > 1 and len(read_question(earlier).terms) < 2:  # A question of one word needs the question before it.
        earlier = f"{topics[-2].question} {earlier}"
    return _together(earlier, spelt, respelt)


def _made_whole(question: str, earlier: Sequence[Exchange], is_person: Callable[[str], bool]) -> str | None:
    """Return the question with what it leaves out. The questions before it are made whole first, the oldest first."""
    before = earlier[0]
    for exchange in earlier[1:]:
        whole = completed(exchange.question, before, is_person=is_person)
        before = replace(exchange, question=(whole or exchange.question)[:MAX_QUESTION_CHARS])
    whole = completed(question, before, is_person=is_person)
    return whole if whole and len(whole) <= MAX_QUESTION_CHARS else None


def _together(before: str, spelt: Question, respelt: Callable[[Question], Question]) -> Question:
    """Return the question after an earlier text, as one question. It asks for the kind of answer of the later question."""
    room = max(0, MAX_QUESTION_CHARS - len(spelt.text) - 1)
    together = respelt(read_question(f"{before[:room]} {spelt.text}".strip()))
    return together if spelt.asks_for is AnswerType.ANY else replace(together, asks_for=spelt.asks_for)
