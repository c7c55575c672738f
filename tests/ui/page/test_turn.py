"""A turn as HTML: the record's own words, and nothing in them is taken for markup."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit
from xml.etree.ElementTree import Element

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from articles_qa.index import Article
from articles_qa.index.articles.article import decode_article
from articles_qa.index.files.printable import printable
from articles_qa.qa import AskSettings, Retriever, Scope
from articles_qa.qa.proof.saved_answer import read_answer
from articles_qa.ui.page.turn import BESIDE_CHARS, turn_html
from articles_qa.ui.text import wording
from articles_qa.ui.text.wording import FILE_NOTES, MORE, NEAREST, WEAK, WEAK_MATCH

RetrieverOf = Callable[[Mapping[str, str | bytes]], Retriever]
Parse = Callable[[str], Element]
Record = dict[str, Any]

QUESTIONS = """
how many casualties did NIS report?
What was confirmed through real-time information sharing, said NIS?
what did Zelensky say?
Who painted the Mona Lisa?
""".strip().splitlines()


def quote(text: str = "The ferry sank.", **changes: object) -> Record:
    """A quote's record, from line 3 of a file."""
    start = changes.pop("start", 10)
    assert isinstance(start, int)
    fixed = {"rank": 1, "source": "a.txt", "sha256": "a" * 64, "start": start, "end": start + len(text), "text": text}
    return {**fixed, "first_line": 3, "last_line": 3, "probability": 0.6, "source_state": "unchanged"} | changes


def answer(*quotes: Record, closest: tuple[Record, ...] = (), **changes: object) -> Record:
    """An answer's record with these quotes, ranked in their order."""
    given: Record = {"schema": "answer/1", "question": "why?", "searched": ["why?"], "answered": bool(quotes)}
    given |= {"confidence": 0.7, "took_ms": 4.25, "index": {"generation": 1, "model": "mini", "articles": 5}}
    given |= {"quotes": [{**quote, "rank": rank} for rank, quote in enumerate(quotes, 1)]}
    given |= {"closest": [{**quote, "rank": rank} for rank, quote in enumerate(closest, 1)]}
    return given | changes


def html(record: Record, *articles: Article) -> str:
    """The turn, over an index of these articles."""
    return turn_html(read_answer(record), {article.source: article for article in articles}.get)


def quoted(article: Article, text: str, before: str, after: str) -> Record:
    """A quote of an article's text, between these texts."""

    def span(words: str) -> dict[str, int]:
        start = article.text.index(words)
        return {"start": start, "end": start + len(words)}

    identity = {"source": article.source, "sha256": article.sha256, "encoding": article.encoding}
    spans = {"before": span(before) if before else None, "after": span(after) if after else None}
    return quote(text, start=article.text.index(text), **identity, **spans)


def words(element: Element | None) -> str:
    assert element is not None
    return "".join(element.itertext())


def classed(element: Element, name: str) -> list[Element]:
    return [inner for inner in element.iter() if name in inner.get("class", "").split()]


def texts(element: Element, name: str) -> list[str]:
    return [words(inner) for inner in classed(element, name)]


def test_quotes_are_the_records_character_for_character(retriever: Retriever, generous: Retriever, parsed: Parse) -> None:
    for door in (retriever, generous):
        for question in QUESTIONS:
            record = door.ask(question, top_k=20).to_dict()
            shown = classed(parsed(html(record)), "quote")
            kept = {quote["rank"]: quote for part in ("quotes", "beside", "closest") for quote in record[part]}
            assert sorted(int(item.get("data-rank", "")) for item in shown) == sorted(kept)
            for item in shown:
                quote = kept[int(item.get("data-rank", ""))]
                assert texts(item, "words") == [quote["text"]]
                assert (item.get("data-source"), item.get("data-sha256")) == (quote["source"], quote["sha256"])
                assert (item.get("data-start"), item.get("data-end")) == (str(quote["start"]), str(quote["end"]))


PIECES = st.sampled_from([*"ab <>&\"'\r\n\t{}$`\\", "é", "\u202e", "\x1b", "👩"])


@settings(max_examples=150, deadline=None, derandomize=True)
@given(st.lists(PIECES).map("".join), st.lists(st.tuples(st.integers(0, 30), st.integers(0, 30))))
def test_marks_change_no_character(parsed: Parse, text: str, spans: list[tuple[int, int]]) -> None:
    """Overlapping, backwards, empty, and outside of the quote."""
    marks = [{"start": a, "end": b} for a, b in spans]
    shown = parsed(html(answer(quote(text, marks=marks[::2], gaps=marks[1::2]))))
    assert texts(shown, "words") == [text]


def test_the_answering_words_are_bold_and_interruptions_apart(parsed: Parse) -> None:
    text = "Over 100 died, [link] it said."
    shown = parsed(html(answer(quote(text, marks=[{"start": 10, "end": 18}], gaps=[{"start": 25, "end": 31}]))))
    assert [(bold.tag, words(bold)) for bold in classed(shown, "answering")] == [("b", "Over 100")]
    assert texts(shown, "gap") == ["[link]"]


ARREST = "PORTO ALTO (Reuters) – Hidrosul's Ricardo Salgueiro was arrested, Isabel Lobo warned, by the Gazette."


@pytest.mark.parametrize(
    ("question", "bold"),
    [
        ("who was arrested?", ["Ricardo Salgueiro"]),
        ("who warned that he was arrested?", ["Ricardo Salgueiro", "Isabel Lobo"]),  # A speaker is asked for.
        ("was Ricardo Salgueiro arrested?", []),
        ("who is arrested with Salgueiro, and who warned?", ["Ricardo Salgueiro", "Isabel Lobo"]),
    ],
)
def test_the_speaker_the_outlet_the_dateline_and_words_of_the_question_are_not_bold(
    question: str, bold: list[str], parsed: Parse
) -> None:
    def span(part: str) -> dict[str, int]:
        return {"start": 10 + ARREST.index(part), "end": 10 + ARREST.index(part) + len(part)}

    names = ("PORTO ALTO", "Reuters", "Ricardo Salgueiro", "arrested", "Isabel Lobo", "Gazette")
    said = {"said_by": "Isabel Lobo", "said_by_span": span("Isabel Lobo"), "outlet": "Gazette"}
    record = answer(quote(ARREST, marks=[span(name) for name in names], **said), question=question, searched=[question])
    assert texts(parsed(html(record)), "answering") == bold


def test_the_sentences_beside_a_quote_are_the_articles_and_not_the_quotes(parsed: Parse) -> None:
    article = decode_article(b"It rained {{x}}.\n\nTwo <b>died</b>.\r\nThe police\rwere told. So was I.", "a.txt")
    one = quoted(article, "Two <b>died</b>.", "It rained {{x}}.", "The police\rwere told.")
    for shape in (answer(one), answer(closest=(one,), reason="No.")):
        shown = parsed(html(shape, article))
        assert texts(shown, "neighbour") == ["It rained {{x}}.", "The police\rwere told."]
        assert texts(shown, "words") == ["Two <b>died</b>."]
        assert not any(classed(open_, "neighbour") for open_ in classed(shown, "open"))  # A click there opens nothing.
    first = parsed(html(answer(quoted(article, "It rained {{x}}.", "", "Two <b>died</b>.")), article))
    assert texts(first, "neighbour") == ["Two <b>died</b>."]


def test_nothing_is_beside_a_quote_of_another_version_or_an_older_record(parsed: Parse) -> None:
    article = decode_article(b"It rained. Two died. All were told.", "a.txt")
    one = quoted(article, "Two died.", "It rained.", "All were told.")
    older = {name: value for name, value in one.items() if name not in ("before", "after")}
    for record, known in ((one, ()), (one | {"sha256": "0" * 64}, (article,)), (older, (article,))):
        assert texts(parsed(html(answer(record), *known)), "neighbour") == []
    outside = one | {"before": {"start": 10**9, "end": 10**10}, "after": {"start": 5, "end": 3}}
    assert texts(parsed(html(answer(outside), article)), "neighbour") == []


def test_what_is_read_with_a_quote_stands_in_the_order_of_the_article(parsed: Parse) -> None:
    article = decode_article(b"Scores\n\nIt rained.\n\nTown, dead\n\nLinz, 4\n\nMaravel, 31\n", "a.txt")
    head = "Town, dead"
    for row, before, above in (("Linz, 4", "It rained.", ["It rained.", head]), ("Maravel, 31", "Linz, 4", [head, "Linz, 4"])):
        start = article.text.index(head)
        lead = {"start": start, "end": start + len(head)}
        record = quoted(article, row, before, "") | {"read_with": [lead]}
        assert texts(parsed(html(answer(record), article)), "neighbour") == above


def test_a_long_sentence_beside_a_quote_is_cut_at_a_word(parsed: Parse) -> None:
    article = decode_article(f"Two died. {'word ' * 100_000}".encode(), "a.txt")
    record = answer(quoted(article, "Two died.", "", article.text[10:]))
    (shown,) = texts(parsed(html(record, article)), "neighbour")
    assert shown.endswith("word …") and BESIDE_CHARS - 10 < len(shown) <= BESIDE_CHARS + 2


def test_quotes_stand_under_their_article_with_outlet_and_date(parsed: Parse) -> None:
    first = {"source": "a.txt", "title": "Ferry\n sinks", "outlet": "The Gazette", "published": "2024-12-24"}
    shown = parsed(html(answer(quote(**first), quote(source="b.txt"), quote("Two died.", **first))))
    assert texts(shown, "heading") == ["Ferry sinks", "b.txt"] and texts(shown, "found") == ["3 quotes from 2 articles"]
    groups = classed(shown, "group")
    assert [texts(group, "rank") for group in groups] == [["1", "2"], ["3"]]
    assert [item.get("data-rank") for item in classed(shown, "quote")] == ["1", "3", "2"]  # The record's own.
    assert texts(groups[0], "about") == ["The Gazette · 24 Dec 2024"] and texts(groups[1], "about") == []


def test_a_near_copy_follows_what_it_repeats(parsed: Parse) -> None:
    copy = quote(source="b.txt", same_as=1, said_by="the mayor", title="Ferry lost", outlet="Daily", published="2024-12-02")
    shown = parsed(html(answer(quote(), quote("Two died."), copy)))
    assert [texts(group, "rank") for group in classed(shown, "group")] == [["1", "2", "3"]]
    # It stands under another article's name, so it says its own.
    assert texts(shown, "note") == ["Ferry lost · Daily · 2 Dec 2024 · nearly the words of [1]"]
    assert texts(shown, "who") == ["said by the mayor"]


def test_wire_copy_of_two_papers_is_shown_with_what_it_repeats(
    retriever_of: RetrieverOf, tmp_path: Path, parsed: Parse
) -> None:
    wire = "The ferry Amalia sank near Linz on Monday and two people died, the police said."
    retriever_of({"a.txt": f"{wire} The mayor was told.", "b.txt": f"Trains were late.\n\n{wire}"})
    whatever = Retriever.open(tmp_path / "index", settings=AskSettings(min_quote=0.0, min_quote_share=0.0))
    record = whatever.ask("where did the ferry Amalia sink?").to_dict()
    copy = next(quote for quote in record["quotes"] if quote["same_as"])
    ranks = [item.get("data-rank") for item in classed(parsed(html(record)), "quote")]
    assert ranks[ranks.index(str(copy["same_as"])) + 1] == str(copy["rank"])


def test_no_answer_says_so_and_misses_are_named_as_such(parsed: Parse) -> None:
    reason = "The 5 articles do not answer this."
    shown = parsed(html(answer(closest=(quote(), quote("Two died.")), reason=reason)))
    assert texts(shown, "found") == [reason] and classed(shown, "found")[0].get("class") == "found none"
    (misses,) = classed(shown, "misses")
    assert misses.tag == "details" and misses.get("open") is None and words(misses.find("summary")) == NEAREST
    assert len(classed(misses, "quote")) == len(classed(shown, "quote")) == 2
    assert texts(shown, "weak") == []  # They are no matches at all.


def test_no_answer_without_any_sentence_is_a_line(parsed: Parse) -> None:
    shown = parsed(html(answer(reason="No article matches what was chosen.")))
    assert texts(shown, "found") == ["No article matches what was chosen."]
    assert classed(shown, "quote") == classed(shown, "misses") == list(shown.iter("table")) == []


def test_only_a_weak_match_is_called_so_and_by_no_figure(retriever: Retriever, compared: Record, parsed: Parse) -> None:
    for probability, told in ((1.0, []), (WEAK, []), (WEAK - 0.001, [WEAK_MATCH]), (0.0, [WEAK_MATCH])):
        shown = parsed(html(answer(quote(probability=probability), confidence=probability)))
        assert texts(shown, "weak") == told
    for one in compared["quotes"]:
        one["probability"] = 0.01
    # The first and the third are of the speaker asked for, with a figure.
    assert [texts(item, "weak") for item in classed(parsed(html(compared)), "quote")][:3] == [[], [WEAK_MATCH], []]
    for question in QUESTIONS:
        record = retriever.ask(question).to_dict()
        text = words(parsed(html(record)))
        for said in (record["confidence"], *(quote["probability"] for quote in record["quotes"])):
            assert str(said) not in text and f"{said:.0%}" not in text
        assert "%" not in text.replace("".join(quote["text"] for quote in record["quotes"]), "")


def test_each_quote_has_file_and_lines(parsed: Parse) -> None:
    shown = parsed(html(answer(quote(first_line=12, last_line=12), quote("b", first_line=7, last_line=9))))
    assert texts(shown, "place") == ["a.txt:12", "a.txt:7-9"]
    assert [link.get("aria-label") for link in classed(shown, "place")] == [
        "Quote 1: show a.txt:12 in its article",
        "Quote 2: show a.txt:7-9 in its article",
    ]


@pytest.mark.parametrize(("state", "note"), [(state.value, note) for state, note in FILE_NOTES.items()])
def test_a_file_that_changed_or_went_is_noted(state: str, note: str, parsed: Parse) -> None:
    assert texts(parsed(html(answer(quote(source_state=state)))), "note") == ([note] if note else [])


NAMES = [
    "a.txt",
    "folder/Q&A #7?.txt",
    "one two+three%20.txt",
    "ü/국/👩‍🚒.md",
    "a=b&start=1;end=2.txt",
    "../../etc/passwd",
    "line\nend\r\t.txt",
    "\"'<>&quot;.txt",
    "\\\\host\\share.txt",
    " ",
]


@pytest.mark.parametrize("name", NAMES)
def test_a_link_leads_back_to_the_quote(name: str, parsed: Parse) -> None:
    (link,) = classed(parsed(html(answer(quote(source=name, sha256="0123456789abcdef" * 4)))), "place")
    url = urlsplit(link.get("href", ""))
    assert (url.scheme, url.netloc, url.path, url.fragment) == ("", "", "", "")
    assert parse_qs(url.query) == {"source": [name], "start": ["10"], "end": ["25"], "sha256": ["0123456789abcdef"]}


def test_how_it_was_found_is_told(parsed: Parse) -> None:
    ranked = quote(ranks={"by_meaning": 4, "by_words": None})
    within = {"sources": ["2024/*"], "outlets": ["The Gazette"], "since": "2024-01-01", "until": None, "articles": 3}
    shown = parsed(html(answer(ranked, searched=["why?", "who? why?"], within=within)))
    assert texts(shown, "searched") == ["why?", "who? why?"]
    assert [words(cell) for cell in shown.iter("dd")][1:] == [
        "3 articles chosen by 2024/*, The Gazette, from 1 Jan 2024, generation 1, by mini",
        "4.2 ms",
    ]
    assert [words(cell) for cell in shown.iter("td")] == ["4", "–"]
    everything = parsed(html(answer(quote(), index={"generation": 2, "model": "mini", "articles": 1})))
    assert [words(cell) for cell in everything.iter("dd")][1] == "1 article, generation 2, by mini"


def test_a_scope_is_told_of_a_real_answer(retriever: Retriever, parsed: Parse) -> None:
    record = retriever.ask(QUESTIONS[0], within=Scope(sources=("000*",))).to_dict()
    assert "1 article chosen by 000*, generation 1" in words(parsed(html(record)))


def test_what_is_claimed_stands_in_tables_that_are_read_out_as_such(compared: Record, parsed: Parse) -> None:
    shown = parsed(html(compared))
    killed, injured, both = classed(shown, "claims")
    assert [words(table.find("caption")) for table in (killed, injured, both)] == [
        "Killed sources differ",
        "Injured sources differ",
        "Killed or injured sources differ",
    ]
    assert [head.get("scope") for head in killed.iter("th")] == ["col"] * 3 + ["row", "rowgroup", "row"]
    assert [[words(cell) for cell in row] for row in killed.iter("tr")] == [
        ["Value", "Said by", "Where"],
        ["over 100", "NIS (National Intelligence Service)", "[1] 000_752357c04fcf2a77.txt:26"],
        ["Others"],
        ["around 100", "A South Korean lawmaker, citing intelligence reports", "[7] 002_7555eb4cf8b41f2f.txt:4"],
    ]
    assert texts(both, "reports") == ["told in 2 reports"] * 2 and len(classed(both, "again")) == 2
    assert "the article itself" in words(both)


def test_each_value_leads_to_where_it_stands_in_its_article(compared: Record, seeds: Path, parsed: Parse) -> None:
    shown = parsed(html(compared))
    links = classed(shown, "value")
    assert len(links) == 12 and {link.tag for link in links} == {"a"}
    numbers = [item.get("data-rank") for item in shown.iter() if item.get("data-rank")]
    assert len({*numbers}) == len(numbers)  # What is lit up is told apart by its number.
    for link in links:
        source, start, end = link.get("data-source", ""), int(link.get("data-start", "")), int(link.get("data-end", ""))
        assert (seeds / source).read_bytes().decode()[start:end] == words(link)
        named = {name: link.get(f"data-{name}") for name in ("source", "start", "end")}
        query = parse_qs(urlsplit(link.get("href", "")).query)
        assert {name: query[name][0] for name in named} == named and query["sha256"] == [link.get("data-sha256", "")[:16]]
        quote = [*compared["quotes"], *compared["beside"]][int(link.get("data-quote", "")) - 1]
        assert quote["start"] <= start < end <= quote["end"] and link.get("data-sha256") == quote["sha256"]


def test_quotes_beside_the_answer_are_folded(compared: Record, parsed: Parse) -> None:
    shown = parsed(html(compared))
    (beside,) = classed(shown, "beside")
    assert beside.tag == "details" and beside.get("open") is None and words(beside.find("summary")) == MORE
    assert texts(beside, "rank") == [str(number) for number in range(4, 11)] and texts(beside, "weak") == []
    assert texts(shown, "found") == ["3 quotes from 2 articles"]


def test_who_is_meant_is_told_with_what_justifies_it(compared: Record, parsed: Parse) -> None:
    shown = parsed(html(compared))
    notes = texts(shown, "who")
    assert notes[0] == "said by NIS (National Intelligence Service)" and notes[1] == "said by Volodymyr Zelensky"
    assert "said by A South Korean lawmaker, citing intelligence reports" in notes
    because = classed(shown, "because")
    assert [words(part.find("summary")) for part in because] == ["How we know who"] * 2
    link = next(because[0].iter("a"))
    assert words(link) == "“South Korea’s National Intelligence Service (NIS)”" and "open" in link.get("class", "")
    assert (link.get("data-source"), link.get("data-sha256")) == (
        compared["quotes"][0]["source"],
        compared["quotes"][0]["sha256"],
    )


VOICES: list[tuple[str | None, str | None, str]] = [
    ("NIS", "National Intelligence Service", "said by NIS (National Intelligence Service)"),
    ("NIS", "NIS", "said by NIS"),
    ("NIS", None, "said by NIS"),
    ("Yerin", "Yevhen Yerin", "said by Yevhen Yerin"),
    ("Ukrainian President Volodymyr Zelensky", "Volodymyr Zelensky", "said by Ukrainian President Volodymyr Zelensky"),
    ("two\nlines", None, "said by two lines"),
    (None, None, ""),
]


@pytest.mark.parametrize(("by", "meant", "note"), VOICES)
def test_the_fuller_name_is_told_once(by: str | None, meant: str | None, note: str) -> None:
    assert wording.said(by, meant, citing=None, cited=None) == note


def test_a_table_says_what_differs_and_only_that(compared: Record, parsed: Parse) -> None:
    for kind, note in (("figure", "the figure changes"), ("date", "the day changes"), ("name", "the name changes")):
        table = compared["claims"][0]
        table |= {"kind": kind, "differ": False, "updated": True}
        for value in table["values"]:
            value["low"] = value["high"] = 1 if kind == "figure" else "a"
            value["claims"] = [{**claim, "speaker": "NIS", "said_by": "NIS"} for claim in value["claims"]]
        assert texts(parsed(html(compared)), "differ")[0] == note  # One speaker's own figures, day after day.
    table |= {"updated": False, "unit": "%"}
    shown = classed(parsed(html(compared)), "claims")[0]
    assert texts(shown, "differ") == [] and words(shown.find("caption")) == "Killed (%)"
    for value in table["values"]:
        value["asked"] = False
    assert texts(parsed(html(compared)), "others") == ["Others"] * 2  # Nobody was asked for in the first table.


def test_copies_periods_and_days_are_told_in_the_table(compared: Record, parsed: Parse) -> None:
    claim = compared["claims"][0]["values"][1]["claims"][0]
    claim |= {"same_as": 1, "period": "in the past week", "published": "2024-12-27"}
    row = list(classed(parsed(html(compared)), "claims")[0].iter("tr"))[-1]
    assert texts(row, "told") == ["in the past week · nearly the words of [1]"] and words(row[-1]).endswith(":4 · 27 Dec 2024")


def test_what_was_searched_is_shown_where_it_is_not_what_was_asked(parsed: Parse) -> None:
    shown = parsed(html(answer(quote(), searched=["why?", "why did the ferry sink?"])))
    (line,) = classed(shown, "wording")
    assert [words(part) for part in line.iter("q")] == ["why did the ferry sink?"]
    assert [(button.get("data-do"), words(button)) for button in line.iter("button")] == [("searched", "Edit what is searched")]
    missed = parsed(html(answer(reason="No.", searched=["why? why did the ferry sink?"])))
    assert len(classed(missed, "wording")) == 1
    for searched in (["why?"], [" why? "], []):
        assert classed(parsed(html(answer(quote(), searched=searched))), "wording") == []


def test_each_part_stands_under_its_words(parsed: Parse) -> None:
    parts: list[Record] = [
        {"question": "who led?", "answered": True, "confidence": 0.7, "ranks": [1, 2], "more": 1_000},
        {"question": "why?", "answered": False, "confidence": 0.1, "reason": "Nobody says.", "ranks": []},
        {"question": "when?", "answered": True, "confidence": 0.7, "ranks": [3]},
    ]
    searched = ["who led?", "why?", "when?", "when was it?"]
    record = answer(quote(), quote(source="b.txt"), quote(), parts=parts, more=1_000, searched=searched)
    shown = parsed(html(record))
    order = ("asked", "heading", "rank", "lacking", "further")
    told = [words(inner) for inner in shown.iter() if {*inner.get("class", "").split()} & {*order}]
    first = ["who led?", "a.txt", "1", "b.txt", "2", "and 1,000 more"]
    assert told == [*first, "why?", "Nobody says.", "when?", "a.txt", "3"]
    assert {inner.tag for inner in classed(shown, "asked")} == {"h3"}
    assert {inner.tag for inner in classed(shown, "heading")} == {"h4"}
    (line,) = classed(shown, "wording")
    assert [words(part) for part in line.iter("q")] == ["when was it?"]
    assert list(line.iter("button")) == []  # What is searched in place of all parts would answer one.


def test_quotes_that_are_not_shown_are_counted(parsed: Parse) -> None:
    assert texts(parsed(html(answer(quote(), more=7))), "further") == ["and 7 more"]
    assert texts(parsed(html(answer(quote()))), "further") == []


HOSTILE = """
<script>alert(1)</script>
</script><script>alert(1)</script>
<img src=x onerror=alert(1)>
"><img src=x onerror=alert(1)>
'><svg/onload=alert(1)>
" onmouseover="alert(1)
' onfocus='alert(1)' autofocus='
` onclick=alert(1) `
</span></blockquote></li></ol></section><h1>ours</h1>
</details><details open>
</p><p class="found">
</q><dt>
</td></tr></table><form action=//evil.example>
<a href="javascript:alert(1)">here</a>
javascript:alert(1)
data:text/html,<script>alert(1)</script>
<!-- comment
--> out of it
<![CDATA[ x ]]>
<?php echo 1 ?>
<!DOCTYPE html>
<plaintext>
<textarea>
<title>
<style>*{display:none}</style>
<iframe srcdoc="&lt;script&gt;">
<math><mtext><table><mglyph><style><img src=x onerror=alert(1)>
<input name=x><button formaction=x>
<base href=//evil.example>
<meta http-equiv=refresh content=0>
&lt;script&gt;alert(1)&lt;/script&gt;
&#60;b&#62;
&quot; onload=&quot;
{{ 7 * 7 }}
{{{html}}}
{% include "/etc/passwd" %}
{# comment #}
${alert(1)}
`${alert(1)}`
\\u003cscript\\u003e
\\" \\' \\
%3Cscript%3E
<b
<
&
a\x00b
\x1b[31mred\x1b]0;title\x07
\u202egnp.exe\u2066
\u2028\u2029\x85
\r\rone\r
\ufeff\ufffe\uffff
""".strip("\n").split("\n")


def skeleton(element: Element) -> list[Any]:
    """Tags, attributes' names, and those attributes' values that are never an article's, in order."""
    fixed = ("class", "dir", "scope", "aria-hidden", "data-rank", "data-start", "data-sha256")
    return [(inner.tag, sorted(inner.keys()), [inner.get(name) for name in fixed]) for inner in element.iter()]


def everywhere(text: str) -> Record:
    """The text in each place of a record that takes one."""
    said: Record = {"title": text, "outlet": text, "said_by": text, "published": text[:10], "source": text}
    link = {"source": text, "sha256": "a" * 64, "start": 1, "end": 2, "text": text}
    meant = {"name": text, "links": [link]}
    said |= {"citing": text, "speaker": meant, "citing_speaker": meant}
    same: Record = {**quote(f"Ω {text}"), **said, "marks": [{"start": 10, "end": 11}]}
    claim = {"rank": 1, "value": text, "start": 10, "end": 11, "counted": text, "period": text, "said_by": text}
    claim |= {"citing": text, "speaker": text, "published": text[:10], "same_as": 2}
    values = [{"low": text, "high": text, "sense": "exact", "reports": 1, "asked": asked} for asked in (True, False)]
    table = {"about": text, "kind": "name", "unit": text, "differ": True}
    table |= {"values": [{**value, "claims": [claim, {**claim, "rank": 3}]} for value in values]}
    within = {"sources": [text], "outlets": [text], "since": text, "until": text, "articles": 2}
    index = {"generation": 1, "model": text, "articles": 5}
    tables: Record = {"claims": [table], "beside": [{**same, "rank": 3}]}
    searched = [text, f"{text} x"]
    return answer(same, same, question=text, searched=searched, reason=text, within=within, index=index) | tables


def unanswered(record: Record) -> Record:
    """The same quotes as misses."""
    return {**record, "answered": False, "quotes": [], "closest": record["quotes"], "beside": [], "claims": []}


def in_parts(record: Record) -> Record:
    """The same answer to the first of two parts; their words and the reason are the question's."""
    words = record["question"]
    first = {"question": words, "answered": True, "confidence": 0.5, "ranks": [1, 2]}
    return {**record, "parts": [first, {**first, "answered": False, "reason": words, "ranks": []}]}


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_nothing_in_a_record_becomes_markup(text: str, parsed: Parse) -> None:
    for shape in (dict, unanswered, in_parts):
        shown, harmless = parsed(html(shape(everywhere(text)))), parsed(html(shape(everywhere("harmless"))))
        assert skeleton(shown) == skeleton(harmless)
        many = 2 if shape is unanswered else 3
        assert texts(shown, "words") == [f"Ω {text}"] * many and texts(shown, "searched") == [text, f"{text} x"]
        assert all(link.get("href", "").startswith("?source=") for link in shown.iter("a"))
        assert [item.get("data-source") for item in classed(shown, "quote")] == [text] * many
        line = printable(" ".join(text.split()))
        assert texts(shown, "heading") == [line] * (many - 1)
        assert [words(one) for one in classed(shown, "value")] == [line] * (0 if shape is unanswered else 4)
        assert [words(one) for one in classed(shown, "figure")] == [line] * (0 if shape is unanswered else 3)
        asked = [words(one) for name in ("asked", "lacking") for one in classed(shown, name)]
        assert asked == [text] * (3 if shape is in_parts else 0)
        # Gradio puts the page together with Handlebars and JavaScript templates, and browsers drop carriage returns.
        assert not set("{}$`\\\r") & set(html(shape(everywhere(text))))
