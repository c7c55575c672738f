"""The scope that a question names: an outlet, a file or a folder of the index.

Why was the fight stopped, according to the Morning Ledger?
`words` is "Morning Ledger", `scope` its articles, `question` "Why was the fight
stopped?". A paper that the question is about narrows nothing: "How many people
did the Morning Ledger dismiss?"
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from articles_qa.index.articles.span import Span
from articles_qa.index.search.analyzer import folded
from articles_qa.qa.questions.scope import Scope

MAX_WORDS = 5  # Of an outlet's name.
_FILE = re.compile(
    r"\b(?:in|from|of)\s+(?:the\s+)?(?:(?P<kind>file|folder)\s+)?[\"“'‘]?(?P<name>[\w./-]*[\w/])[\"”'’]?(?=[\s?,;:.]|$)"
)
_FILE_NAME = re.compile(r"/|\.[a-z]\w{1,4}$")
_CITES = re.compile(r",?\s*\b(?:according\s+to|(?:as\s+)?(?:reported|told)\s+by|in)\s+(?:the\s+)?$", re.IGNORECASE)
_STORY = re.compile(r"(?:['’]s?\s+(?:reports?|articles?|story|stories|account|version))?(?=\s*(?:[,?.;:]|$))")
# "Why does the Gazette say that …?", "what the Gazette says about …".
_ASKS = re.compile(r"\b(?:do|does|did|has|have|had)\s+(?:the\s+)?$", re.IGNORECASE)
_TELLS = re.compile(
    r"\s+(?:also\s+)?(?:say|report|write|tell|claim|print|publish|put|give|explain|describe)(?:ed|d)?\b(?:\s+that\b)?",
    re.IGNORECASE,
)
_WHAT = re.compile(r"\b(?:what|how\s+(?:many|much)|why|who|when|where)\s+(?P<the>the\s+)?$", re.IGNORECASE)
_TOLD = re.compile(
    r"\s+(?:says?|said|reports?|reported|writes?|wrote|tells?|told|claims?|claimed|prints?|printed|gives?|gave)\b(?:\s+that\b)?",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class NamedScope:
    """The articles that a question names, by its own `words`, and the question without them."""

    words: str
    scope: Scope
    question: str


def named_scope(question: str, outlets: Sequence[str]) -> NamedScope | None:
    """Return the scope that a question names; None where it names none.

    `outlets` are those of the articles. "The Gazette" is an outlet whose name
    ends so, if there is one only. A scope by file may hold no article.
    """
    known = _known(tuple(outlets))
    for name in _capitalised(question, MAX_WORDS) if known else ():
        words = name.cut(question)
        outlet = known.get(folded(words))
        is_called = outlet and (folded(words) == _plain(outlet) or question[: name.start].lower().endswith("the "))
        if outlet and is_called and (left := _told_by(question, name)):
            return NamedScope(words, Scope(outlets=(outlet,)), left)
    for match in _FILE.finditer(question):
        file, left = match["name"], _joined(question[: match.start()], question[match.end() :])
        if left and (match["kind"] or _FILE_NAME.search(file)):
            is_folder = match["kind"] == "folder" or "/" in file
            return NamedScope(file, Scope(sources=(file,) if is_folder else (file, f"*/{file}")), left)
    return None


@lru_cache(8)
def _known(outlets: tuple[str, ...]) -> dict[str, str]:
    """Return the outlet of each name: its own, and the last words of it that no other outlet ends with."""
    endings: dict[str, list[str]] = {}
    for outlet in outlets:
        words = _plain(outlet).split()
        for first in range(1, len(words)):
            endings.setdefault(" ".join(words[first:]), []).append(outlet)
    short = {ending: named[0] for ending, named in endings.items() if len(named) == 1}
    return short | {_plain(outlet): outlet for outlet in outlets}


def _plain(outlet: str) -> str:
    return folded(" ".join(outlet.split())).removeprefix("the ")


def _capitalised(question: str, most: int) -> Iterator[Span]:
    """Yield the runs of at most so many words that begin with a capital, the longest first; a possessive ending is no part."""
    words = [match.span() for match in re.finditer(r"[\w&.-]*[\w&]", question)]
    for size in range(most, 0, -1):
        for first in range(len(words) - size + 1):
            if question[words[first][0]].isupper():
                yield Span(words[first][0], words[first + size - 1][1])


def _told_by(question: str, name: Span) -> str:
    """Return the question without the words by which the outlet tells something; "" where it tells nothing."""
    before, after = question[: name.start], question[name.end :]
    if (cites := _CITES.search(before)) and (story := _STORY.match(after)):
        rest = after[story.end() :]
        return _joined(before[: cites.start()], rest if before[: cites.start()].strip() else rest.lstrip(" ,"))
    if (asks := _ASKS.search(before)) and (verb := _TELLS.match(after)):
        before = before[: asks.start()]
    elif (what := _WHAT.search(before)) and (verb := _TOLD.match(after)):
        before = before[: what.start("the")] if what["the"] else before
    else:
        return ""
    rest = after[verb.end() :]
    return _joined(before, f"is said{rest}" if re.match(r"\s+(?:about|of|on)\b", rest) else rest)


def _joined(before: str, after: str) -> str:
    """Join what is left of a question; "" where too little is left to ask."""
    joined = re.sub(r"\s+([,?.;:])", r"\1", " ".join(f"{before.rstrip(' ,')} {after.lstrip()}".split()))
    return joined if len(re.findall(r"\w+", joined)) > 1 else ""
