"""What the seeds say of casualties: as quotes, and as the record of an answer that compares them."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from articles_qa.index import Article, SourceState, Span
from articles_qa.index.articles.article import decode_article
from articles_qa.index.speakers.attribution import Attribution
from articles_qa.qa import Quote
from articles_qa.qa.speakers.speaker import Link, ResolvedAttribution, Speaker

SEEDS = Path(__file__).parents[1] / "seeds"


@dataclass(frozen=True, slots=True)
class Said:
    """What a seed says of casualties, by how it begins and ends; who says it, and by which words of the first who that is."""

    file: str
    first: str
    last: str
    by: str | None
    citing: str | None = None
    meant: str | None = None
    link: str | None = None


NIS_LINK, ZELENSKY = "South Korea’s National Intelligence Service (NIS)", "Ukrainian President Volodymyr Zelensky"
CASUALTIES = (
    Said("000", "The NIS claims", "more injured.", "NIS", None, "National Intelligence Service", NIS_LINK),
    Said("000", "Zelensky has suggested", "killed and wounded.", "Zelensky", None, "Volodymyr Zelensky", ZELENSKY),
    Said("003", "South Korea's intelligence service had", "drone attacks.", "South Korea's intelligence service"),
    Said("001", "On Monday,", "Russian armed forces.", ZELENSKY),
    Said("001", "On the same day,", "dead or injured.", "Seoul"),
    Said("002", "Ukrainian estimates", "in Kursk.", "Ukrainian estimates"),
    Said("002", "A South Korean lawmaker", "to the region.", "A South Korean lawmaker", "intelligence reports"),
    Said("003", "News of the soldier", "into combat.", ZELENSKY),
    Said("004", "The White House has", "region of Russia.", "The White House"),
    Said("004", "The casualty count", "region of Russia.", None),
)
# Of each table: what it is about, and of each value low, high, sense, reports, and who claims it: quote and words.
TABLES: list[tuple[str, list[tuple[int, int, str, int, list[tuple[int, str]]]]]] = [
    ("killed", [(100, 100, "more than", 1, [(1, "over 100")]), (100, 100, "about", 1, [(7, "around 100")])]),
    ("injured", [(1000, 1000, "exact", 1, [(1, "a thousand")]), (1000, 1000, "less than", 1, [(7, "nearly 1,000")])]),
    (
        "killed or injured",
        [
            (1000, 1000, "exact", 1, [(3, "1,000")]),
            (3000, 3000, "at most", 1, [(2, "as high as 3,000")]),
            (3000, 3000, "less than", 2, [(4, "nearly 3,000"), (8, "nearly 3,000")]),
            (1100, 1100, "exact", 1, [(5, "1,100")]),
            (3000, 3000, "more than", 2, [(6, "more than 3,000"), (10, "more than 3,000")]),
            (1000, 1000, "about", 1, [(9, "approximately 1,000")]),
        ],
    ),
]


@pytest.fixture(scope="session")
def casualties() -> tuple[Quote, ...]:
    """What the seeds say of casualties, with who says it and who that is."""
    return tuple(_casualties(rank, said) for rank, said in enumerate(CASUALTIES, 1))


@pytest.fixture
def compared(casualties: tuple[Quote, ...]) -> dict[str, Any]:
    """The record of an answer whose tables compare what the seeds say of casualties; NIS was asked for."""
    quotes = [quote.to_dict() for quote in casualties]
    tables = [
        {
            "about": about,
            "kind": "figure",
            "unit": "",
            "differ": True,
            "updated": False,
            "denied": [],
            "values": [_value(one, quotes) for one in values],
        }
        for about, values in TABLES
    ]
    index = {"generation": 1, "model": "all-MiniLM-L6-v2", "articles": 5}
    question = "how many casualties did NIS report?"
    head = {"schema": "answer/1", "question": question, "searched": [question], "within": None, "answered": True}
    told = {"confidence": 0.9, "reason": None, "quotes": quotes[:3], "closest": [], "beside": quotes[3:], "claims": tables}
    told |= {"more": 0, "parts": []}
    made: dict[str, Any] = json.loads(json.dumps({**head, **told, "index": index, "took_ms": 3.5}))
    return made


def _casualties(rank: int, said: Said) -> Quote:
    """One of the quotes that are compared."""
    article = _seed(said.file)
    start = article.text.index(said.first)
    span = Span(start, _at(article, said.last, start).end)
    told = None
    if said.by is not None:
        name, first = _at(article, said.by, start), _seed("000")
        links = (Link(first, _at(first, said.link)),) if said.link else ()
        cited = _at(article, said.citing, start) if said.citing else None
        speaker = Speaker(said.meant or said.by, links)
        told = ResolvedAttribution(Attribution(name, name, cited, span), speaker, Speaker(said.citing) if said.citing else None)
    return Quote(article, span, rank, 0.5, told, span, (), (), None, SourceState.UNCHANGED)


def _seed(beginning: str) -> Article:
    """The seed whose name begins so."""
    (path,) = SEEDS.glob(f"{beginning}*")
    return decode_article(path.read_bytes(), path.name)


def _at(article: Article, words: str, after: int = 0) -> Span:
    """Where words stand in an article."""
    start = article.text.index(words, after)
    return Span(start, start + len(words))


def _value(value: tuple[int, int, str, int, list[tuple[int, str]]], quotes: list[dict[str, Any]]) -> dict[str, Any]:
    """A value of a table, as a record; the quotes 1 and 3 are NIS's."""
    low, high, sense, reports, claimed = value
    claims = []
    for rank, words in claimed:
        quote = quotes[rank - 1]
        start = quote["start"] + quote["text"].index(words)
        same = {name: quote[name] for name in ("said_by", "said_by_span", "citing", "citing_span", "published")}
        told = {"rank": rank, "value": words, "start": start, "end": start + len(words), "counted": None, "events": []}
        speaker = quote["speaker"]["name"] if quote["speaker"] else None
        claims.append({**told, "period": None, **same, "speaker": speaker, "same_as": None, "polarity": "asserted"})
    return {"low": low, "high": high, "sense": sense, "reports": reports, "asked": claimed[0][0] in (1, 3), "claims": claims}
