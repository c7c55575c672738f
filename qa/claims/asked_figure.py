"""The figure that a question asks for: its units, the noun that it counts, and the event.

"how many North Korean soldiers were killed in Kursk?" asks for things (unit "");
the noun is "soldiers" (or troops, personnel, fighters …); the owners are
"north" and "korean"; the topic words are "north", "korean" and "kursk", all
names. It opens two tables: killed, and killed or injured together.
"""

import re
from dataclasses import dataclass

from articles_qa.index.search.analyzer import terms
from articles_qa.qa.questions.question import AnswerType, Question
from articles_qa.qa.values.events import CASUALTIES, Event, events_at, pair_at
from articles_qa.qa.values.units import MONEY, unit_of

LASTING = frozenset("years months weeks days hours minutes seconds".split())
_LENGTHS = frozenset("km m miles feet yards cm mm inches".split())
_AREAS = frozenset(("hectares", "acres", "km²", "square miles", "m²", "square feet"))
_WEIGHTS = frozenset("tonnes tons kg barrels litres MW GW".split())
_HEAT = frozenset(("°C", "°F", "degrees"))
_SHARE = frozenset("%")
_THINGS = frozenset(("",))
_MEASURES = (
    (r"\bhow old\b|\bwhat age\b", frozenset(("years old",))),
    (r"\bhow long\b", LASTING | _LENGTHS),
    (r"\bhow (?:far|high|tall|deep|wide)\b", _LENGTHS),
    (r"\bhow fast\b", frozenset(("km/h", "mph"))),
    (r"\bhow (?:hot|cold|warm)\b|\btemperature\b", _HEAT),
    (r"\bmagnitude\b|\bhow (?:strong|big|powerful) (?:was|is|were) the (?:\w+ )?(?:earth)?quake", frozenset(("magnitude",))),
    (
        r"\b(?:what|which) (?:percent\w*|share|proportion)\b|\bhow (?:many|much) per ?cent|\bhow effective\b"
        r"|\bwhat (?:is|was) the (?:effectiveness|efficacy|share|percentage|rate)\b|\bwhat (?:effectiveness|efficacy)\b",
        _SHARE,
    ),
    (
        r"\bhow expensive\b|\bwhat (?:price|cost)\b|\bhow much money\b|\bhow much\b.*\b(?:cost|pay|paid|worth|spen[dt]|fined?)",
        MONEY,
    ),
    (r"\bhow (?:large|big)\b", _AREAS | _LENGTHS),
    (r"\bhow much\b", MONEY | _SHARE | _AREAS | _WEIGHTS),
)
_PATTERNS = tuple((re.compile(pattern, re.IGNORECASE), units) for pattern, units in _MEASURES)
_NOUN = re.compile(
    r"\b(?:how many|(?:what|which) (?:number|percent\w*|share|proportion) of|(?:the )?number of|how much)\s+"
    r"(?:(?:more|other|of|the|its|their|new|those|these|them)\s+){0,3}(?P<noun>[^?,.;:]{1,60})",
    re.IGNORECASE,
)
_WORD = re.compile(r"[^\W_]+(?:[’'-][^\W_]+)*")
_NOUN_ENDS = frozenset(
    "is are was were be been has have had do does did can could will would may might must should in on at by for from to with "
    "into of and or those these them died die dead took take marched voted lost "
    "lose left went go came come there live lived that who".split()
)
_IN_PLACE = re.compile(
    r"\b(?:are|were|is)\s+(?:there\s+|now\s+|currently\s+)*(?:in|at|on|inside|near)\b|\bhave\s+in\b", re.IGNORECASE
)
_GROUPS = tuple(
    frozenset(words.split())
    for words in (
        "troop soldier personnel fighter mercenari servicemen serviceman servicememb combat",
        "job worker employe post posit staff role",
        "home household custom properti hous",
        "vote ballot",
        "hostag captiv",
        "case infect patient",
        "protest demonstr marcher support crowd attend attende turnout peopl",
        "hous build home",
        "student pupil",
        "migrant immigr refuge asylum",
        "plane aircraft jet",
        "drone uav",
    )
)
SOLDIERS = _GROUPS[0]
PEOPLE = frozenset("peopl person resident civilian human citizen casualti victim death fatal injuri life live bodi".split())
# A part of the people who were hit. Beside the whole toll their number would look like another toll.
SOME_PEOPLE = frozenset(
    "child children women woman girl boy babi teenag medic offic general journalist foreign american british".split()
)
NO_PEOPLE = frozenset(
    "hors cattl dog bird sheep pig anim home hous build car vehicl tank drone missil attack strike crash blast day hour week "
    "month year flight job hectar time place case school hospit bomb rocket shell ship boat plane".split()
)
MEASURE_WORDS = frozenset(terms("percentage percent share proportion rate"))  # They name the measure, not the thing.
_FILLERS = MEASURE_WORDS | frozenset(
    terms("because near new total number far currently now last recent including estimated toll people actually exactly")
)
_TOLLS = frozenset("casualti victim death fatal injuri toll dead loss bodi live".split())


@dataclass(frozen=True, slots=True)
class AskedFigure:
    """The figure that a question asks for.

    `units`: the units of an answer, "" for things. `tables`: the events of each
    table to open; none where any event will do. `nouns`: the stems of the noun
    that is counted and of its synonyms. `owners`: the stems of the names before
    that noun. `noun`: the noun as the question has it. `topic_words`: the stems
    of all else that the question asks about. `topic_names`: the names among them.
    """

    units: frozenset[str]
    tables: tuple[tuple[Event, ...], ...]
    nouns: frozenset[str]
    owners: frozenset[str]
    noun: str
    topic_words: frozenset[str]
    topic_names: frozenset[str]

    @property
    def of_people(self) -> bool:
        """Return whether anybody who was hit counts, by whatever noun."""
        return bool(self.nouns & PEOPLE) or (not self.nouns and bool(self.tables))


def asked_figure(question: Question) -> AskedFigure | None:
    """Return the figure that a question asks for; None where it asks for none.

    A question asks for a figure by its kind, or by a measure ("what magnitude", "how effective").
    """
    by_measure = question.asks_for is AnswerType.ANY and any(pattern.search(question.text) for pattern, _ in _PATTERNS)
    if question.asks_for is not AnswerType.FIGURE and not by_measure:
        return None
    text = question.text.replace(question.speaker, " ") if question.speaker else question.text
    phrase, owners = _noun(text)
    # "How many North Koreans" has no noun but the name.
    head = (terms(phrase) or [""])[0] if phrase and not phrase[0].isupper() else ""
    units = _units(text, phrase)
    tables = _tables(text, head) if "" in units or units & _AREAS else ()
    nouns = frozenset((head,)).union(*(group for group in _GROUPS if head in group)) - {""}
    if head in _TOLLS:
        nouns |= PEOPLE
    if units != _THINGS and unit_of(f"1 {phrase}", 0, 1).name in units:
        nouns = frozenset()
    words = _topic_words(question, text, nouns)
    return AskedFigure(units, tables, nouns, owners, phrase if head else "", words, words & named_stems(text))


def _noun(text: str) -> tuple[str, frozenset[str]]:
    """Return the noun that is counted, and the stems of the names before the noun.

    "How many North Korean soldiers were killed?": "soldiers"; "north", "korean".
    """
    found = _NOUN.search(text)
    if not found:
        return "", frozenset()
    kept: list[str] = []
    for word in _WORD.findall(found["noun"]):
        tells_event = bool(events_at((word.lower(),), 0)) and not _is_plural(word)
        if not kept and (word.lower() in ("and", "or", "dead") or tells_event):
            continue
        if word.lower() in _NOUN_ENDS or (kept and (word.endswith("ed") or _is_plural(kept[-1]) or tells_event)):
            break
        kept.append(word)
    owners = frozenset(term for word in kept if word[:1].isupper() for term in terms(word))
    plain = [word for word in kept if not word[:1].isupper()]
    return (plain or kept or [""])[-1], owners


def _is_plural(word: str) -> bool:
    return word.lower() in ("people", "troops", "men", "women", "children") or (word.endswith("s") and word[:1].islower())


def _units(text: str, phrase: str) -> frozenset[str]:
    """Return the units of an answer: the unit that the question names, else those of the measure that it asks for."""
    named = unit_of(f"1 {phrase}", 0, 1).name if phrase else ""
    if named:
        return MONEY if named in MONEY and named == "$" and "dollar" not in phrase else frozenset((named,))
    return next((units for pattern, units in _PATTERNS if pattern.search(text)), _THINGS)


def _tables(text: str, head: str) -> tuple[tuple[Event, ...], ...]:
    """Return the events of each table to open.

    A question for casualties opens a table for the killed, one for the injured, and one for figures of both.
    """
    words = [word.lower() for word in _WORD.findall(text)]
    events = dict.fromkeys(event for place in range(len(words)) for event in events_at(words, place))
    if not events and "toll" in words:
        events = dict.fromkeys(CASUALTIES)
    hit = [event for event in CASUALTIES if event in events]
    if hit:
        return (*((event,) for event in hit), CASUALTIES)
    if not events and head in SOLDIERS and _IN_PLACE.search(text):
        return ((Event.DEPLOYED,),)
    return tuple((event,) for event in events)[:1]


def _topic_words(question: Question, text: str, nouns: frozenset[str]) -> frozenset[str]:
    """Return the question's stems without the noun that is counted, the event and the speaker."""
    words = _WORD.findall(text)
    small = [word.lower() for word in words]
    event_places = {place for place in range(len(small)) if events_at(small, place)}
    event_places |= {place + 1 for place in event_places if pair_at(small, place)}
    left = {stem for place, word in enumerate(words) if place not in event_places for stem in terms(word)}
    return frozenset((left & set(question.terms)) - nouns - question.speaker_terms - _TOLLS - _FILLERS)


def named_stems(text: str) -> frozenset[str]:
    """Return the stems of the capitalised words after the first word."""
    return frozenset(term for word in _WORD.findall(text)[1:] if word[:1].isupper() for term in terms(word))
