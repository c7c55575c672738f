"""Other times: figures that a sentence gives of another event, year or season than the one it is about."""

import re
from datetime import date

from index.articles.span import Span
from index.english import CAPITALISED
from index.search.analyzer import terms
from qa.claims.asked_figure import SOLDIERS, AskedFigure
from qa.claims.statement import Statement
from qa.claims.word_forms import count_related

_CUE = re.compile(
    r"\b(?:(?:(?:a|the)\s)?(?:years?|decades?|months|generations?|centur(?:y|ies))\s(?:ago|before|earlier)"
    r"|(?:the|an?|its|his|her|their)\s(?:previous|earlier)\s(?!day|week|report|statement|estimate|figure)|before\s(?:hers|his|theirs)\b|in\sthe\ssame\s\w{1,20}\skilled)",
    re.IGNORECASE,
)
_BEFORE = re.compile(r"\blast\s(?:year|season|time)\b", re.IGNORECASE)  # Before a figure; after it, it says since when.
_YEAR = re.compile(r"\b(?:in|of|since|until|from|back\sin)\s(?P<year>1[5-9]\d\d|20\d\d)\b")
_CLAUSE = re.compile(r"[,;:—–]\s")
RECENT = 2000  # Where no article says when it was published, an earlier year is another time.


def is_of_other_time(text: str, figure: Span, published: date | None, question: str) -> bool:
    """Whether a sentence gives a figure of another time, unless the question asks for that."""
    if any(not _over(cue, figure) and cue.group().strip().lower() not in question.lower() for cue in _CUE.finditer(text)):
        return True
    if (last := _BEFORE.search(text, 0, figure.start)) and last.group().lower() not in question.lower():
        return True
    following = _CLAUSE.search(text, figure.end)
    clause = text[: following.start() if following else len(text)]
    least = published.year if published else RECENT
    return any(int(found["year"]) < least and found["year"] not in question for found in _YEAR.finditer(clause))


def _over(cue: re.Match[str], figure: Span) -> bool:
    """Whether the figure itself is the time: "662 years ago"."""
    return cue.start() < figure.end and figure.start < cue.end()


# "North Korean soldiers": names with the noun after them.
_OWNED = re.compile(rf"(?P<names>(?:\b{CAPITALISED}\s){{1,5}})(?:\w{{1,20}}\s)??(?P<noun>[a-z]\w{{2,20}})")
_FORCES = frozenset(terms("forces army military units"))


def is_owned(asked: AskedFigure, counted: str, statement: Statement, figure_at: int) -> bool:
    """Whether what is counted is theirs: by the names before it, else by those before the noun elsewhere, else by any words."""
    owners = asked.owners
    if not owners:
        return True
    named = {term for word in counted.split() if word[:1].isupper() for term in terms(word)}
    if named:
        return count_related(named, owners) == len(named) or count_related(owners, named) == len(owners)
    told = _owners_told(asked, f"{statement.before} {statement.text}", len(statement.before) + 1 + figure_at)
    words = told or statement.terms | set(terms(f"{statement.before} {statement.title}"))
    return count_related(owners, words) == len(owners)


def _owners_told(asked: AskedFigure, text: str, figure_at: int) -> frozenset[str]:
    """Whose things of this kind were told of last before the figure; nobody's where none were."""
    nouns = asked.nouns | (SOLDIERS | _FORCES if asked.nouns & SOLDIERS else frozenset())
    told = frozenset[str]()
    for match in _OWNED.finditer(text, 0, max(0, figure_at)):
        if set(terms(match["noun"])) & nouns:
            told = frozenset(terms(match["names"]))
    return told
