"""Figures of something else than what is asked for: another time, owner, kind, price, or somebody else's deed.

Question: "how many acres did the Bitter Creek fire burn?"

    "In Oregon, the Sawtooth fire has burned 112,000 acres."       another fire
    "A fire burned 90,000 acres there a decade ago."               another time
"""

import re
from datetime import date

from articles_qa.index.articles.span import Span
from articles_qa.index.english import CAPITALISED
from articles_qa.index.search.analyzer import terms
from articles_qa.qa.claims.asked_figure import SOLDIERS, AskedFigure
from articles_qa.qa.claims.related_words import count_related, unified, unified_stems
from articles_qa.qa.claims.statement import Statement
from articles_qa.qa.questions.question import stems
from articles_qa.qa.values.amounts import Amount

RECENT = 2000  # Where the day of publication is unknown, an earlier year is another time.
JOINED = re.compile(r"[;—]\s|,\s(?:and|but|while|whereas)\s")
PRICES = frozenset(terms("cost price pay paid spend spent worth charge fee"))  # They name the measure, not the thing.
_PRICED = re.compile(
    r"\b(?!(?:it|they|this|that|which)\s)(?P<thing>[a-z][\w’' -]{1,40}?)\s(?:(?:will|would|may|could)\s)?costs?\s\W*$"
)
_OTHER_TIME = re.compile(
    r"\b(?:(?:(?:a|the)\s)?(?:years?|decades?|months|generations?|centur(?:y|ies))\s(?:ago|before|earlier)"
    r"|(?:the|an?|its|his|her|their)\s(?:previous|earlier)\s(?!day|week|report|statement|estimate|figure)|before\s(?:hers|his|theirs)\b|in\sthe\ssame\s\w{1,20}\skilled)",
    re.IGNORECASE,
)
_LAST_TIME = re.compile(r"\blast\s(?:year|season|time)\b", re.IGNORECASE)  # After a figure it is the period's beginning.
_YEAR = re.compile(r"\b(?:in|of|since|until|from|back\sin)\s(?P<year>1[5-9]\d\d|20\d\d)\b")
_JOINT = re.compile(r"[,;:—–]\s")
# "North Korean soldiers": names with the noun after them.
_OWNED = re.compile(rf"(?P<names>(?:\b{CAPITALISED}\s){{1,5}})(?:\w{{1,20}}\s)??(?P<noun>[a-z]\w{{2,20}})")
_FORCES = frozenset(terms("forces army military units"))


def names_another(question: str, before: str) -> bool:
    """Return whether the text before a figure names another of a kind last: "the Oak fire", not "the Bitter Creek fire"."""
    for asked in _OWNED.finditer(question):
        of_kind = [found for found in _OWNED.finditer(before) if stems(found["noun"]) == stems(asked["noun"])]
        is_noun = question[: asked.start()].lower().endswith("the ")  # "Did NIS report" has a verb.
        if is_noun and of_kind and not count_related(frozenset(terms(asked["names"])), frozenset(terms(of_kind[-1]["names"]))):
            return True
    return False


def prices_another(asked: AskedFigure, before: str) -> bool:
    """Return whether the words before an amount say what else costs it: "hot dogs will cost", where the rent is asked for."""
    priced = _PRICED.search(JOINED.split(before)[-1])
    return priced is not None and not stems(priced["thing"]) & (asked.topic_words | asked.nouns)


def is_of_another(asked: AskedFigure, text: str) -> bool:
    """Return whether somebody else did what is asked: "Chelsea scored one goal", where Arsenal's goals are asked for."""
    first = text.split(" ", 2)[:2]
    if len(first) < 2 or not asked.topic_names or not first[0][:1].isupper():
        return False
    is_deed = unified_stems(first[1]) & unified(asked.topic_words - asked.topic_names)
    return bool(is_deed) and not count_related(asked.topic_names, stems(first[0]))


def is_of_other_time(text: str, figure: Span, published: date | None, question: str) -> bool:
    """Return whether a sentence gives a figure of another event, season or year, which the question does not ask for.

    "The storm killed 12, a decade after another storm killed 90": the time words stand outside of both figures.
    """
    for cue in _OTHER_TIME.finditer(text):
        is_the_figure = cue.start() < figure.end and figure.start < cue.end()  # "662 years ago".
        if not is_the_figure and cue.group().strip().lower() not in question.lower():
            return True
    if (last := _LAST_TIME.search(text, 0, figure.start)) and last.group().lower() not in question.lower():
        return True
    following = _JOINT.search(text, figure.end)
    clause = text[: following.start() if following else len(text)]
    least = published.year if published else RECENT
    return any(int(found["year"]) < least and found["year"] not in question for found in _YEAR.finditer(clause))


def is_owned(asked: AskedFigure, counted: str, statement: Statement, amount: Amount) -> bool:
    """Return whether what is counted belongs to the owner asked for.

    The owner is named before the noun, else before such a noun earlier in the
    text, else anywhere in the sentence, the sentence before it or the title.
    """
    owners = asked.owners
    if not owners:
        return True
    named = {term for word in counted.split() if word[:1].isupper() for term in terms(word)}
    if named:
        return count_related(named, owners) == len(named) or count_related(owners, named) == len(owners)
    text, figure_at = f"{statement.before} {statement.text}", len(statement.before) + 1 + amount.span.start
    nouns = asked.nouns | (SOLDIERS | _FORCES if asked.nouns & SOLDIERS else frozenset())
    told = frozenset[str]()
    for match in _OWNED.finditer(text, 0, figure_at):
        if nouns & stems(match["noun"]):
            told = frozenset(terms(match["names"]))
    words = told or statement.terms | set(terms(f"{statement.before} {statement.title}"))
    return count_related(owners, words) == len(owners)
