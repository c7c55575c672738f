"""Answers to take along: Markdown that shows what stands there, and does nothing else."""

import re
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token

from articles_qa.index.files.printable import printable
from articles_qa.qa import Retriever
from articles_qa.qa.proof.saved_answer import read_answer
from articles_qa.ui.text import wording
from articles_qa.ui.text.markdown import UNANSWERED, to_markdown
from articles_qa.ui.text.reading_order import numbers
from articles_qa.ui.text.wording import MORE, NEAREST

Record = dict[str, Any]

NIS = "how many casualties did NIS report?"
OFF_TOPIC = "Who painted the Mona Lisa?"
# CommonMark with tables and strikethrough, and with HTML let through: the strictest judge of what is active.
MARKDOWN = MarkdownIt("js-default", {"html": True})


def quote(text: str = "The ferry sank.", **changes: object) -> Record:
    fixed = {"rank": 1, "source": "a.txt", "sha256": "a" * 64, "start": 0, "end": len(text), "text": text}
    return {**fixed, "first_line": 3, "last_line": 3, "probability": 0.6} | changes


def answer(*quotes: Record, **changes: object) -> Record:
    given: Record = {"schema": "answer/1", "question": "why?", "answered": bool(quotes), "confidence": 0.7, "took_ms": 4.0}
    given |= {"quotes": [{**quote, "rank": rank} for rank, quote in enumerate(quotes, 1)]}
    return given | {"index": {"generation": 1, "model": "mini", "articles": 5}} | changes


def markdown(*records: Record) -> str:
    return to_markdown(map(read_answer, records))


def line(text: str) -> str:
    """As a line shows it: blanks of all kinds become one, what does not print becomes visible."""
    return printable(" ".join(text.split()))


def shown(text: str) -> list[tuple[str, str]]:
    """What Markdown makes of it: each heading, paragraph and quoted paragraph, and its text. No markup inside any."""
    found: list[tuple[str, str]] = []
    kind: list[str] = []
    for token in MARKDOWN.parse(text):
        if token.nesting == 1:
            kind.append(token.tag)
        elif token.nesting == -1:
            kind.pop()
        else:
            assert token.type == "inline" and {child.type for child in token.children or ()} <= {"text", "text_special"}
            found.append((">".join(kind), "".join(child.content for child in inline(token))))
    return found


def inline(token: Token) -> list[Token]:
    return token.children or []


def test_an_answer_is_a_heading_and_block_quotes_with_their_places(retriever: Retriever) -> None:
    record = retriever.ask(NIS).to_dict()
    heading, found, *rest = shown(markdown(record))
    assert heading == ("h2", NIS) and found[0] == "p" and re.fullmatch(r"\d quotes? from \d articles?", found[1])
    kept = {quote["rank"]: quote for quote in record["quotes"] + record["beside"]}
    quoted = [text for kind, text in rest if kind == "blockquote>p"]
    assert len(quoted) == 2 * len(kept)
    ranks = {number: rank for rank, number in numbers(read_answer(record)).items()}
    for at, (said, told) in enumerate(zip(quoted[::2], quoted[1::2], strict=True), 1):
        quote = kept.pop(ranks[at])
        assert said == f"{at}. “{line(quote['text'])}”"  # Numbered in reading order.
        lines = f"{quote['first_line']}" + (f"-{quote['last_line']}" if quote["last_line"] > quote["first_line"] else "")
        meant, cited = (quote[name] and quote[name]["name"] for name in ("speaker", "citing_speaker"))
        speaker = wording.said(quote["said_by"], meant, citing=quote["citing"], cited=cited)
        about = [part for part in (quote["title"], quote["outlet"], quote["published"]) if part]
        assert told == "— " + ", ".join([f"{quote['source']}:{lines}", *map(line, [*about, speaker] if speaker else about)])
    assert kept == {}


def test_every_part_of_a_place_is_told() -> None:
    about = {"title": "Ferry sinks", "outlet": "The Gazette", "published": "2024-12-24", "said_by": "the mayor"}
    text = markdown(answer(quote(first_line=3, last_line=5, source="2024/a_b.txt", **about)))
    assert shown(text)[-1] == ("blockquote>p", "— 2024/a_b.txt:3-5, Ferry sinks, The Gazette, 2024-12-24, said by the mayor")


def test_no_answer_says_so_and_names_the_misses(retriever: Retriever) -> None:
    record = retriever.ask(OFF_TOPIC).to_dict()
    heading, reason, nearest, *quoted = shown(markdown(record))
    assert heading == ("h2", OFF_TOPIC) and reason == ("p", "The 5 articles do not answer this.")
    assert nearest == ("p", f"{NEAREST}:") and len(quoted) == 2 * len(record["closest"]) > 0
    assert shown(markdown(answer(reason=None))) == [("h2", "why?"), ("p", "The articles do not answer this.")]


def test_each_part_is_a_heading_over_its_quotes() -> None:
    parts: list[Record] = [
        {"question": "who led?", "answered": True, "confidence": 0.7, "ranks": [1]},
        {"question": "who\n# fell?", "answered": False, "confidence": 0.1, "reason": "*Nobody* says.", "ranks": []},
        {"question": "why?", "answered": False, "confidence": 0.1, "ranks": []},
        {"question": "when?", "answered": True, "confidence": 0.7, "ranks": [2]},
    ]
    made = shown(markdown(answer(quote(), quote("It was Monday."), parts=parts)))
    assert made[1:] == [
        ("p", "2 quotes from 1 article"),
        *(("h3", "who led?"), ("blockquote>p", "1. “The ferry sank.”"), ("blockquote>p", "— a.txt:3")),
        *(("h3", "who # fell?"), ("p", "*Nobody* says."), ("h3", "why?"), ("p", UNANSWERED)),
        *(("h3", "when?"), ("blockquote>p", "2. “It was Monday.”"), ("blockquote>p", "— a.txt:3")),
    ]


def cells(text: str) -> list[list[str]]:
    """The rows of the tables that Markdown makes of it, heads left out."""
    rows: list[list[str]] = []
    for token in MARKDOWN.parse(text):
        if token.type == "tr_open":
            rows.append([])
        elif token.type == "inline" and rows and len(rows[-1]) < 4:
            rows[-1].append("".join(child.content for child in inline(token)))
    return [row for row in rows if row != ["value", "said by", "where", "quote"]]


def test_what_is_claimed_is_told_in_tables(compared: Record) -> None:
    text = markdown(compared)
    rows = cells(text)
    assert len(rows) == 12 and rows[:2] == [
        ["over 100", "NIS (National Intelligence Service)", "000_752357c04fcf2a77.txt:26", "1"],
        ["around 100", "A South Korean lawmaker, citing intelligence reports", "002_7555eb4cf8b41f2f.txt:4", "7"],
    ]
    assert ["nearly 3,000 (told in 2 reports)", "Ukrainian President Volodymyr Zelensky"] in [row[:2] for row in rows]
    told = [said for tag, said in shown(text) if tag == "p"]
    assert told[1:6] == [
        "Killed: sources differ",
        "Others:",
        "Injured: sources differ",
        "Others:",
        "Killed or injured: sources differ",
    ]
    assert told[-1] == f"{MORE}:" and sum(tag == "blockquote>p" for tag, _ in shown(text)) == 20


def test_whom_they_cite_and_who_is_meant_is_told(compared: Record) -> None:
    told = [said for tag, said in shown(markdown(compared)) if said.startswith("— ")]
    assert told[0].endswith(", said by NIS (National Intelligence Service)")
    assert "— 002_7555eb4cf8b41f2f.txt:4, said by A South Korean lawmaker, citing intelligence reports" in told


def test_a_conversation_is_one_text(retriever: Retriever) -> None:
    records = [retriever.ask(question).to_dict() for question in (NIS, OFF_TOPIC, NIS)]
    text = markdown(*records)
    assert text == "\n".join(map(markdown, records))
    assert [said for tag, said in shown(text) if tag == "h2"] == [NIS, OFF_TOPIC, NIS]
    assert text.endswith("\n") and markdown() == ""


HOSTILE = """
# heading
### heading ###
> quote
>> quote
- item
+ item
* item
1. item
1) item
    code
```
~~~ code
| a | b |
--- | ---
===
---
***
___
*one* **two** _three_ __four__ ~~five~~
`code` ``co`de``
[text](javascript:alert(1))
![image](http://evil.example/x.png "title")
[text][ref]
[ref]: http://evil.example
[^1]: note
<http://evil.example>
http://evil.example www.evil.example evil@evil.example
<script>alert(1)</script>
<img src=x onerror=alert(1)>
<!-- comment
<?php x ?>
<![CDATA[ x ]]>
&lt;b&gt; &amp; &#60; &#x3c; &copy; &nbsp;
\\ \\\\ \\* \\
ends with two blanks
a\\
$x$ $$x$$ \\(x\\) \\[x\\]
==marked== ^up^ ~down~ :smile: @someone #123
{{ template }} {% raw %} {: .class}
- [ ] task
Term\t: definition
\u202egnp.exe\u2066\x1b[31m
“ ” ‘ ’ — … " '
\u2028\u2029\x85\x0b\x0c\x1c
""".strip("\n").split("\n")


def check(text: str) -> None:
    """The text in each place of a record that takes one."""
    said = {"title": text, "outlet": text, "said_by": text, "source": text, "published": text[:10]}
    same = quote(text, **said)
    told = line(", ".join([f"{text}:3", text, text, text[:10], f"said by {text}"]))
    quoted = [("blockquote>p", f"1. “{line(text)}”"), ("blockquote>p", f"— {told}")]
    answered = shown(markdown(answer(same, question=text)))
    assert [part for part in answered if part[0] == "h2"] == [("h2", line(text))]
    assert answered[1:] == [("p", "1 quote from 1 article"), *quoted]
    claim = {"rank": 1, "value": text, "start": 0, "end": 1, "said_by": text, "citing": text, "published": text[:10]}
    value = {"low": text, "high": text, "sense": "exact", "reports": 1, "asked": False, "claims": [claim]}
    table = {"about": text, "kind": "name", "unit": "", "differ": False, "values": [value]}
    compared = markdown(answer(same, claims=[table]))
    who = f"{line(text)}, citing {line(text)}".strip()
    [row] = cells(compared)
    assert [*row[:2], row[3]] == [line(text), who, "1"]
    part = {"question": text, "answered": True, "confidence": 0.5, "ranks": [1]}
    lacking = part | {"answered": False, "reason": text, "ranks": []}
    in_parts = shown(markdown(answer(same, parts=[part, lacking])))
    assert in_parts[2:5] == [("h3", line(text)), *quoted] and in_parts[5] == ("h3", line(text))
    assert in_parts[6:] == [("p", line(text))] or not line(text)
    missed = shown(markdown(answer(question="why?", reason=text, closest=[same])))
    assert missed[-3:] == [("p", f"{NEAREST}:"), *quoted]
    assert missed[1] == ("p", line(text)) or not line(text)


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_what_markdown_would_act_on_is_shown_as_it_stands(text: str) -> None:
    check(text)
    check(f"before\n{text}\nafter")
    check(f"{text}\r\n\r\n{text}")


PIECES = st.sampled_from([*"ab1 \\`*_{}[]()<>#+-.!|~$&:=@^%\"';,/?\n\t", "\r\n", "    ", "&amp;", "www.", "http://", "é👩"])


@settings(max_examples=300, deadline=None, derandomize=True)
@given(st.lists(PIECES, min_size=1))
def test_any_text_is_shown_as_it_stands(pieces: list[str]) -> None:
    check("".join(pieces))
