"""The conversation before a question: what it lends to the search."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from qa.questions.follow_ups import asks_about_that, asks_detail, asks_whose_word, completed
from qa.questions.history import Exchange, Turn, exchanges
from qa.questions.question import MAX_QUESTION_CHARS, AnswerType, Question, read_question

ALONE_TERMS = 3  # Content words, whose word is asked for counting as one more; with fewer, something is mostly left out.
OWN_WEIGHT = 0.5  # Of a question that stands alone, in its own words; the rest is the conversation's.
_LEANS = re.compile(
    r"^(?:and|or|but|so|then|also|what about|how about)\b"
    r"|\b(?:he|she|they|it|him|her|them|his|hers|their|theirs|its|this|that|these|those|ones?|there|then|both|latter)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Variants:
    """The wordings in which a question is searched, what each weighs there, and the places of those that judge sentences.

    The last one is the fullest; the weights add up to 1. `shown` are the texts
    of the answer before, for a question that leans on it; `bare` is whether
    that has no matter of its own ("why?"), `lent` whether a conversation lent to some.
    """

    searched: tuple[Question, ...]
    weights: tuple[float, ...]
    judged: tuple[int, ...]
    shown: tuple[str, ...] = ()
    bare: bool = False
    lent: bool = False

    @classmethod
    def alike(cls, searched: Sequence[Question], judged: Sequence[int]) -> "Variants":
        """All of one weight."""
        return cls(tuple(searched), (1 / len(searched),) * len(searched), tuple(judged))


def _as_asked(question: Question) -> Question:
    return question


def _nobody(name: str) -> bool:
    return False


def variants(
    question: str,
    history: Sequence[Turn],
    respelt: Callable[[Question], Question] = _as_asked,
    *,
    is_person: Callable[[str], bool] = _nobody,
) -> Variants:
    """The question as it is searched: as asked, respelt, and after a conversation also with what that lends to it.

    That is the question made whole where it leaves something out ("and
    Seoul?"), else together with the question before it, or with what was shown
    ("who said that?"); and together with the first question of the
    conversation, which mostly names its subject. Three rankings summed beat any
    one or two on mtrag's follow-ups, also where the question stands alone; but
    then its own words weigh half, and sentences are judged by them alone.
    Earlier questions without matter of their own are passed over.
    `respelt` returns what it is given where nothing is misspelt; the question
    as asked stays beside it, since the articles' word may be another one.

    Raises:
        InputError: a turn is of another shape, or the question cannot be used.
    """
    alone = read_question(question)
    earlier = exchanges(history)
    spelt = respelt(alone)
    wordings = [alone] if spelt == alone else [alone, spelt]
    own = len(wordings) - 1
    if not earlier:
        return Variants.alike(wordings, (own,))
    matter = [exchange for exchange in earlier if not _is_bare(read_question(exchange.question))] or list(earlier)
    if matter[0].question != matter[-1].question:
        wordings.append(_together(matter[0].question, spelt, respelt))
    wordings.append(_fullest(spelt, matter, earlier[-1], respelt, is_person))
    if stands_alone(spelt):
        lent = len(wordings) - own - 1
        weights = (OWN_WEIGHT / (own + 1),) * (own + 1) + ((1 - OWN_WEIGHT) / lent,) * lent
        return Variants(tuple(wordings), weights, (own,), lent=True)
    leaning = Variants.alike(wordings, (own, len(wordings) - 1))
    shown = () if _is_of_that(spelt) else earlier[-1].texts
    return replace(leaning, shown=shown, bare=_is_bare(spelt), lent=True)


def _is_bare(question: Question) -> bool:
    """Whether a follow-up has no matter of its own ("why?", "who says so?"): the next one leans on what was asked before it."""
    return not question.has_matter or asks_detail(question.text) or asks_whose_word(question.text)


def _is_of_that(question: Question) -> bool:
    """Whether it asks who says what was just shown, or what somebody says about it."""
    return asks_whose_word(question.text) or asks_about_that(question.text)


def _fullest(
    spelt: Question,
    matter: Sequence[Exchange],
    last: Exchange,
    respelt: Callable[[Question], Question],
    is_person: Callable[[str], bool],
) -> Question:
    """The question made whole, after what was shown last if it is of that, or else after the question before it."""
    if _is_of_that(spelt) and last.texts:
        return _of_shown(last.texts[0], spelt, respelt)
    before = replace(matter[-1], speakers=last.speakers, texts=last.texts)
    whole = _made_whole(spelt.text, [*matter[:-1], before], is_person)
    return respelt(read_question(whole)) if whole else _together(_before(matter), spelt, respelt)


def _made_whole(question: str, earlier: Sequence[Exchange], is_person: Callable[[str], bool]) -> str | None:
    """The question with what it leaves out; the ones before it are made whole first, from the oldest on."""
    before = earlier[0]
    for exchange in earlier[1:]:
        whole = completed(exchange.question, before, is_person=is_person)
        before = replace(exchange, question=(whole or exchange.question)[:MAX_QUESTION_CHARS])
    whole = completed(question, before, is_person=is_person)
    return whole if whole and len(whole) <= MAX_QUESTION_CHARS else None


def _before(earlier: Sequence[Exchange]) -> str:
    """The question before; one of a word or two ("why?") together with the one before that."""
    last = earlier[-1].question
    if len(earlier) > 1 and len(read_question(last).terms) < 2:
        return f"{earlier[-2].question} {last}"
    return last


def _of_shown(shown: str, spelt: Question, respelt: Callable[[Question], Question]) -> Question:
    """The question after what "that" is in it; whose word it wants it says itself, and not what was shown."""
    speaker = "" if asks_whose_word(spelt.text) else spelt.speaker
    speaker_terms = spelt.speaker_terms if speaker else frozenset[str]()
    return replace(_together(shown, spelt, respelt), speaker=speaker, speaker_terms=speaker_terms)


def _together(before: str, spelt: Question, respelt: Callable[[Question], Question]) -> Question:
    """The question after an earlier one, as one text; it asks for what the later one asks for, where that says so."""
    room = max(0, MAX_QUESTION_CHARS - len(spelt.text) - 1)
    together = respelt(read_question(f"{before[:room]} {spelt.text}".strip()))
    return together if spelt.asks_for is AnswerType.ANY else replace(together, asks_for=spelt.asks_for)


def stands_alone(question: Question) -> bool:
    """Whether a question says all that it asks: enough words, and none that stands for something said before."""
    if _is_bare(question) or _LEANS.search(question.text):
        return False
    return len(question.terms) + bool(question.speaker) >= ALONE_TERMS
