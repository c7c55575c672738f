"""Pronouns: whom "he" and "she" mean in a follow-up."""

import re
from collections.abc import Callable, Iterator

from index.english import CAPITALISED, COURTESY_TITLES
from index.grammar.noun_classes import BODIES, PERSONS
from qa.questions.history import Exchange
from qa.questions.question import MAX_QUESTION_CHARS, AnswerType, read_question

# Each word begins at a capital, so that a list of names is read in one way only.
NAME = r"(?:[Tt]he\s+)?[A-Z0-9][\w.’'-]*+(?:\s+(?:of\s+(?:the\s+)?)?[A-Z0-9][\w.’'-]*+){0,5}+"
QUESTION_WORDS = frozenset(
    "who whose whom what when where why which how did does do is are was were has have had can could will would should "
    "in on at by for from and or but so tell the a an i".split()
)
_NAMED = re.compile(rf"\b{NAME}")


def names(text: str) -> Iterator[tuple[int, int]]:
    """Where names stand in a text; a word that opens questions is none at its start."""
    for match in _NAMED.finditer(text):
        start, words = match.start(), match.group().split()
        while words and words[0].lower() in QUESTION_WORDS and not start:
            start = text.index(words[1], start + len(words[0])) if words[1:] else match.end()
            words = words[1:]
        end = match.start() + len(re.sub(r"(?:['’]s?|[.’'-]+)$", "", match.group()))
        if words and start < end:
            yield start, end


_LEAD = r"(?i:(?:and|or|but|so)\b,?\s+)?(?i:then\s+)?(?i:(?:what|how)\s+about\s+|what\s+of\s+)?"
_AT = r"(?i:in|at|on|near|for|from|to|with|under|during|after|before|by)"
_END = r"[\s?.!]*$"
_BODY = rf"(?:\s+(?:officials|{'|'.join(sorted(BODIES))}))?"
# "and Seoul?", "what about the White House?", "and in December?", "and the Ukrainian army?"
_INSTEAD = re.compile(rf"{_LEAD}(?:(?P<at>{_AT})\s+)?(?P<name>{NAME}{_BODY}){_END}")
# "according to Kyiv?", "and by Ukrainian estimates?"
_ACCORDING = re.compile(
    rf"{_LEAD}(?:(?i:according\s+to|as\s+(?:reported|claimed|told|said)\s+by)\s+(?P<name>[^?!,;]{{2,60}})"
    rf"|(?i:by)\s+(?P<count>[^?!,;]{{2,50}}\s(?i:estimates?|figures?|accounts?|counts?))){_END}"
)


def completed(question: str, before: Exchange, *, is_person: Callable[[str], bool]) -> str | None:
    """The follow-up as a whole question, or None where nothing certain can be put in.

    Another speaker, name or day takes the place of the one before ("and
    Seoul?"), and "he" becomes the person who was asked about or shown.
    """
    if match := _ACCORDING.match(question):
        return _according(before.question, (match["name"] or match["count"]).strip())
    if (match := _INSTEAD.match(question)) and match["name"].lower() not in QUESTION_WORDS:
        return _instead(before.question, match["name"], match["at"] or "")
    return with_person(question, before, is_person)


def _according(before: str, speaker: str) -> str:
    """The question before, asked of another speaker."""
    if other := _other_speaker(before, speaker):
        return other
    return f"{before.rstrip(' ?.!')}, according to {speaker}?"


def _instead(before: str, name: str, at: str) -> str | None:
    """The question before with another name for its speaker, for what stands after the same word, or for its first name."""
    if not at and (other := _other_speaker(before, name)):
        return other
    named = list(names(before))
    if at:
        held = [(start, end) for start, end in named if re.search(rf"\b{at}\s+$", before[:start], re.IGNORECASE)]
        if not held:
            return f"{before.rstrip(' ?.!')} {at} {name}?"
        start, end = held[-1]
    elif named:
        start, end = named[0]
    else:
        return None
    return before[:start] + name + before[end:]


def _other_speaker(before: str, speaker: str) -> str | None:
    """The question before with another speaker, the first one's article left out with the name; None where it names none."""
    asked = read_question(before).speaker
    if not asked or asked not in before:
        return None
    return re.sub(rf"(?:\b[Tt]he\s+)?{re.escape(asked)}", lambda _: speaker, before, count=1)


_BARE_LEAD = r"^(?:(?:and|or|but|so)\b,?\s+)?(?:then\s+)?"
_BARE_AT = r"(?:in|at|on|near|for|from|to|with|under|during|after|before|by|since|until|over|within|of|about|against)"
_HOW = r"how(?:\s+(?:many|much|old|long|far|often|fast|quickly|soon|recently|badly|so|come))?"
_MEANT = r"(?:he|she|it|they|that|this|those|these)"
# "why?", "when was that?", "and by whom?", "over what period?", "how quickly exactly?"
_DETAIL = re.compile(
    rf"{_BARE_LEAD}(?:(?:who|what|why|when|where|how)(?:['’]s|\s+(?:is|was|are|were|did))\s+{_MEANT}(?:\s+happen)?|(?:why|when|where|who|{_HOW})(?:\s+(?:exactly|precisely|not|else))?|{_BARE_AT}\s+(?:whom?|when|where)"
    rf"|{_BARE_AT}\s+(?:what|which|how\s+(?:many|much))\s+\w+|(?:what|which)\s+(?P<noun>\w+)){_END}",
    re.IGNORECASE,
)
_KINDS = frozenset((AnswerType.DATE, AnswerType.PLACE, AnswerType.WHO))
_SAY = r"(?:sa(?:y|ys|id|ying)|report(?:s|ed|ing)?|claim(?:s|ed|ing)?|confirm(?:s|ed|ing)?|announce[ds]?|state[ds]?)"
# "who said that?", "according to whom?", "and what did Kyiv say about it?"
_WHOSE_WORD = re.compile(
    rf"{_BARE_LEAD}(?:who(?:\s+(?:else|has|have|had|is|was))?\s+(?:also\s+)?{_SAY}\s+(?:that|this|it|so)"
    rf"|(?:says|according\s+to)\s+whom?){_END}",
    re.IGNORECASE,
)
_ABOUT_THAT = re.compile(rf"\b{_SAY}\s+(?:about|to|of|on)\s+(?:that|this|it){_END}", re.IGNORECASE)


def asks_detail(question: str) -> bool:
    """Whether a follow-up names no matter of its own, only what kind of detail it wants ("why?", "by whom?")."""
    match = _DETAIL.match(question)
    if not match or match["noun"] is None:
        return bool(match)
    return match["noun"].lower() in {"one", "ones"} or read_question(question).asks_for in _KINDS


def asks_whose_word(question: str) -> bool:
    """Whether a follow-up asks only who says what was just shown."""
    return bool(_WHOSE_WORD.match(question))


def asks_about_that(question: str) -> bool:
    """Whether a follow-up asks what somebody says about what was just shown."""
    return bool(_ABOUT_THAT.search(question))


_PERSON = re.compile(r"\b(?P<word>he|she|him|his|her|hers)\b(?P<noun>\s+\w)?", re.IGNORECASE)
_SAYING = re.compile(r"\b(they|it)\b", re.IGNORECASE)
_OTHERS = frozenset(
    "prisoner captive hostage suspect defendant pilot driver patient passenger defector survivor gunman".split()
)
# "A wounded North Korean soldier": of small words before the noun one at most, since the next may be a verb.
_DESCRIBED = re.compile(
    rf"\b(?i:a|an|the|one)\s+(?P<named>(?:[a-z-]+\s+)?(?:{CAPITALISED}\s+){{0,3}}"
    rf"(?i:{'|'.join(sorted((PERSONS - COURTESY_TITLES) | _OTHERS))}))\b"
)
_NAME_ASKED = re.compile(r"\b(?:what(?:['’]s|\s+is|\s+was))\s+(.{1,80}?)’s(?:\s+full)?\s+name\W*$", re.IGNORECASE)
_SOMEBODY = "Somebody"


def with_person(question: str, before: Exchange, is_person: Callable[[str], bool]) -> str | None:
    """The question with the person whom "he" or "she" means, or the speaker whom "they" does; None where nobody fits."""
    if (asked := read_question(before.question).speaker) and _asks_their_word(question, _SAYING):
        return _SAYING.sub(asked, question, count=1)
    if not _PERSON.search(question) or not (person := next(_persons(question, before, is_person), None)):
        return None
    return _NAME_ASKED.sub(r"who is \1?", _put(question, person))


def _persons(question: str, before: Exchange, is_person: Callable[[str], bool]) -> Iterator[str]:
    """Those that may be meant, likeliest first: who was asked about, then who was shown to speak or to be spoken of."""
    yield from _named(before.question, is_person)
    asked = read_question(before.question)
    somebodys_word = asked.asks_for is AnswerType.WHO or bool(asked.speaker)
    if somebodys_word:
        yield from (name for name in before.speakers[:1] if is_person(name))
    yield from _described(before.question)
    shown = before.texts[0] if before.texts else ""
    if somebodys_word or _asks_their_word(question, _PERSON):
        yield from _named(shown, is_person)
    yield from _described(shown)


def _asks_their_word(question: str, pronoun: re.Pattern[str]) -> bool:
    """Whether the question asks what the one says for whom the pronoun stands."""
    named = pronoun.sub(lambda match: _SOMEBODY + match.group()[len(match[1]) :], question, count=1)
    return read_question(named[:MAX_QUESTION_CHARS]).speaker == _SOMEBODY


def _named(text: str, is_person: Callable[[str], bool]) -> Iterator[str]:
    return (name for start, end in names(text) if is_person(name := text[start:end]))


def _described(text: str) -> Iterator[str]:
    """Persons that are not named: "a North Korean soldier" is from then on "the North Korean soldier"."""
    return (f"the {match['named']}" for match in _DESCRIBED.finditer(text))


def _put(question: str, person: str) -> str:
    return _PERSON.sub(lambda match: _in_place(match, person), question)


def _in_place(match: re.Match[str], person: str) -> str:
    """The person's name as the pronoun stood: "his name" becomes "Kirby’s name"."""
    noun = match["noun"] or ""
    owned = match["word"].lower() in {"his", "hers"} or (match["word"].lower() == "her" and noun)
    return f"{person}{'’s' if owned else ''}{noun}"
