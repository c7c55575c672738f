"""Follow-ups: what a question leaves to the conversation before it, read by patterns.

question before                       follow-up               what is read             result
how many casualties did NIS report?   and according to Kyiv?  another speaker          how many casualties did Kyiv report?
what did Kirby say on Friday?         when did he say it?     "he" is Kirby            when did Kirby say it?
what did NIS say?                     what do they say?       "they" are the speaker   what do NIS say?
how many casualties did NIS report?   why?                    a detail, no topic       None: the question before is added
"""

import re
from collections.abc import Callable, Iterator

from articles_qa.index.english import CAPITALISED, COURTESY_TITLES
from articles_qa.index.grammar.noun_classes import BODIES, PERSONS
from articles_qa.qa.questions.history import Exchange
from articles_qa.qa.questions.question import MAX_QUESTION_CHARS, AnswerType, read_question

_AND_THEN = r"(?i:(?:and|or|but|so)\b,?\s+)?(?i:then\s+)?"
_LEAD = rf"{_AND_THEN}(?i:(?:what|how)\s+about\s+|what\s+of\s+)?"
_END = r"[\s?.!]*$"
_PREPOSITIONS = "in|at|on|near|for|from|to|with|under|during|after|before|by"
# Each word begins with a capital, so that a list of names is read in one way only.
_NAME = r"(?:[Tt]he\s+)?[A-Z0-9][\w.’'-]*+(?:\s+(?:of\s+(?:the\s+)?)?[A-Z0-9][\w.’'-]*+){0,5}+"
_NAMES = re.compile(rf"\b{_NAME}")
_QUESTION_WORDS = frozenset(
    "who whom whose what when where why which how did does do is are was were has have had can could will would should "
    "in on at by for from and or but so tell the a an i".split()
)


def _names(text: str) -> Iterator[tuple[int, int]]:
    """Yield the start and the end of each name in a text. A question word at the text's start is no part of a name."""
    for match in _NAMES.finditer(text):
        start, words = match.start(), match.group().split()
        while words and words[0].lower() in _QUESTION_WORDS and not start:
            start = text.index(words[1], start + len(words[0])) if words[1:] else match.end()
            words = words[1:]
        end = match.start() + len(re.sub(r"(?:['’]s?|[.’'-]+)$", "", match.group()))
        if words and start < end:
            yield start, end


# Another name, speaker or day in the place of the one before.

_BODY = rf"(?:\s+(?:officials|{'|'.join(sorted(BODIES))}))?"
# "and Seoul?", "what about the White House?", "and in December?", "and the Ukrainian army?"
_INSTEAD = re.compile(rf"{_LEAD}(?:(?P<at>(?i:{_PREPOSITIONS}))\s+)?(?P<name>{_NAME}{_BODY}){_END}")
# "according to Kyiv?", "and by Ukrainian estimates?"
_ACCORDING = re.compile(
    rf"{_LEAD}(?:(?i:according\s+to|as\s+(?:reported|claimed|told|said)\s+by)\s+(?P<name>[^?!,;]{{2,60}})"
    rf"|(?i:by)\s+(?P<count>[^?!,;]{{2,50}}\s(?i:estimates?|figures?|accounts?|counts?))){_END}"
)


def completed(question: str, before: Exchange, *, is_person: Callable[[str], bool]) -> str | None:
    """Return the follow-up as a whole question; None where nothing is certain.

    Another speaker, name or day replaces the one before ("and Seoul?"). "He"
    becomes the person who was asked about or shown.
    """
    if match := _ACCORDING.match(question):
        speaker = (match["name"] or match["count"]).strip()
        said_by = f"{before.question.rstrip(' ?.!')}, according to {speaker}?"
        return _with_speaker(before.question, speaker) or said_by
    if (match := _INSTEAD.match(question)) and match["name"].lower() not in _QUESTION_WORDS:
        return _with_name(before.question, match["name"], match["at"] or "")
    return with_person(question, before, is_person)


def _with_name(before: str, name: str, at: str) -> str | None:
    """Return the question before with another name: for the speaker, after the same preposition, or for the first name."""
    if not at and (other := _with_speaker(before, name)):
        return other
    named = list(_names(before))
    if at:
        after = [(start, end) for start, end in named if re.search(rf"\b{at}\s+$", before[:start], re.IGNORECASE)]
        if not after:
            return f"{before.rstrip(' ?.!')} {at} {name}?"
        start, end = after[-1]
    elif named:
        start, end = named[0]
    else:
        return None
    return before[:start] + name + before[end:]


def _with_speaker(before: str, speaker: str) -> str | None:
    """Return the question before with another speaker; None where it names no speaker."""
    asked = read_question(before).speaker
    if not asked or asked not in before:
        return None
    return re.sub(rf"(?:\b[Tt]he\s+)?{re.escape(asked)}", lambda _: speaker, before, count=1)


# Follow-ups without a topic of their own.

_AT = rf"(?:{_PREPOSITIONS}|since|until|over|within|of|about|against)"
_HOW = r"how(?:\s+(?:many|much|old|long|far|often|fast|quickly|soon|recently|badly|so|come))?"
_MEANT = r"(?:he|she|it|they|that|this|those|these)"
# "why?", "when was that?", "and by whom?", "over what period?", "how quickly exactly?"
_DETAIL = re.compile(
    rf"{_AND_THEN}(?:(?:who|what|why|when|where|how)(?:['’]s|\s+(?:is|was|are|were|did))\s+{_MEANT}(?:\s+happen)?"
    rf"|(?:why|when|where|who|{_HOW})(?:\s+(?:exactly|precisely|not|else))?|{_AT}\s+(?:whom?|when|where)"
    rf"|{_AT}\s+(?:what|which|how\s+(?:many|much))\s+\w+|(?:what|which)\s+(?P<noun>\w+)){_END}",
    re.IGNORECASE,
)
_KINDS = frozenset((AnswerType.DATE, AnswerType.PLACE, AnswerType.WHO))
_SAY = r"(?:sa(?:y|ys|id|ying)|report(?:s|ed|ing)?|claim(?:s|ed|ing)?|confirm(?:s|ed|ing)?|announce[ds]?|state[ds]?)"
# "who said that?", "according to whom?"
_WHOSE_WORD = re.compile(
    rf"{_AND_THEN}(?:who(?:\s+(?:else|has|have|had|is|was))?\s+(?:also\s+)?{_SAY}\s+(?:that|this|it|so)"
    rf"|(?:says|according\s+to)\s+whom?){_END}",
    re.IGNORECASE,
)
# "and what did Kyiv say about it?"
_ABOUT_THAT = re.compile(rf"\b{_SAY}\s+(?:about|to|of|on)\s+(?:that|this|it){_END}", re.IGNORECASE)


def asks_detail(question: str) -> bool:
    """Return whether a follow-up names only the kind of detail that it wants ("why?", "by whom?"), and no topic."""
    match = _DETAIL.match(question)
    if not match or match["noun"] is None:
        return bool(match)
    return match["noun"].lower() in {"one", "ones"} or read_question(question).asks_for in _KINDS


def asks_whose_word(question: str) -> bool:
    """Return whether a follow-up asks only who says what was shown."""
    return bool(_WHOSE_WORD.match(question))


def asks_about_that(question: str) -> bool:
    """Return whether a follow-up asks what somebody says about what was shown."""
    return bool(_ABOUT_THAT.search(question))


# The person or the speaker whom a pronoun means.

_PERSON = re.compile(r"\b(?P<word>he|she|him|his|her|hers)\b(?P<noun>\s+\w)?", re.IGNORECASE)
_SPEAKERS = re.compile(r"\b(they|it)\b", re.IGNORECASE)
_OTHERS = frozenset(
    "prisoner captive hostage suspect defendant pilot driver patient passenger defector survivor gunman".split()
)
# "A wounded North Korean soldier": at most one small word before the name, since the next one may be a verb.
_DESCRIBED = re.compile(
    rf"\b(?i:a|an|the|one)\s+(?P<named>(?:[a-z-]+\s+)?(?:{CAPITALISED}\s+){{0,3}}"
    rf"(?i:{'|'.join(sorted((PERSONS - COURTESY_TITLES) | _OTHERS))}))\b"
)
_NAME_ASKED = re.compile(r"\b(?:what(?:['’]s|\s+is|\s+was))\s+(.{1,80}?)’s(?:\s+full)?\s+name\W*$", re.IGNORECASE)
_SOMEBODY = "Somebody"


def with_person(question: str, before: Exchange, is_person: Callable[[str], bool]) -> str | None:
    """Return the question with the person for "he" or "she", or the speaker for "they"; None where nobody fits."""
    if (asked := read_question(before.question).speaker) and _asks_their_word(question, _SPEAKERS):
        return _SPEAKERS.sub(asked, question, count=1)
    if not _PERSON.search(question) or not (person := next(_persons(question, before, is_person), None)):
        return None
    return _NAME_ASKED.sub(r"who is \1?", _PERSON.sub(lambda match: _in_place(match, person), question))


def _persons(question: str, before: Exchange, is_person: Callable[[str], bool]) -> Iterator[str]:
    """Yield the persons that may be meant, likeliest first: asked about, then shown to speak, then spoken of."""

    def named(text: str) -> Iterator[str]:
        return (name for start, end in _names(text) if is_person(name := text[start:end]))

    def described(text: str) -> Iterator[str]:  # "A North Korean soldier" is from then on "the North Korean soldier".
        return (f"the {match['named']}" for match in _DESCRIBED.finditer(text))

    yield from named(before.question)
    asked = read_question(before.question)
    asks_who = asked.asks_for is AnswerType.WHO or bool(asked.speaker)
    if asks_who:
        yield from (name for name in before.speakers[:1] if is_person(name))
    yield from described(before.question)
    shown = before.texts[0] if before.texts else ""
    if asks_who or _asks_their_word(question, _PERSON):
        yield from named(shown)
    yield from described(shown)


def _asks_their_word(question: str, pronoun: re.Pattern[str]) -> bool:
    """Return whether the question asks what the one says whom the pronoun means."""
    named = pronoun.sub(lambda match: _SOMEBODY + match.group()[len(match[1]) :], question, count=1)
    return read_question(named[:MAX_QUESTION_CHARS]).speaker == _SOMEBODY


def _in_place(match: re.Match[str], person: str) -> str:
    """Return the person's name in the pronoun's form: "his name" becomes "Kirby’s name"."""
    noun = match["noun"] or ""
    owned = match["word"].lower() in {"his", "hers"} or (match["word"].lower() == "her" and noun)
    return f"{person}{'’s' if owned else ''}{noun}"
